package dev.cancelupload.credentials;

import dev.cancelupload.redaction.Redaction;

/** An API key or access token for OpenAI. It is masked from its creation on; only {@link #authorization()} has it. */
public final class BearerToken {
    private final String value;

    /** @param value visible ASCII characters */
    public BearerToken(String value) {
        Redaction.add(value);
        this.value = value;
    }

    /** The value of the {@code Authorization} header: {@code Bearer …}. */
    public String authorization() {
        return "Bearer " + value;
    }

    /** Whether it is the same token. */
    public boolean isSameAs(BearerToken other) {
        return value.equals(other.value);
    }

    @Override
    public String toString() {
        return Redaction.MASK;
    }
}
