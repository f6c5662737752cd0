package dev.cancelupload.redaction;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Finds pieces of a key in a text, plain or encoded: base64 and base64url at any alignment and of UTF-16, base32,
 * hexadecimal, lists of numbers, reversed. Ignores the case of letters, and everything between them that is not an
 * ASCII letter or digit (line breaks, zero-width characters, the NULs of UTF-16, commas).
 *
 * <p>Key and text are both reduced to ASCII letters and digits. Each encoding of the key is one string to search for.
 * Every {@link #STEP}th sequence of {@link #GRAM} characters of these strings is in a hash table, so that the text is
 * read once for all of them.
 */
final class KeyPieces {

    /** The shortest piece of a key that is redacted, in characters. */
    static final int MIN_PIECE = 12;

    private static final int GRAM = 5;
    /** With this step every piece of {@code GRAM + STEP - 1 = 8} characters has a sequence in the table. */
    private static final int STEP = 4;

    private static final int MIN_MATCH = GRAM + STEP - 1;
    /** How many equal sequences the table keeps; only a key that repeats itself has more. */
    private static final int MAX_EQUAL = 16;

    private static final byte SEPARATOR = -1;
    private static final int BITS = 6;
    private static final int GRAM_MASK = (1 << GRAM * BITS) - 1;
    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    /** The reduced encodings of the key, concatenated with separators. */
    private final byte[] encodings;
    /** For each position in {@link #encodings} the position of that character in the encoding before reduction. */
    private final int[] origin;
    /** For each position in {@link #encodings} the shortest piece to redact, in characters before reduction. */
    private final int[] least;
    /** Hash table of sequences: their positions in {@link #encodings} plus one; 0 marks an empty slot. */
    private final int[] table;

    KeyPieces(String key) {
        List<Encoding> all = encodings(key);
        int length = all.stream().mapToInt(e -> e.text.length() + 2).sum();
        encodings = new byte[length];
        origin = new int[length];
        least = new int[length];
        table = new int[Integer.highestOneBit(Math.max(length, 16)) * 2];
        int end = 0;
        for (Encoding encoding : all) {
            encodings[end] = SEPARATOR;
            origin[end++] = -1;
            int start = end;
            for (int i = 0; i < encoding.text.length(); i++) {
                byte value = reduced(encoding.text.charAt(i));
                if (value >= 0) {
                    encodings[end] = value;
                    origin[end++] = i;
                }
            }
            encodings[end] = SEPARATOR;
            origin[end] = encoding.text.length();
            Arrays.fill(least, start, end, encoding.window);
            for (int at = start; at + GRAM <= end; at += STEP) {
                insert(at);
            }
            end++;
        }
    }

    /** @param window the least number of characters that encode {@link #MIN_PIECE} characters of the key */
    private record Encoding(String text, int window) {}

    private static List<Encoding> encodings(String key) {
        byte[] ascii = key.getBytes(StandardCharsets.US_ASCII);
        List<Encoding> all = new ArrayList<>();
        all.add(new Encoding(key, MIN_PIECE));
        all.add(new Encoding(new StringBuilder(key).reverse().toString(), MIN_PIECE));
        all.add(new Encoding(numbers(ascii, "", 16, 2), 2 * MIN_PIECE));
        all.add(new Encoding(numbers(ascii, "00", 16, 2), 4 * MIN_PIECE - 2));
        all.add(new Encoding(numbers(ascii, "0x", 16, 2), 4 * MIN_PIECE - 2));
        all.add(new Encoding(numbers(ascii, "u00", 16, 2), 5 * MIN_PIECE - 3));
        all.add(new Encoding(numbers(ascii, "", 8, 3), 3 * MIN_PIECE));
        all.add(new Encoding(numbers(ascii, "0", 8, 1), 3 * MIN_PIECE - 1));
        all.add(new Encoding(numbers(ascii, "", 10, 2), 2 * MIN_PIECE));
        // Twelve bytes make sixteen characters; the first and the last may depend on the neighbouring bytes.
        base64(ascii).forEach(text -> all.add(new Encoding(text, 14)));
        base64(key.getBytes(StandardCharsets.UTF_16BE)).forEach(text -> all.add(new Encoding(text, 29)));
        base64(key.getBytes(StandardCharsets.UTF_16LE)).forEach(text -> all.add(new Encoding(text, 29)));
        for (int skipped = 0; skipped < 5; skipped++) {
            all.add(new Encoding(base32(ascii, skipped), 17));
        }
        return all;
    }

    private void insert(int at) {
        int gram = 0;
        for (int i = at; i < at + GRAM; i++) {
            gram = gram << BITS | encodings[i];
        }
        int equal = 0;
        int slot = slot(gram);
        for (; table[slot] != 0; slot = next(slot)) {
            if (startsWith(table[slot] - 1, encodings, at) && ++equal == MAX_EQUAL) {
                return;
            }
        }
        table[slot] = at + 1;
    }

    private int slot(int gram) {
        return (gram * 0x9E3779B9 >>> 8) & table.length - 1;
    }

    private int next(int slot) {
        return slot + 1 & table.length - 1;
    }

    private boolean startsWith(int position, byte[] other, int at) {
        return Arrays.equals(encodings, position, position + GRAM, other, at, at + GRAM);
    }

    /** Whether the text contains a piece of the key in any of the encodings. */
    boolean occurIn(CharSequence text) {
        byte[] reduced = new byte[text.length()];
        int length = reduce(text, reduced);
        int gram = 0;
        for (int end = 1; end <= length; end++) {
            gram = (gram << BITS | reduced[end - 1]) & GRAM_MASK;
            if (end < GRAM) {
                continue;
            }
            for (int slot = slot(gram); table[slot] != 0; slot = next(slot)) {
                int position = table[slot] - 1;
                if (startsWith(position, reduced, end - GRAM)
                        && commonLength(position, reduced, end - GRAM, length) >= least[position]) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The length of the common substring around these two positions, before reduction. Includes the characters that
     * reduction dropped at both ends, since the reduced text does not show whether they are in the text.
     */
    private int commonLength(int position, byte[] text, int at, int length) {
        int before = 0;
        while (before < at && encodings[position - before - 1] == text[at - before - 1]) {
            before++;
        }
        int after = GRAM;
        while (at + after < length && encodings[position + after] == text[at + after]) {
            after++;
        }
        if (before + after < MIN_MATCH) {
            return 0;
        }
        return origin[position + after] - origin[position - before - 1] - 1;
    }

    private static int reduce(CharSequence text, byte[] into) {
        int end = 0;
        for (int i = 0; i < text.length(); i++) {
            byte value = reduced(text.charAt(i));
            if (value >= 0) {
                into[end++] = value;
            }
        }
        return end;
    }

    /** 0 to 35 for letters of either case and digits, including full-width ones; -1 for other characters. */
    private static byte reduced(char c) {
        if (c >= '\uff01' && c <= '\uff5e') {
            c -= 0xfee0;
        }
        if (c >= 'a' && c <= 'z') {
            return (byte) (c - 'a');
        }
        if (c >= 'A' && c <= 'Z') {
            return (byte) (c - 'A');
        }
        return c >= '0' && c <= '9' ? (byte) (c - '0' + 26) : -1;
    }

    /** Base64 of the bytes at the three alignments, without the characters that neighbouring bytes contribute to. */
    private static List<String> base64(byte[] bytes) {
        List<String> encoded = new ArrayList<>(3);
        for (int skipped = 0; skipped < 3; skipped++) {
            byte[] shifted = new byte[skipped + bytes.length];
            System.arraycopy(bytes, 0, shifted, skipped, bytes.length);
            String text = Base64.getEncoder().withoutPadding().encodeToString(shifted);
            int whole = shifted.length * 8 / 6;
            encoded.add(text.substring((skipped * 8 + 5) / 6, whole));
        }
        return encoded;
    }

    /** Base32 of the bytes at one alignment, without the characters that neighbouring bytes contribute to. */
    private static String base32(byte[] bytes, int skipped) {
        StringBuilder text = new StringBuilder();
        int first = (skipped * 8 + 4) / 5 * 5 - skipped * 8;
        for (int bit = first; bit + 5 <= bytes.length * 8; bit += 5) {
            int value = 0;
            for (int i = bit; i < bit + 5; i++) {
                value = value << 1 | bytes[i / 8] >> 7 - i % 8 & 1;
            }
            text.append(BASE32.charAt(value));
        }
        return text.toString();
    }

    /** Each byte as a number of at least {@code digits} digits. */
    private static String numbers(byte[] bytes, String prefix, int radix, int digits) {
        StringBuilder text = new StringBuilder(bytes.length * (prefix.length() + 3));
        for (byte b : bytes) {
            String number = Integer.toString(b, radix);
            text.append(prefix)
                    .append("0".repeat(Math.max(0, digits - number.length())))
                    .append(number);
        }
        return text.toString();
    }
}
