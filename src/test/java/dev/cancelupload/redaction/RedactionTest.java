package dev.cancelupload.redaction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.time.Budget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    private static final String KEY = "gw+Abc/Def-0Hq7vYt2LmX9zPbR4sWcE8uKj_ToNi5aGd3fM6Q";

    /** The encodings that escape each character, so that they can be nested. */
    private static final List<Encoding> ESCAPES = List.of(
            Encoding.JSON_EACH,
            Encoding.C_HEX,
            Encoding.OCTAL,
            Encoding.PERCENT_EACH,
            Encoding.QUOTED_PRINTABLE,
            Encoding.HTML_DECIMAL);

    private static final Budget TIME = Budget.of(Duration.ofHours(1));

    private final Redaction redaction = new Redaction(KEY);

    /** How a gateway may encode the key when it repeats it. */
    enum Encoding {
        AS_IT_IS(t -> t),
        UPPER_CASE(String::toUpperCase),
        BACKWARDS(t -> new StringBuilder(t).reverse().toString()),
        JSON_SLASHES(t -> t.replace("/", "\\/")),
        JSON_OF_DOTNET(t -> t.replace("+", "\\u002B").replace("/", "\\/")),
        JSON_EACH(t -> each(t, "\\u%04x")),
        JSON_TWICE(t -> each(t, "\\\\u%04X")),
        C_HEX(t -> each(t, "\\x%02x")),
        OCTAL(t -> each(t, "\\%03o")),
        PERCENT(t -> t.replace("+", "%2B").replace("/", "%2F")),
        PERCENT_EACH(t -> each(t, "%%%02X")),
        PERCENT_TWICE(t -> each(t, "%%25%02x")),
        QUOTED_PRINTABLE(t -> each(t, "=%02X")),
        HTML_DECIMAL(t -> each(t, "&#%d;")),
        HTML_HEX(t -> each(t, "&#x%x;")),
        HTML_ODD(t -> every(3, t, "&#%d;")),
        MIXED(t -> every(4, every(3, t, "\\u%04x"), "%%%02x")),
        HEX(t -> t.chars().mapToObj(c -> String.format("%02x", c)).collect(Collectors.joining())),
        HEX_DUMP(t -> t.chars().mapToObj(c -> String.format("%02X", c)).collect(Collectors.joining(" "))),
        UTF_16(t -> new String(t.getBytes(StandardCharsets.UTF_16), StandardCharsets.ISO_8859_1)),
        UTF_16LE(t -> new String(t.getBytes(StandardCharsets.UTF_16LE), StandardCharsets.UTF_8)),
        FULL_WIDTH(t ->
                t.chars().mapToObj(c -> String.valueOf((char) (c + 0xfee0))).collect(Collectors.joining())),
        ZERO_WIDTH(t -> String.join("\u200b", t.split(""))),
        LINES(t -> String.join("\r\n", t.split("(?<=\\G.{5})"))),
        PERCENT_U(t -> each(t, "%%u%04x")),
        CSS(t -> each(t, "\\%x ")),
        DECIMAL_LIST(t -> list(t, "%d")),
        HEX_LIST(t -> list(t, "0x%02x")),
        OCTAL_LIST(t -> list(t, "0%o")),
        CODE_POINTS(t -> list(t, "U+%04X")),
        BASE64_OF_PERCENT(t -> base64("x" + each(t, "%%%02x"))),
        BASE64_OF_HEX(t -> base64("x" + each(t, "%02x"))),
        HEX_OF_BASE64(t -> each("a" + base64("Bearer " + t), "%02X")),
        BASE64_OF_JSON(t -> base64("{\"k\":\"" + each(t, "\\u%04x") + "\"}")),
        BASE64_THRICE(t -> base64(base64("x" + base64("Bearer " + t)))),
        BASE64(t -> base64(t)),
        BASE64_WITH_ZERO_WIDTHS(t -> String.join("\u200b", base64(t).split(""))),
        BASE64_OF_BEARER(t -> base64("Bearer " + t)),
        BASE64_LATER(t -> base64("ab" + t)),
        BASE64URL(t -> Base64.getUrlEncoder().withoutPadding().encodeToString(t.getBytes(StandardCharsets.UTF_8))),
        BASE64_IN_LINES(
                t -> String.join("\n", base64("authorization: Bearer " + t).split("(?<=\\G.{19})"))),
        BASE64_TWICE(t -> base64("x" + base64("Bearer " + t))),
        BASE64_OF_UTF_16(t -> Base64.getEncoder().encodeToString(("x" + t).getBytes(StandardCharsets.UTF_16LE))),
        BASE64_PERCENT(t ->
                base64("Bearer " + t).replace("/", "%2F").replace("+", "%2b").replace("=", "%3D"));

        final UnaryOperator<String> encode;

        Encoding(UnaryOperator<String> encode) {
            this.encode = encode;
        }
    }

    private static String each(String text, String format) {
        return every(1, text, format);
    }

    private static String list(String text, String format) {
        return text.chars().mapToObj(c -> String.format(format, c)).collect(Collectors.joining(", "));
    }

    private static String every(int nth, String text, String format) {
        StringBuilder encoded = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            // These escapes only encode characters up to 0xff.
            boolean escaped = i % nth == 0 && text.charAt(i) < 0x100;
            encoded.append(escaped ? String.format(format, (int) text.charAt(i)) : text.charAt(i));
        }
        return encoded.toString();
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource
    void aWholeKeyIsFoundInEveryEncoding(Encoding encoding) {
        assertFalse(redaction.isClean("You sent " + encoding.encode.apply(KEY) + ", which is wrong."));
    }

    @ParameterizedTest
    @EnumSource
    void everyPieceOfTwelveCharactersIsFoundInEveryEncoding(Encoding encoding) {
        for (int at = 0; at + 12 <= KEY.length(); at++) {
            String piece = encoding.encode.apply(KEY.substring(at, at + 12));
            assertFalse(redaction.isClean("\"" + piece + "\""), () -> encoding + ": " + piece);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noEncodingLeavesTwelveCharactersInJson(Encoding encoding) throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        String json = mapper.createObjectNode()
                .put("message", "You sent " + encoding.encode.apply(KEY))
                .put(encoding.encode.apply(KEY.substring(3, 20)), 1)
                .toString();
        String masked = redaction.maskJson(json, "", TIME).orElse("");
        assertTrue(redaction.isClean(masked), masked);
        assertTrue(masked.contains("***"), masked);
        assertTrue(mapper.readTree(masked).has("message"), masked);
    }

    @Property
    boolean aPieceAnywhereInAnyTextIsMasked(@ForAll String before, @ForAll String after, @ForAll long seed) {
        Random random = new Random(seed);
        int length = 12 + random.nextInt(KEY.length() - 11);
        int start = random.nextInt(KEY.length() - length + 1);
        Encoding[] encodings = Encoding.values();
        String piece = encodings[random.nextInt(encodings.length)].encode.apply(KEY.substring(start, start + length));
        for (int level = random.nextInt(3); level > 0; level--) {
            piece = ESCAPES.get(random.nextInt(ESCAPES.size())).encode.apply(piece);
        }
        String masked = redaction.mask(before + "|" + piece + "|" + after);
        return masked.contains("***") && redaction.isClean(masked);
    }

    @Property
    boolean textWithoutTheKeyStaysTheSameObject(@ForAll String text) {
        return redaction.mask(text) == text;
    }

    @Test
    void onlyThePlainKeyIsMaskedInASentence() {
        assertEquals("You sent Bearer ***, sorry", redaction.mask("You sent Bearer " + KEY + ", sorry"));
        assertEquals("cut: ***…", redaction.mask("cut: " + KEY.substring(0, 12) + "…"));
    }

    @Test
    void elevenCharactersAreNoPiece() {
        assertEquals(KEY.substring(0, 11), redaction.mask(KEY.substring(0, 11)));
    }

    @Test
    void aKeyThatIsSplitOverTwoElementsLeavesNoJson() {
        String json = Stream.of(KEY.split("(?<=\\G.{6})")).collect(Collectors.joining("\",\"", "[\"", "\"]"));
        assertTrue(redaction.maskJson(json, "", TIME).isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "null", "upload", "cancelled", "\"", "0123456789a"})
    void aKeyThatIsNoneMasksNothing(String key) {
        String json = "{\"id\":\"upload_0123456789a\",\"status\":\"cancelled\",\"file\":null}";
        assertSame(json, new Redaction(key).maskJson(json, "", TIME).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-0123456789abcdef",
                "sk-proj-other_OTHER-0123456789",
                "sk\\u002dproj-other_OTHER-0123456789",
                "\\u0073k-proj-other_OTHER-0123456789"
            })
    void anotherKeyOfOpenAIIsMasked(String key) {
        assertFalse(redaction.mask("It was " + key + ".").contains("0123456789"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"task-0123456789abcdef0123", "sk-learn.jsonl", "risk-0123456789abcdef0123", "sk-abc***xyz"})
    void whatOnlyResemblesAKeyIsLeftAlone(String text) {
        assertEquals(text, redaction.mask(text));
    }

    @Test
    void jsonComesOutAsItWentIn() {
        String json =
                "{ \"a\": 1.0, \"b\":100.0 ,\"c\":-0.0,\"d\":\"\\u00e9\\/\",\"e\":12345678901234567890123, \"a\":null}\n";
        assertSame(json, redaction.maskJson(json, "", TIME).orElseThrow());
    }

    @Test
    void numbersKeepTheirDigitsWhenSomethingElseIsMasked() {
        assertEquals(
                "{\"m\":\"***\",\"a\":1.0,\"b\":1E+2,\"c\":-0.0,\"d\":12345678901234567890123}",
                redaction
                        .maskJson(
                                "{\"m\":\"" + KEY + "\",\"a\":1.0,\"b\":1E+2,\"c\":-0.0,\"d\":12345678901234567890123}",
                                "",
                                TIME)
                        .orElseThrow());
    }

    @Test
    void aWordThatTheKeyHappensToResembleIsNoPiece() {
        String text = "of the organisation and project of this function's key";
        assertSame(text, new Redaction("sk-test-5ecret-K3y-0f-th3-0rganisation").mask(text));
    }

    /** Otherwise a caller could find the key piece by piece by sending guesses and seeing which one is masked. */
    @Test
    void whatTheCallerHasSentIsNotMaskedWhereTheUpstreamRepeatsIt() {
        String guess = "upload_" + KEY.substring(12, 30);
        String text = "No such Upload object: " + guess;
        assertSame(text, redaction.mask(text, guess));
        assertEquals("No such Upload object: " + guess + " of ***", redaction.mask(text + " of " + KEY, guess));
        String json = "{\"error\":{\"message\":\"" + text + "\"}}";
        assertSame(json, redaction.maskJson(json, guess, TIME).orElseThrow());
        assertEquals(guess, Redaction.maskCallerText(guess));
    }

    @Test
    void whatHasTheFormOfAKeyIsMaskedInACallersTextWhicheverItIs() {
        assertEquals("The id *** is none.", Redaction.maskCallerText("The id sk-proj-0123456789abcdef is none."));
    }

    @Test
    void aKeyThatRepeatsItselfIsFoundToo() {
        Redaction repeated = new Redaction("ab".repeat(80));
        assertFalse(repeated.isClean("x" + "ab".repeat(6) + "x"));
        assertTrue(repeated.isClean("x" + "ab".repeat(3) + "x"));
    }

    @Test
    void ofSeveralKeysTheLastThreeAreMasked() {
        Redaction redaction = new Redaction("");
        for (char letter = 'a'; letter <= 'd'; letter++) {
            redaction = new Redaction((letter + "0" + letter + "1").repeat(8)).after(redaction);
        }
        assertEquals("***, ***, ***", redaction.mask("d0d1d0d1d0d1, c1c0c1c0c1c0, b0b1b0b1b0b1"));
        assertEquals("a0a1a0a1a0a1", redaction.mask("a0a1a0a1a0a1"));
    }

    /** VVVV is base64 of readable text wherever it is said to start, so each level decodes to three times as much. */
    @Test
    void aTextThatDecodesToEverMoreTextIsNotShown() {
        String text = "\\".repeat(16) + "a . " + "V".repeat(60_000);
        assertEquals(Redaction.WITHHELD, redaction.mask(text));
        assertFalse(redaction.isClean(text));
        assertTrue(redaction
                .maskJson("{\"m\":\"" + text.replace("\\", "\\\\") + "\"}", "", TIME)
                .isEmpty());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aLargeTextInBase64IsShown(int times) {
        String text = "The upload was not found, or is gone: \"x\".\n".repeat(700);
        for (int i = 0; i < times; i++) {
            text = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
        }
        assertSame(text, redaction.mask(text));
    }

    @Test
    void aKeyIsMaskedInALargeTextThatIsEscapedThreeTimes() {
        String text = ("\\\\\\\"name\\\\\\\": 1, " + KEY.replace("/", "\\\\\\/") + " ").repeat(500);
        String masked = redaction.mask(text);
        assertTrue(masked.contains("***") && !masked.contains(KEY.substring(0, 12)), masked.substring(0, 200));
    }

    @Test
    void whatIsNotSearchedInTimeIsNotShown() {
        Budget spent = Budget.of(Duration.ZERO);
        assertTrue(redaction
                .maskJson("{\"message\":\"nothing to hide\"}", "", spent)
                .isEmpty());
        assertFalse(redaction.isClean("nothing to hide", spent));
    }
}
