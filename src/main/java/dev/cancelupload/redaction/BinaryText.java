package dev.cancelupload.redaction;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds text within text that is encoded as base64, base64url or hexadecimal, so that what is encoded there, in
 * whichever way, can be searched too. White space does not count: encoders break lines.
 */
final class BinaryText {

    /** Of base64, so many characters hold a piece of a key. */
    private static final int SHORTEST = 16;

    private static final int BASE64_BITS = 6;
    private static final int HEX_BITS = 4;

    private BinaryText() {}

    /** What is encoded in a text, as far as it is readable: ASCII without control characters. */
    static List<String> decoded(String text) {
        List<String> all = new ArrayList<>(0);
        StringBuilder run = new StringBuilder();
        for (int at = 0; at <= text.length(); at++) {
            char c = at < text.length() ? text.charAt(at) : '"';
            if (base64(c) >= 0) {
                run.append(c);
            } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                decode(run, all);
                run.setLength(0);
            }
        }
        return all;
    }

    private static void decode(StringBuilder run, List<String> all) {
        if (run.length() < SHORTEST) {
            return;
        }
        // It may begin with characters that belong to something else.
        for (int skipped = 0; skipped < 4; skipped++) {
            addReadable(run, skipped, BASE64_BITS, all);
        }
        for (int skipped = 0; skipped < 2; skipped++) {
            addReadable(run, skipped, HEX_BITS, all);
        }
    }

    /** Every part of what is decoded that is readable and long enough. */
    private static void addReadable(StringBuilder run, int skipped, int bits, List<String> all) {
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
                if (readable.length() >= KeyPieces.SHORTEST) {
                    all.add(readable.toString());
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
