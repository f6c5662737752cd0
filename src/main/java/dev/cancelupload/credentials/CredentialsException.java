package dev.cancelupload.credentials;

/** There are no credentials. The message is one sentence or more for the operator, and has no secret in it. */
public final class CredentialsException extends Exception {

    private final boolean rejected;

    private CredentialsException(String message, boolean rejected) {
        super(message, null, false, false);
        this.rejected = rejected;
    }

    /** They cannot be fetched from where they are: no permission, no route, throttled, not set up. */
    static CredentialsException unavailable(String message) {
        return new CredentialsException(message, false);
    }

    /** OpenAI refuses to exchange them. */
    static CredentialsException rejected(String message) {
        return new CredentialsException(message, true);
    }

    /** Whether OpenAI refused them, as opposed to that they could not be fetched. */
    public boolean rejected() {
        return rejected;
    }
}
