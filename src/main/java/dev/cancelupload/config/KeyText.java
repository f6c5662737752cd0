package dev.cancelupload.config;

import java.util.Optional;

/** Tells what can be a key or token from what people put in its place. */
public final class KeyText {

    private KeyText() {}

    /**
     * Says what a text is if it cannot be sent as a bearer token.
     *
     * @param text without white space around it
     * @return completes the sentence "It …", and has nothing of the text in it; empty for what can be a key
     */
    public static Optional<String> problem(String text) {
        if (text.isEmpty()) {
            return Optional.of("is empty");
        }
        if (text.contains("{{resolve:")) {
            return Optional.of("is a dynamic reference that CloudFormation has not resolved ({{resolve:...}})");
        }
        if (text.startsWith("{") || text.startsWith("[")) {
            return Optional.of("is JSON, not the key in it");
        }
        if (text.startsWith("$")) {
            return Optional.of("is a placeholder that nothing has replaced (${...})");
        }
        if (text.startsWith("arn:")) {
            return Optional.of("is an ARN");
        }
        if (text.startsWith("<") || text.endsWith(">")) {
            return Optional.of("is a placeholder such as <your-api-key>");
        }
        if (isQuote(text.charAt(0)) || isQuote(text.charAt(text.length() - 1))) {
            return Optional.of("has a quotation mark at one end");
        }
        if (text.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.of("begins with \"Bearer\", which is not part of a key");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isWhitespace(c)) {
                return Optional.of("has white space or a line break in it");
            }
            if (c < ' ' || c > '~') {
                return Optional.of("has a character in it that is not ASCII");
            }
        }
        return Optional.empty();
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`' || c == '\u201c' || c == '\u201d';
    }
}
