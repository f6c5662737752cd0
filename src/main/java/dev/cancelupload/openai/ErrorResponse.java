package dev.cancelupload.openai;

import java.util.Optional;

/**
 * A response of OpenAI's that is no success.
 *
 * @param status HTTP status
 * @param headers the header fields that are passed on
 * @param body OpenAI's error envelope with credentials masked; empty if it is something else, or may not be shown
 * @param code OpenAI's error code, if it has one
 */
public record ErrorResponse(int status, ResponseHeaders headers, String body, Optional<String> code) {

    /** A copy with the status, the code and the request id. */
    ErrorResponse summary() {
        return new ErrorResponse(status, headers.onlyRequestId(), "", code);
    }
}
