package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;

/** OpenAI's API key. It cannot be printed; {@link #authorization()} is the one way out. */
public final class ApiKey implements ApiKeySource {
    private final String value;

    /**
     * @param value the key, visible ASCII characters only
     * @throws IllegalArgumentException if it could not be sent as a header value, or is in quotation marks; the message
     *     does not repeat it
     */
    public ApiKey(String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("an API key is visible ASCII characters without spaces");
        }
        if ("\"'".indexOf(value.charAt(0)) >= 0) {
            throw new IllegalArgumentException("an API key does not begin with a quotation mark");
        }
        this.value = value;
    }

    /** The value of the {@code Authorization} header: {@code Bearer …}. */
    public String authorization() {
        return "Bearer " + value;
    }

    /** Whether it is the same key. */
    public boolean isSameAs(ApiKey other) {
        return value.equals(other.value);
    }

    /** What keeps it out of text that leaves the process. */
    public Redaction redaction() {
        return new Redaction(value);
    }

    @Override
    public String toString() {
        return Redaction.MASK;
    }
}
