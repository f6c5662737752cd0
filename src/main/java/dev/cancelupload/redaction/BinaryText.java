package dev.cancelupload.redaction;

import java.util.ArrayList;
import java.util.List;

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

    /** Decodes a text. Returns the readable parts of the result: ASCII without control characters. */
    static List<String> decoded(String text) {
        List<String> readable = new ArrayList<>(0);
        StringBuilder run = new StringBuilder();
        for (int at = 0; at <= text.length(); at++) {
            char c = at < text.length() ? text.charAt(at) : '"';
            if (base64(c) >= 0) {
                run.append(c);
            } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                decode(run, readable);
                run.setLength(0);
            }
        }
        return readable;
    }

    private static void decode(StringBuilder run, List<String> readable) {
        if (run.length() < MIN_RUN) {
            return;
        }
        // The run may start with characters that are not part of the encoded text.
        for (int skipped = 0; skipped < 4; skipped++) {
            addReadable(run, skipped, BASE64_BITS, readable);
        }
        for (int skipped = 0; skipped < 2; skipped++) {
            addReadable(run, skipped, HEX_BITS, readable);
        }
    }

    /** Decodes a run and adds each readable part that can hold a piece of a key. */
    private static void addReadable(StringBuilder run, int skipped, int bits, List<String> parts) {
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
                if (readable.length() >= KeyPieces.MIN_PIECE) {
                    parts.add(readable.toString());
                }
                readable.setLength(0);
            }
        }
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
