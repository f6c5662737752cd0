package dev.cancelupload.openai;

import dev.cancelupload.http.TransportException;

/** What became of one request. */
sealed interface AttemptResult {

    /** Whether the Upload may be cancelled now although we were not told so. */
    boolean mayHaveCancelled();

    /** OpenAI returned the cancelled Upload. */
    record Succeeded(CancelledUpload cancelled) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return true;
        }
    }

    /** OpenAI, or something in front of it, answered with another status than 2xx. */
    record Answered(ErrorResponse answer) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return answer.status() == 408 || answer.status() >= 500;
        }
    }

    /** OpenAI refused the key, which has been replaced meanwhile: the next attempt has another one. */
    record KeyReplaced(Answered refusal) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return false;
        }
    }

    /**
     * The status was 2xx, but the answer is not the cancelled Upload.
     *
     * @param reason completes the sentence "OpenAI's answer …"
     * @param anothers whether it is the answer to another request, so that there may be one to this on a new connection
     */
    record Unusable(int status, ResponseHeaders headers, String reason, boolean anothers) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return true;
        }
    }

    /** The status was 2xx, and the Upload is in another final state than cancelled. */
    record OtherwiseFinal(int status, ResponseHeaders headers, FinalState state) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return false;
        }
    }

    /** There was no complete answer. */
    record Broken(TransportException reason) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return reason.sent();
        }
    }
}
