package dev.cancelupload.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.upstream.Answer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The key detector of the adversary's tests finds what it should and nothing else. */
class KeyDetectorTest {

    private static final List<String> KEYS = List.of(
            "sk-proj-x7Vq0_Zr3TtW-9mKdLb2PfEhYcNsUaJi8RgOe5Q4", "gw+Abc/Def0123==ghiJKL+mno/PQRstu-VWX_yz.45~6789");

    private final Random random = new Random(6);

    @ParameterizedTest
    @EnumSource
    void theKeyIsFoundInEveryForm(KeyForm form) {
        for (String key : KEYS) {
            String text = "{\"error\":{\"message\":\"Incorrect: " + form.of(key, random) + " (see there)\"}}";
            assertTrue(new KeyDetector(key).in(text).isPresent(), text);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theKeyIsFoundInEveryFormWithinJsonWithinPercentEncoding(KeyForm form) {
        for (String key : KEYS) {
            String text =
                    Answer.quoted(form.of(key, random)).replace("%", "%25").replace("\\", "%5C");
            assertTrue(new KeyDetector(key).in(text).isPresent(), text);
        }
    }

    @Test
    void theKeyIsFoundInTwoPieces() {
        for (String key : KEYS) {
            String text = "[\"" + key.substring(0, 9) + "\",\"" + key.substring(9, 18) + "\"]";
            assertTrue(new KeyDetector(key).in(text).isPresent(), text);
        }
    }

    @Test
    void elevenCharactersAreNoKey() {
        for (String key : KEYS) {
            for (int from = 0; from + 11 <= key.length(); from++) {
                String text = "x***" + key.substring(from, from + 11) + "***!";
                assertEquals(Optional.empty(), new KeyDetector(key).in(text));
            }
        }
    }

    @Test
    void anHonestAnswerIsNoKey() {
        for (String key : KEYS) {
            String text = Answer.uploadJson("upload_abc123", "n1n", "cancelled").repeat(200);
            assertEquals(Optional.empty(), new KeyDetector(key).in(text));
        }
    }
}
