package dev.cancelupload.openai;

import java.util.Optional;

/**
 * Why an Upload was not cancelled. Its message is for the caller; {@link #toString()} starts with the documented error
 * type, which is what Funqy passes on.
 */
public final class UploadFailure extends RuntimeException {

    private final FailureKind kind;
    private final boolean retryable;
    private final ErrorAnswer answer;
    private final int attempts;

    private UploadFailure(FailureKind kind, boolean retryable, String message, ErrorAnswer answer, int attempts) {
        // No stack trace: this is an outcome, and the place it was made at says nothing about it.
        super(message, null, false, false);
        this.kind = kind;
        this.retryable = retryable;
        this.answer = answer;
        this.attempts = attempts;
    }

    /** A failure without an answer of OpenAI, before anything was sent. */
    public static UploadFailure of(FailureKind kind, String message) {
        return new UploadFailure(kind, kind.retryable(), message, null, 0);
    }

    static UploadFailure of(FailureKind kind, boolean retryable, String message, ErrorAnswer answer, int attempts) {
        return new UploadFailure(kind, retryable, message, answer, attempts);
    }

    public FailureKind kind() {
        return kind;
    }

    /** Whether the same call can succeed later without anyone changing anything. */
    public boolean retryable() {
        return retryable;
    }

    /** OpenAI's last answer, if there was one. */
    public Optional<ErrorAnswer> answer() {
        return Optional.ofNullable(answer);
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
