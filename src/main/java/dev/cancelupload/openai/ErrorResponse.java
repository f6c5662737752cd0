package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import java.util.Optional;
import java.util.Set;

/**
 * A response with a status other than 2xx.
 *
 * @param status HTTP status
 * @param headers the header fields that are passed on
 * @param body the body if it is OpenAI's error envelope and can be shown, otherwise empty
 * @param error the content of the envelope; empty if the body is something else
 */
public record ErrorResponse(int status, ResponseHeaders headers, String body, Optional<ErrorObject> error) {

    static ErrorResponse of(int status, ResponseHeaders headers, byte[] body) {
        String text = ResponseJson.text(body).orElse("");
        Optional<ErrorObject> error = ErrorObject.read(text);
        return new ErrorResponse(status, headers, error.isPresent() ? text : "", error);
    }

    /** A response of which only the status and the header fields are passed on. */
    static ErrorResponse withoutBody(int status, ResponseHeaders headers) {
        return new ErrorResponse(status, headers, "", Optional.empty());
    }

    /**
     * A copy with keys masked in the body.
     *
     * @param uploadId the requested id, which the response may repeat
     * @param budget for the search; without a body if it is spent
     */
    ErrorResponse masked(String uploadId, Budget budget) {
        String shown = body.isEmpty()
                ? body
                : Redaction.current().maskJson(body, uploadId, budget).orElse("");
        return new ErrorResponse(status, headers, shown, error);
    }

    /** A copy with the status and the request id, small enough to keep a thousand. */
    ErrorResponse summary() {
        return withoutBody(status, headers.only(Set.of(ResponseHeaders.REQUEST_ID)));
    }
}
