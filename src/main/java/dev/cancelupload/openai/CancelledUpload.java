package dev.cancelupload.openai;

import java.util.Set;

/**
 * An Upload that this call cancelled.
 *
 * @param json the Upload as OpenAI sent it, but for keys, which are masked; empty in an {@link #outline}
 * @param status OpenAI's HTTP status
 * @param headers OpenAI's header fields
 * @param attempts how many requests it took
 */
public record CancelledUpload(String json, int status, ResponseHeaders headers, int attempts) {

    /** What a log line and a report need: small enough to keep a thousand. */
    public CancelledUpload outline() {
        return new CancelledUpload("", status, headers.only(Set.of(ResponseHeaders.REQUEST_ID)), attempts);
    }
}
