package dev.cancelupload.cancel;

import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.ErrorResponse;
import dev.cancelupload.openai.ResponseHeaders;
import dev.cancelupload.openai.UploadFailure;
import java.util.Optional;

/** The outcome of cancelling one upload. */
public sealed interface Outcome {

    /** The id from the caller; empty if there was none. */
    String uploadId();

    /** The time in milliseconds, waits included. */
    long millis();

    /** {@code cancelled}, or the failure's error type. */
    String name();

    /** OpenAI's HTTP status, if it responded. */
    Optional<Integer> status();

    /** OpenAI's {@code x-request-id}, if it responded. */
    Optional<String> requestId();

    /** The number of requests. */
    int attempts();

    /** The failure, unless nothing is left to cancel. */
    Optional<UploadFailure> failureUnlessFinal();

    /** A copy without OpenAI's body, small enough to keep a thousand. */
    Outcome summary();

    /** The upload was cancelled. */
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
        public Optional<UploadFailure> failureUnlessFinal() {
            return Optional.empty();
        }

        @Override
        public Outcome summary() {
            return new Success(uploadId, cancelled.summary(), millis);
        }
    }

    /** The upload was not cancelled, or not by this call. */
    record Failure(String uploadId, UploadFailure failure, long millis) implements Outcome {

        @Override
        public String name() {
            return failure.kind().errorType();
        }

        @Override
        public Optional<Integer> status() {
            return failure.response().map(ErrorResponse::status);
        }

        @Override
        public Optional<String> requestId() {
            return failure.response().map(ErrorResponse::headers).flatMap(ResponseHeaders::requestId);
        }

        @Override
        public int attempts() {
            return failure.attempts();
        }

        @Override
        public Optional<UploadFailure> failureUnlessFinal() {
            return failure.kind().nothingToCancel() ? Optional.empty() : Optional.of(failure);
        }

        @Override
        public Outcome summary() {
            return new Failure(uploadId, failure.summary(), millis);
        }
    }
}
