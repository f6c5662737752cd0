package dev.cancelupload.openai;

import dev.cancelupload.http.TransportException;

/** The result of one attempt. */
sealed interface AttemptResult {

    /** Whether the Upload may be cancelled now, even if the response does not say so. */
    boolean mayHaveCancelled();

    /** OpenAI returned the cancelled Upload. */
    record Succeeded(CancelledUpload cancelled) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return true;
        }
    }

    /** OpenAI, or something in front of it, responded with a status other than 2xx. */
    record HttpError(ErrorResponse response) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return response.status() == 408 || response.status() >= 500;
        }
    }

    /** OpenAI refused the key, and a new one has been read since, which the next attempt will use. */
    record KeyReplaced(HttpError refusal) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return false;
        }
    }

    /**
     * The status was 2xx, but the body is not the cancelled Upload.
     *
     * @param reason completes the sentence "OpenAI's answer …"
     * @param ofAnotherRequest whether it is the response to another request; a retry on a new connection may help
     */
    record Unusable(int status, ResponseHeaders headers, String reason, boolean ofAnotherRequest)
            implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return true;
        }
    }

    /** The status was 2xx, and the Upload is in a final state other than cancelled. */
    record AlreadyFinal(int status, ResponseHeaders headers, FinalState state) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return false;
        }
    }

    /** There was no complete response. */
    record NoResponse(TransportException reason) implements AttemptResult {
        @Override
        public boolean mayHaveCancelled() {
            return reason.sent();
        }
    }
}
