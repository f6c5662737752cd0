package dev.cancelupload.openai;

import java.util.List;
import java.util.Map;

/** OpenAI, or something in front of it, responded with a status other than 2xx. */
final class ErrorStatusException extends RuntimeException {

    private final int status;
    private final transient Map<String, List<String>> headers;
    private final transient byte[] body;

    ErrorStatusException(int status, Map<String, List<String>> headers, byte[] body) {
        // Without a stack trace, since it is an expected answer.
        super("HTTP " + status, null, false, false);
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    int status() {
        return status;
    }

    Map<String, List<String>> headers() {
        return headers;
    }

    byte[] body() {
        return body;
    }
}
