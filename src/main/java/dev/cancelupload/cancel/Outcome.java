package dev.cancelupload.cancel;

import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.ErrorResponse;
import dev.cancelupload.openai.ResponseHeaders;
import dev.cancelupload.openai.UploadFailure;
import java.util.Optional;

/** What became of one upload. */
public sealed interface Outcome {

    /** As the caller gave it; empty if it gave none. */
    String uploadId();

    /** How long it took in milliseconds, waits included. */
    long millis();

    /** {@code cancelled}, or the failure's error type. */
    String name();

    /** OpenAI's HTTP status, if it answered. */
    Optional<Integer> status();

    /** OpenAI's {@code x-request-id}, if it answered. */
    Optional<String> requestId();

    /** How many requests it took. */
    int attempts();

    /** The failure, if it is one that leaves something to cancel. */
    Optional<UploadFailure> leftOver();

    /** The same without OpenAI's whole answer: small enough to keep a thousand. */
    Outcome outline();

    /** It was cancelled. */
    record Success(String uploadId, CancelledUpload cancelled, long millis) implements Outcome {

        @Override
        public String name() {
            return "cancelled";
        }

        @Override
        public Optional<Integer> status() {
            return Optional.of(cancelled.status());
        }

        @Override
        public Optional<String> requestId() {
            return cancelled.headers().requestId();
        }

        @Override
        public int attempts() {
            return cancelled.attempts();
        }

        @Override
        public Optional<UploadFailure> leftOver() {
            return Optional.empty();
        }

        @Override
        public Outcome outline() {
            return new Success(uploadId, cancelled.outline(), millis);
        }
    }

    /** It was not cancelled, or not by this call. */
    record Failure(String uploadId, UploadFailure failure, long millis) implements Outcome {

        @Override
        public String name() {
            return failure.kind().errorType();
        }

        @Override
        public Optional<Integer> status() {
            return failure.answer().map(ErrorResponse::status);
        }

        @Override
        public Optional<String> requestId() {
            return failure.answer().map(ErrorResponse::headers).flatMap(ResponseHeaders::requestId);
        }

        @Override
        public int attempts() {
            return failure.attempts();
        }

        @Override
        public Optional<UploadFailure> leftOver() {
            return failure.kind().nothingToCancel() ? Optional.empty() : Optional.of(failure);
        }

        @Override
        public Outcome outline() {
            return new Failure(uploadId, failure.outline(), millis);
        }
    }
}
