package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import java.util.Optional;

/**
 * Why an Upload was not cancelled.
 *
 * @param kind decides the error type and the HTTP status
 * @param message for the caller: what happened, and what to do; credentials are masked
 * @param retryable whether a later call can succeed without any change to the event
 * @param response OpenAI's last response, if there was one
 * @param finalState {@code completed}, {@code cancelled} or {@code expired}, if OpenAI said so
 * @param attempts the number of requests
 */
public record Failure(
        FailureKind kind,
        String message,
        boolean retryable,
        Optional<ErrorResponse> response,
        Optional<String> finalState,
        int attempts) {

    /** Masks credentials in the message. */
    public Failure {
        message = Redaction.mask(message);
    }

    /** A failure before anything was sent. */
    public static Failure of(FailureKind kind, String message) {
        return new Failure(kind, message, kind.retryable(), Optional.empty(), Optional.empty(), 0);
    }

    /** A copy without OpenAI's body, small enough to keep those of the largest batch. */
    public Failure summary() {
        return new Failure(kind, message, retryable, response.map(ErrorResponse::summary), finalState, attempts);
    }

    @Override
    public String toString() {
        return kind.errorType() + ": " + message;
    }
}
