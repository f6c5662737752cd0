package dev.cancelupload.openai;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UploadIdTest {

    @ParameterizedTest
    @ValueSource(strings = {"upload_abc123", "a", "A-Z_0.9~", "...", ".a"})
    void whatIsOneSegmentOfAPathIsValid(String id) {
        assertEquals(Optional.empty(), UploadId.of(id).problem());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", ".", "..", "a/b", "a b", "a%2Fb", "upload_é", "a?b", "a#b", "a\nb", "a:b", "a\u0000"})
    void anythingElseIsRefused(String id) {
        assertTrue(UploadId.of(id).problem().isPresent());
    }

    @Test
    void onlyCharactersThatAPathNeedsNoEncodingForAreValid() {
        for (char c = 0; c < 0x100; c++) {
            boolean unreserved = c < 0x80 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            assertEquals(unreserved, UploadId.of("a" + c).problem().isEmpty(), "character " + (int) c);
        }
    }

    @Test
    void noIdAtAllIsRefused() {
        assertThat(UploadId.of(null).problem().orElseThrow(), containsString("missing or blank"));
    }

    @Test
    void anIdHas256CharactersAtMost() {
        assertTrue(UploadId.of("a".repeat(256)).problem().isEmpty());
        assertThat(UploadId.of("a".repeat(257)).problem().orElseThrow(), containsString("has 257 characters"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"a/é | \"a/\\u00e9\"", "a\\b | \"a\\u005cb\"", "upload_1 | upload_1"})
    void anInvalidOneIsShownSoThatItCannotBeMistakenForAnId(String id, String shown) {
        assertEquals(shown, UploadId.of(id).toString());
    }

    @Test
    void aLongOneIsCut() {
        assertEquals("\"" + "/".repeat(64) + "…\"", UploadId.shown("/".repeat(300)));
    }
}
