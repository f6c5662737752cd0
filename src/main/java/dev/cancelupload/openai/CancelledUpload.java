package dev.cancelupload.openai;

/**
 * An Upload that this call cancelled.
 *
 * @param json the Upload as OpenAI sent it, with credentials masked; empty in a {@link #summary}
 * @param status OpenAI's HTTP status
 * @param headers OpenAI's header fields
 * @param attempts the number of requests
 */
public record CancelledUpload(String json, int status, ResponseHeaders headers, int attempts) {

    /** A copy without the body, small enough to keep those of the largest batch. */
    public CancelledUpload summary() {
        return new CancelledUpload("", status, headers.onlyRequestId(), attempts);
    }
}
