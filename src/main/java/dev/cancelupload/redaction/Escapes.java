package dev.cancelupload.redaction;

/**
 * Decodes escape sequences of several languages, mixed in any way: {@code \\u0073}, {@code \x73}, {@code \163},
 * {@code \/}, {@code %73}, {@code %u0073}, {@code =73}, {@code &#115;}, {@code &#x73;}. The result is only searched,
 * never shown.
 */
final class Escapes {

    private Escapes() {}

    /** Decodes one level of escapes. Returns the same object if the text has none. */
    static String decoded(String text) {
        int first = next(text, 0);
        if (first < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length());
        int copied = 0;
        boolean changed = false;
        for (int at = first; at >= 0; ) {
            int end = end(text, at);
            if (end < 0) {
                at = next(text, at + 1);
                continue;
            }
            changed = true;
            decoded.append(text, copied, at);
            append(text, at, end, decoded);
            copied = end;
            at = next(text, end);
        }
        return changed ? decoded.append(text, copied, text.length()).toString() : text;
    }

    /** Decodes CSS escapes ({@code \73 }), which look like octal ones. Returns the same object if the text has none. */
    static String decodedFromCss(String text) {
        StringBuilder decoded = null;
        int copied = 0;
        for (int at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at + 1)) {
            int end = digits(text, at + 1, 6, 16);
            if (end > at + 1) {
                decoded = decoded == null ? new StringBuilder(text.length()) : decoded;
                decoded.append(text, copied, at).append((char) Integer.parseInt(text, at + 1, end, 16));
                copied = end < text.length() && text.charAt(end) == ' ' ? end + 1 : end;
            }
        }
        return decoded == null
                ? text
                : decoded.append(text, copied, text.length()).toString();
    }

    private static int next(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' || c == '%' || c == '=' || c == '&') {
                return i;
            }
        }
        return -1;
    }

    /** The end of the escape that starts at {@code at}; -1 if there is none. */
    private static int end(String text, int at) {
        if (at + 1 >= text.length()) {
            return -1;
        }
        char kind = text.charAt(at);
        char second = text.charAt(at + 1);
        if (kind == '&') {
            boolean hex = second == '#' && at + 2 < text.length() && (text.charAt(at + 2) | 0x20) == 'x';
            int start = at + (hex ? 3 : 2);
            int end = second == '#' ? digits(text, start, 7, hex ? 16 : 10) : start;
            // Browsers accept a reference without its semicolon.
            return end == start ? -1 : end < text.length() && text.charAt(end) == ';' ? end + 1 : end;
        }
        if (kind == '%' && (second | 0x20) == 'u') {
            return digits(text, at + 2, 4, 16) == at + 6 ? at + 6 : -1;
        }
        if (kind != '\\') {
            return digits(text, at + 1, 2, 16) == at + 3 ? at + 3 : -1;
        }
        if (second == 'u' || second == 'U') {
            int end = digits(text, at + 2, 4, 16);
            return end == at + 6 ? end : at + 2;
        }
        if (second == 'x' || second == 'X') {
            int end = digits(text, at + 2, 2, 16);
            return end > at + 2 ? end : at + 2;
        }
        int octal = digits(text, at + 1, 3, 8);
        return octal > at + 1 ? octal : at + 2;
    }

    private static int digits(String text, int start, int most, int radix) {
        int end = start;
        while (end < text.length() && end < start + most && Character.digit(text.charAt(end), radix) >= 0) {
            end++;
        }
        return end;
    }

    private static void append(String text, int at, int end, StringBuilder decoded) {
        char second = text.charAt(at + 1);
        int start = at + 1;
        int radix = 16;
        if (text.charAt(at) == '&') {
            boolean hex = (text.charAt(at + 2) | 0x20) == 'x';
            start = at + (hex ? 3 : 2);
            radix = hex ? 16 : 10;
        } else if (text.charAt(at) == '%' && (second | 0x20) == 'u') {
            start = at + 2;
        } else if (text.charAt(at) == '\\') {
            boolean octal = second >= '0' && second <= '7';
            if (!octal && end == at + 2) {
                // \n, \t and their like are white space; any other escaped character is itself.
                decoded.append("bfnrtuxUX".indexOf(second) >= 0 ? ' ' : second);
                return;
            }
            start = octal ? at + 1 : at + 2;
            radix = octal ? 8 : 16;
        }
        int code = 0;
        for (int i = start; i < end && text.charAt(i) != ';'; i++) {
            code = code * radix + Character.digit(text.charAt(i), radix);
        }
        decoded.append(code <= 0xffff ? (char) code : '?');
    }
}
