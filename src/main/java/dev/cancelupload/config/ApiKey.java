package dev.cancelupload.config;

import java.nio.charset.StandardCharsets;

/** OpenAI's API key. It cannot be printed; {@link #authorization()} is the one way out. */
public final class ApiKey {
    static final String MASK = "***";

    private final String value;

    /**
     * @param value the key, visible ASCII characters only
     * @throws IllegalArgumentException if it could not be sent as a header value; the message does not repeat it
     */
    public ApiKey(String value) {
        if (value.isEmpty() || !value.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("an API key is visible ASCII characters without spaces");
        }
        this.value = value;
    }

    /** The value of the {@code Authorization} header: {@code Bearer …}. */
    public String authorization() {
        return "Bearer " + value;
    }

    /** The text with every occurrence of the key masked, for text that came from outside. */
    public String redact(String text) {
        return text == null ? null : text.replace(value, MASK);
    }

    /** The same for an answer's bytes; the array itself if the key is not in it. */
    public byte[] redact(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.contains(value) ? redact(text).getBytes(StandardCharsets.ISO_8859_1) : bytes;
    }

    @Override
    public String toString() {
        return MASK;
    }
}
