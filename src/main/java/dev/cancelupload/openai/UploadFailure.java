package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import java.util.Optional;

/** Why an Upload was not cancelled. The message is for the caller; text from the upstream in it is redacted. */
public final class UploadFailure extends RuntimeException {

    private final FailureKind kind;
    private final boolean retryable;
    private final transient ErrorResponse response;
    private final FinalState finalState;
    private final int attempts;

    /**
     * @param retryable whether the same call can succeed later without any change
     * @param response OpenAI's last response; null if there was none
     * @param finalState the final state of the Upload that OpenAI reported; null if it reported none
     * @param attempts the number of attempts
     */
    UploadFailure(
            FailureKind kind,
            boolean retryable,
            String message,
            ErrorResponse response,
            FinalState finalState,
            int attempts) {
        // No stack trace: this is an expected outcome, and its origin in the code does not matter.
        super(Redaction.maskCallerText(message), null, false, false);
        this.kind = kind;
        this.retryable = retryable;
        this.response = response;
        this.finalState = finalState;
        this.attempts = attempts;
    }

    /** A failure before anything was sent. */
    public static UploadFailure of(FailureKind kind, String message) {
        return new UploadFailure(kind, kind.retryable(), message, null, null, 0);
    }

    /** A copy with only what log lines and reports need, small enough to keep a thousand. */
    public UploadFailure summary() {
        return new UploadFailure(
                kind, retryable, getMessage(), response == null ? null : response.summary(), finalState, attempts);
    }

    public FailureKind kind() {
        return kind;
    }

    /** Whether the same call can succeed later without any change. */
    public boolean retryable() {
        return retryable;
    }

    /** OpenAI's last response, if there was one. */
    public Optional<ErrorResponse> response() {
        return Optional.ofNullable(response);
    }

    /** The final state of the Upload that OpenAI reported, if it did. */
    public Optional<FinalState> finalState() {
        return Optional.ofNullable(finalState);
    }

    /** The number of attempts. */
    public int attempts() {
        return attempts;
    }

    @Override
    public String toString() {
        return kind.errorType() + ": " + getMessage();
    }
}
