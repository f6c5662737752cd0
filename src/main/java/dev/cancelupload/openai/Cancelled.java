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
public record Cancelled(String json, int status, AnswerHeaders headers, int attempts) {

    /** What a log line and a report need: small enough to keep a thousand. */
    public Cancelled outline() {
        return new Cancelled("", status, headers.only(Set.of(AnswerHeaders.REQUEST_ID)), attempts);
    }
}
