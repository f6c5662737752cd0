package dev.cancelupload.openai;

import dev.cancelupload.time.Budget;
import java.util.List;
import java.util.Map;

/** OpenAI responded with a status other than 2xx. */
public final class ErrorResponseException extends RuntimeException {
    private final int status;
    private final transient Map<String, List<String>> headers;
    private final transient byte[] body;

    ErrorResponseException(int status, Map<String, List<String>> headers, byte[] body) {
        super("HTTP " + status, null, false, false);
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    /**
     * The response, with keys masked.
     *
     * @param id of the requested Upload, which the response may repeat
     * @param budget for the search; what was not searched when it is spent is left out
     */
    ErrorResponse response(UploadId id, Budget budget) {
        return ErrorResponse.of(status, ResponseHeaders.of(headers, budget), body)
                .masked(id.value(), budget);
    }
}
