package dev.cancelupload.openai;

import java.util.Optional;

/**
 * The id of an Upload that a caller named: one that is safe in a URL path without encoding (RFC 3986's unreserved
 * characters), or the reason why it is not.
 *
 * @param given what the caller sent; empty if it named none
 * @param problem why nothing can be sent to OpenAI for it; empty for a valid id
 */
public record UploadId(String given, Optional<String> problem) {

    /** The maximum length of an id. */
    public static final int MAX_LENGTH = 256;

    private static final int SHOWN = 64;
    private static final String CORRECTION = " An upload id is 1 to " + MAX_LENGTH
            + " characters of A-Z a-z 0-9 _ . ~ - as OpenAI gave it when the Upload was created (upload_…)."
            + " Nothing was sent to OpenAI.";

    /** Checks what a caller sent as an id; null stands for none. */
    public static UploadId of(String given) {
        return new UploadId(given == null ? "" : given, problemOf(given).map(problem -> problem + CORRECTION));
    }

    /** For a caller that named none. @param problem a sentence that says why */
    public static UploadId missing(String problem) {
        return new UploadId(
                "",
                Optional.of(problem + " Send the id as a JSON string, or as {\"uploadId\": \"upload_…\"}."
                        + " Nothing was sent to OpenAI."));
    }

    private static Optional<String> problemOf(String id) {
        if (id == null || id.isBlank()) {
            return Optional.of("The upload id is missing or blank.");
        }
        if (id.length() > MAX_LENGTH) {
            return Optional.of("The upload id has " + id.length() + " characters: " + shown(id) + ".");
        }
        for (int i = 0; i < id.length(); i++) {
            if (!isUnreserved(id.charAt(i))) {
                return Optional.of(
                        "The upload id " + shown(id) + " has an invalid character at position " + (i + 1) + ".");
            }
        }
        return id.equals(".") || id.equals("..")
                ? Optional.of("The upload id " + shown(id) + " is a relative path segment.")
                : Optional.empty();
    }

    private static boolean isUnreserved(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "_-.~".indexOf(c) >= 0;
    }

    /** Whether OpenAI can have given this id to an Upload. */
    public boolean isOfOpenAi() {
        return given.startsWith("upload_");
    }

    /** Formats any text of a caller for a message: quoted, in visible ASCII, and cut after 64 characters. */
    public static String shown(String text) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                shown.append("\\u").append(Integer.toHexString(0x10000 + c), 1, 5);
            } else {
                shown.append(c);
            }
        }
        return shown.append(text.length() > SHOWN ? "…\"" : "\"").toString();
    }

    /** The id as given if it is valid, otherwise {@link #shown}. */
    @Override
    public String toString() {
        return problem.isEmpty() ? given : shown(given);
    }
}
