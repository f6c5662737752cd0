package dev.cancelupload.openai;

import java.util.Optional;
import java.util.function.Function;

/** What became of one Upload. */
public sealed interface Outcome {

    /** What is left to do about an Upload of which nothing is to stay pending. */
    enum State {
        CANCELLED,
        /** There was nothing left to cancel. */
        FINAL,
        /** It cannot be cancelled, however often it is tried. */
        FAILED,
        /** A later try can cancel it. */
        LEFT,
        /** The same, and nothing was sent for it. */
        NOT_TRIED
    }

    /** The Upload that the caller named. */
    UploadId id();

    /** The time in milliseconds, waits included. */
    long millis();

    /** What is left to do. */
    State state();

    /** Applies the function for this kind of outcome. */
    <T> T map(Function<CancelledUpload, T> cancelled, Function<Failure, T> failed);

    /** A copy without OpenAI's body, small enough to keep those of the largest batch. */
    Outcome summary();

    /** The failure, if it is one. */
    default Optional<Failure> failure() {
        return map(cancelled -> Optional.empty(), Optional::of);
    }

    /** {@code cancelled}, or the failure's error type. */
    default String name() {
        return map(cancelled -> "cancelled", failure -> failure.kind().errorType());
    }

    /** OpenAI's HTTP status, if it responded. */
    default Optional<Integer> status() {
        return map(cancelled -> Optional.of(cancelled.status()), failure -> failure.response()
                .map(ErrorResponse::status));
    }

    /** OpenAI's {@code x-request-id}, if it responded. */
    default Optional<String> requestId() {
        return map(cancelled -> cancelled.headers().requestId(), failure -> failure.response()
                .flatMap(response -> response.headers().requestId()));
    }

    /** The number of requests. */
    default int attempts() {
        return map(CancelledUpload::attempts, Failure::attempts);
    }

    /** It was cancelled. */
    record Cancelled(UploadId id, CancelledUpload upload, long millis) implements Outcome {

        @Override
        public State state() {
            return State.CANCELLED;
        }

        @Override
        public <T> T map(Function<CancelledUpload, T> cancelled, Function<Failure, T> failed) {
            return cancelled.apply(upload);
        }

        @Override
        public Outcome summary() {
            return new Cancelled(id, upload.summary(), millis);
        }
    }

    /** It was not cancelled, or not by this call. */
    record NotCancelled(UploadId id, Failure reason, long millis) implements Outcome {

        @Override
        public State state() {
            boolean nothingToCancel = reason.kind() == FailureKind.UPLOAD_ALREADY_FINAL
                    // OpenAI has never given another id, so it was meant for something else.
                    || reason.kind() == FailureKind.UPLOAD_NOT_FOUND && id.isOfOpenAi();
            if (nothingToCancel) {
                return State.FINAL;
            }
            if (!reason.retryable()) {
                return State.FAILED;
            }
            return reason.attempts() == 0 ? State.NOT_TRIED : State.LEFT;
        }

        @Override
        public <T> T map(Function<CancelledUpload, T> cancelled, Function<Failure, T> failed) {
            return failed.apply(reason);
        }

        @Override
        public Outcome summary() {
            return new NotCancelled(id, reason.summary(), millis);
        }
    }
}
