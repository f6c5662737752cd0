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
        if (text.contains("{{resolve:") || text.startsWith("$") || text.startsWith("<")) {
            return Optional.of("is a placeholder that nothing has resolved, such as {{resolve:...}}, ${...} or <...>");
        }
        if (text.startsWith("{") || text.startsWith("[")) {
            return Optional.of("is JSON, not the key in it");
        }
        if (text.startsWith("arn:")) {
            return Optional.of("is an ARN");
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || c == '"' || c == '\'') {
                return Optional.of("has white space, a quotation mark or a character that is not ASCII in it");
            }
        }
        return Optional.empty();
    }
}
