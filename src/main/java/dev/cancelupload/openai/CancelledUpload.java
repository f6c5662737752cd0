package dev.cancelupload.openai;

import java.util.Set;

/**
 * An Upload that this call cancelled.
 *
 * @param json the Upload as OpenAI sent it, with keys masked; empty in an {@link #summary}
 * @param status OpenAI's HTTP status
 * @param headers OpenAI's header fields
 * @param attempts the number of requests
 */
public record CancelledUpload(String json, int status, ResponseHeaders headers, int attempts) {

    /** A copy with only what log lines and reports need, small enough to keep a thousand. */
    public CancelledUpload summary() {
        return new CancelledUpload("", status, headers.only(Set.of(ResponseHeaders.REQUEST_ID)), attempts);
    }
}
