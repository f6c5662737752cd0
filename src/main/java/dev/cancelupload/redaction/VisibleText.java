package dev.cancelupload.redaction;

/** Turns text from outside into one line of visible characters, for log lines and messages. */
public final class VisibleText {

    private VisibleText() {}

    /**
     * Puts the text on one line: each run of control characters (C0 and C1), line and paragraph separators, format
     * characters (such as those that change the direction of text) and unpaired surrogates becomes a space.
     *
     * @param longest how many characters are kept; an ellipsis replaces the rest
     */
    public static String oneLine(String text, int longest) {
        return cut(visible(text), longest);
    }

    /** Puts the text on one line without a limit on its length. Returns the same object if nothing changes. */
    public static String visible(String text) {
        int first = firstHidden(text);
        if (first < 0) {
            return text;
        }
        StringBuilder line = new StringBuilder(text.length()).append(text, 0, first);
        boolean hidden = false;
        for (int at = first, width; at < text.length(); at += width) {
            int c = text.codePointAt(at);
            width = Character.charCount(c);
            if (!isHidden(c)) {
                line.appendCodePoint(c);
            } else if (!hidden) {
                line.append(' ');
            }
            hidden = isHidden(c);
        }
        return line.toString();
    }

    /** Cuts the text after {@code longest} characters and appends an ellipsis if there were more. */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end) + "…";
    }

    private static int firstHidden(String text) {
        for (int at = 0, width; at < text.length(); at += width) {
            int c = text.codePointAt(at);
            width = Character.charCount(c);
            if (isHidden(c)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isHidden(int c) {
        if (c < 0x7f) {
            return c < ' ';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }
}
