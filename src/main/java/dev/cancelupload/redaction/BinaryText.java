package dev.cancelupload.redaction;

import java.util.function.Predicate;

/**
 * Decodes the runs of base64, base64url and hexadecimal in a text, so that the decoded text can be searched too. White
 * space inside a run is ignored: encoders break lines.
 */
final class BinaryText {

    /** The length of {@link KeyPieces#MIN_PIECE} bytes in base64. */
    private static final int MIN_RUN = 16;

    private static final int BASE64_BITS = 6;
    private static final int HEX_BITS = 4;

    private BinaryText() {}

    /**
     * Decodes a text.
     *
     * @param isClean is given each readable part of the result: ASCII without control characters
     * @return whether all of them are
     */
    static boolean allDecoded(String text, Predicate<String> isClean) {
        StringBuilder run = new StringBuilder();
        for (int at = 0; at <= text.length(); at++) {
            char c = at < text.length() ? text.charAt(at) : '"';
            if (base64(c) >= 0) {
                run.append(c);
            } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                if (!allDecoded(run, isClean)) {
                    return false;
                }
                run.setLength(0);
            }
        }
        return true;
    }

    private static boolean allDecoded(StringBuilder run, Predicate<String> isClean) {
        if (run.length() < MIN_RUN) {
            return true;
        }
        // The run may start with characters that are not part of the encoded text.
        for (int skipped = 0; skipped < 4; skipped++) {
            if (!allDecoded(run, skipped, BASE64_BITS, isClean)) {
                return false;
            }
        }
        for (int skipped = 0; skipped < 2; skipped++) {
            if (!allDecoded(run, skipped, HEX_BITS, isClean)) {
                return false;
            }
        }
        return true;
    }

    /** Decodes a run; passes on each readable part that can hold a piece of a key. */
    private static boolean allDecoded(StringBuilder run, int skipped, int bits, Predicate<String> isClean) {
        StringBuilder readable = null;
        int buffer = 0;
        int count = 0;
        for (int at = skipped; at < run.length(); at++) {
            int value = bits == BASE64_BITS ? base64(run.charAt(at)) : Character.digit(run.charAt(at), 16);
            boolean broken = value < 0;
            buffer = broken ? 0 : (buffer << bits | value) & 0xffff;
            count = broken ? 0 : count + bits;
            if (count >= 8) {
                count -= 8;
                int b = buffer >> count & 0xff;
                broken = b < ' ' || b > '~';
                if (!broken) {
                    readable = readable == null ? new StringBuilder() : readable;
                    readable.append((char) b);
                }
            }
            if ((broken || at == run.length() - 1) && readable != null) {
                if (readable.length() >= KeyPieces.MIN_PIECE && !isClean.test(readable.toString())) {
                    return false;
                }
                readable.setLength(0);
            }
        }
        return true;
    }

    private static int base64(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    }
}
