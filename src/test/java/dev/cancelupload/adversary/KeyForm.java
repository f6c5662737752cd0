package dev.cancelupload.adversary;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/** An encoding in which an upstream may repeat the key. */
enum KeyForm {
    PLAIN,
    /** Also with {@code Bearer}. */
    AUTHORIZATION,
    /** A plus sign as .NET escapes it, a slash as PHP does, and escaped letters. */
    JSON_ESCAPED,
    JSON_ESCAPED_TWICE,
    PERCENT_ENCODED,
    PERCENT_ENCODED_TWICE,
    HTML_DECIMAL,
    HTML_HEXADECIMAL,
    BASE64_ALIGNED_0,
    BASE64_ALIGNED_1,
    BASE64_ALIGNED_2,
    BASE64URL_ALIGNED_0,
    BASE64URL_ALIGNED_1,
    BASE64URL_ALIGNED_2,
    BASE64_OF_AUTHORIZATION,
    UTF_16LE,
    UTF_16BE,
    UTF_16_WITH_MARK,
    HEXADECIMAL,
    BASE32,
    QUOTED_PRINTABLE,
    CUT_SHORT,
    ZERO_WIDTH_BETWEEN,
    SOFT_HYPHENS_BETWEEN,
    UPPER_CASE,
    LOWER_CASE;

    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    /**
     * Encodes the key.
     *
     * @param random decides where the key is cut
     * @return characters up to U+00FF that stand for bytes, so that UTF-16 is possible
     */
    String of(String key, Random random) {
        return switch (this) {
            case PLAIN -> key;
            case AUTHORIZATION -> "Bearer " + key;
            case JSON_ESCAPED -> jsonEscaped(key);
            case JSON_ESCAPED_TWICE -> jsonEscaped(key).replace("\\", "\\\\");
            case PERCENT_ENCODED -> each(key, "%%%02X");
            case PERCENT_ENCODED_TWICE -> each(key, "%%25%02x");
            case HTML_DECIMAL -> each(key, "&#%d;");
            case HTML_HEXADECIMAL -> each(key, "&#x%x;");
            case BASE64_ALIGNED_0, BASE64_ALIGNED_1, BASE64_ALIGNED_2 ->
                Base64.getEncoder().encodeToString(aligned(key, ordinal() - BASE64_ALIGNED_0.ordinal()));
            case BASE64URL_ALIGNED_0, BASE64URL_ALIGNED_1, BASE64URL_ALIGNED_2 ->
                URL.encodeToString(aligned(key, ordinal() - BASE64URL_ALIGNED_0.ordinal()));
            case BASE64_OF_AUTHORIZATION -> Base64.getEncoder().encodeToString(ascii("Bearer " + key));
            case UTF_16LE -> bytesOf(key, StandardCharsets.UTF_16LE);
            case UTF_16BE -> bytesOf(key, StandardCharsets.UTF_16BE);
            case UTF_16_WITH_MARK -> bytesOf(key, StandardCharsets.UTF_16);
            case HEXADECIMAL -> each(key, "%02x");
            case BASE32 -> base32(ascii(key));
            case QUOTED_PRINTABLE -> each(key, "=%02X");
            case CUT_SHORT -> {
                int length = Math.min(key.length(), 12 + random.nextInt(29));
                int from = random.nextInt(key.length() - length + 1);
                yield key.substring(from, from + length);
            }
            case ZERO_WIDTH_BETWEEN -> utf8(between(key, "\u200b"));
            case SOFT_HYPHENS_BETWEEN -> utf8(between(key, "\u00ad"));
            case UPPER_CASE -> key.toUpperCase(Locale.ROOT);
            case LOWER_CASE -> key.toLowerCase(Locale.ROOT);
        };
    }

    /** Whether it is already JSON text, which must not be escaped again. */
    boolean isJson() {
        return this == JSON_ESCAPED || this == JSON_ESCAPED_TWICE;
    }

    /** Whether it fits a line of HTTP. */
    boolean fitsALine() {
        return this != UTF_16LE && this != UTF_16BE && this != UTF_16_WITH_MARK;
    }

    /** Whether decoding restores the exact key, so that any key is found. */
    boolean keepsCase() {
        return this != UPPER_CASE && this != LOWER_CASE;
    }

    private static String jsonEscaped(String key) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            if (c == '/') {
                text.append("\\/");
            } else if (c == '+' || i % 3 == 0) {
                text.append(String.format("\\u%04X", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    private static String each(String key, String format) {
        return key.chars().mapToObj(c -> String.format(format, c)).collect(Collectors.joining());
    }

    private static byte[] aligned(String key, int before) {
        return ascii("k=".substring(0, before) + key);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String bytesOf(String key, Charset charset) {
        return new String(key.getBytes(charset), StandardCharsets.ISO_8859_1);
    }

    private static String utf8(String text) {
        return bytesOf(text, StandardCharsets.UTF_8);
    }

    private static String between(String key, String mark) {
        return String.join(mark, key.split(""));
    }

    private static String base32(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        int bits = 0;
        int count = 0;
        for (byte b : bytes) {
            bits = bits << 8 | b & 0xff;
            count += 8;
            while (count >= 5) {
                count -= 5;
                text.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt(bits >> count & 31));
            }
            bits &= (1 << count) - 1;
        }
        return count == 0
                ? text.toString()
                : text.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt(bits << 5 - count & 31))
                        .toString();
    }
}
