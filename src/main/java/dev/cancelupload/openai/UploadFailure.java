package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import java.util.Optional;

/** Why an Upload was not cancelled. Its message is for the caller; what it quotes of an upstream has no key. */
public final class UploadFailure extends RuntimeException {

    private final FailureKind kind;
    private final boolean retryable;
    private final transient ErrorResponse answer;
    private final FinalState finalState;
    private final int attempts;

    /**
     * @param retryable whether the same call can succeed later without anyone changing anything
     * @param answer OpenAI's last answer; null if there was none
     * @param finalState which state OpenAI says that the Upload is in for good; null if it does not
     * @param attempts how many requests were sent or tried
     */
    UploadFailure(
            FailureKind kind,
            boolean retryable,
            String message,
            ErrorResponse answer,
            FinalState finalState,
            int attempts) {
        // No stack trace: this is an outcome, and the place it was made at says nothing about it.
        super(Redaction.ofCaller(message), null, false, false);
        this.kind = kind;
        this.retryable = retryable;
        this.answer = answer;
        this.finalState = finalState;
        this.attempts = attempts;
    }

    /** A failure without an answer of OpenAI, before anything was sent. */
    public static UploadFailure of(FailureKind kind, String message) {
        return new UploadFailure(kind, kind.retryable(), message, null, null, 0);
    }

    /** What a log line and a report need, without OpenAI's whole answer: small enough to keep a thousand. */
    public UploadFailure outline() {
        return new UploadFailure(
                kind, retryable, getMessage(), answer == null ? null : answer.outline(), finalState, attempts);
    }

    public FailureKind kind() {
        return kind;
    }

    /** Whether the same call can succeed later without anyone changing anything. */
    public boolean retryable() {
        return retryable;
    }

    /** OpenAI's last answer, if there was one. */
    public Optional<ErrorResponse> answer() {
        return Optional.ofNullable(answer);
    }

    /** Which state OpenAI says that the Upload is in for good, if it does. */
    public Optional<FinalState> finalState() {
        return Optional.ofNullable(finalState);
    }

    /** How many requests were sent or tried; 0 if none. */
    public int attempts() {
        return attempts;
    }

    @Override
    public String toString() {
        return kind.errorType() + ": " + getMessage();
    }
}
