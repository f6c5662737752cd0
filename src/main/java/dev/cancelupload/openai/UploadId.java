package dev.cancelupload.openai;

/**
 * An Upload's identifier that is safe in a URL path: one segment of RFC 3986's unreserved characters, without encoding.
 *
 * @param value 1 to 256 characters of {@code A-Z a-z 0-9 _ . ~ -}, neither {@code .} nor {@code ..}
 */
public record UploadId(String value) {

    /** The maximum length. */
    public static final int MAX_LENGTH = 256;

    /** @throws UploadFailure of kind {@link FailureKind#INVALID_UPLOAD_ID}, with the reason */
    public UploadId {
        String problem = problem(value);
        if (problem != null) {
            throw UploadFailure.of(
                    FailureKind.INVALID_UPLOAD_ID,
                    problem + " An upload id is 1 to " + MAX_LENGTH
                            + " characters of A-Z a-z 0-9 _ . ~ - as OpenAI gave it when the Upload was created (upload_…)."
                            + " Nothing was sent to OpenAI.");
        }
    }

    private static String problem(String value) {
        if (value == null || value.isBlank()) {
            return "The upload id is missing or blank.";
        }
        if (value.length() > MAX_LENGTH) {
            return "The upload id has " + value.length() + " characters: " + shown(value) + ".";
        }
        for (int i = 0; i < value.length(); i++) {
            if (!isUnreserved(value.charAt(i))) {
                return "The upload id " + shown(value) + " has an invalid character at position " + (i + 1) + ".";
            }
        }
        if (value.equals(".") || value.equals("..")) {
            return "The upload id " + shown(value) + " is a relative path segment.";
        }
        return null;
    }

    private static boolean isUnreserved(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '-'
                || c == '.'
                || c == '~';
    }

    /** Formats the value for a message or a log line: quoted, in visible ASCII, and cut after 64 characters. */
    public static String shown(String value) {
        if (value == null) {
            return "null";
        }
        StringBuilder text = new StringBuilder("\"");
        for (int i = 0; i < Math.min(value.length(), 64); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.append(value.length() > 64 ? "…\"" : "\"").toString();
    }

    @Override
    public String toString() {
        return value;
    }
}
