package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;

/** OpenAI's API key. {@link #toString()} masks it; only {@link #authorization()} returns it. */
public final class ApiKey implements ApiKeySource {
    private final String value;

    /**
     * @param value the key, visible ASCII characters only
     * @throws IllegalArgumentException if it is not valid as a header value or starts with a quotation mark; the
     *     message does not contain it
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

    /** A redaction that masks this key. */
    public Redaction redaction() {
        return new Redaction(value);
    }

    @Override
    public String toString() {
        return Redaction.MASK;
    }
}
