package dev.cancelupload;

import dev.cancelupload.openai.AnswerHeaders;
import dev.cancelupload.openai.Cancelled;
import dev.cancelupload.openai.ErrorAnswer;
import dev.cancelupload.openai.UploadFailure;
import java.util.Optional;

/**
 * What became of one upload: cancelled or failed, one of them is there.
 *
 * @param uploadId as the caller gave it
 * @param cancelled the cancelled Upload
 * @param failure why it was not cancelled
 * @param millis how long it took, waits included
 */
public record Outcome(String uploadId, Optional<Cancelled> cancelled, Optional<UploadFailure> failure, long millis) {

    /** {@code cancelled}, or the failure's error type. */
    public String name() {
        return failure.map(f -> f.kind().errorType()).orElse("cancelled");
    }

    /** OpenAI's HTTP status, if it answered. */
    public Optional<Integer> status() {
        return cancelled.map(Cancelled::status).or(() -> failure.flatMap(UploadFailure::answer)
                .map(ErrorAnswer::status));
    }

    /** OpenAI's {@code x-request-id}, if it answered. */
    public Optional<String> requestId() {
        return cancelled
                .map(Cancelled::headers)
                .or(() -> failure.flatMap(UploadFailure::answer).map(ErrorAnswer::headers))
                .flatMap(AnswerHeaders::requestId);
    }

    /** How many requests it took. */
    public int attempts() {
        return cancelled.map(Cancelled::attempts).orElseGet(() -> failure.map(UploadFailure::attempts)
                .orElse(0));
    }
}
