package dev.cancelupload.reliability;

import dev.cancelupload.upstream.OpenAI;
import java.nio.charset.StandardCharsets;

/** OpenAI's responses as bytes. */
final class Answers {
    private Answers() {}

    /** The upload is cancelled now. */
    static String cancelled(String id) {
        return http(200, "x-request-id: req_" + id + "\r\n", OpenAI.upload(id, "cancelled"));
    }

    /**
     * OpenAI's error object.
     *
     * @param headers more lines of the head, each with its end
     */
    static String error(int status, String message, String headers) {
        return http(status, "x-request-id: req_err\r\n" + headers, OpenAI.envelope(message, null));
    }

    /** JSON with its length. */
    static String http(int status, String headers, String body) {
        return "HTTP/1.1 " + status + " Status\r\ncontent-type: application/json\r\n" + headers + "content-length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }
}
