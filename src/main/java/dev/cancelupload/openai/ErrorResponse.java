package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import java.util.Optional;
import java.util.Set;

/**
 * An answer that is not an Upload.
 *
 * @param status HTTP status
 * @param headers the header fields that may go further
 * @param body the body, if it is OpenAI's error envelope and can be shown; else empty
 * @param error what the envelope says; empty if the body is none
 */
public record ErrorResponse(int status, ResponseHeaders headers, String body, Optional<ErrorObject> error) {

    static ErrorResponse of(int status, ResponseHeaders headers, byte[] body) {
        String text = ResponseJson.text(body).orElse("");
        Optional<ErrorObject> error = ErrorObject.read(text);
        return new ErrorResponse(status, headers, error.isPresent() ? text : "", error);
    }

    /** An answer of which nothing but the status and the header fields may be shown, or is worth it. */
    static ErrorResponse withoutBody(int status, ResponseHeaders headers) {
        return new ErrorResponse(status, headers, "", Optional.empty());
    }

    /**
     * The same with keys masked in the body.
     *
     * @param uploadId what was asked for, which the answer may repeat
     */
    ErrorResponse masked(String uploadId) {
        String shown =
                body.isEmpty() ? body : Redaction.current().json(body, uploadId).orElse("");
        return new ErrorResponse(status, headers, shown, error);
    }

    /** The status and what identifies the call: small enough to keep a thousand. */
    ErrorResponse outline() {
        return withoutBody(status, headers.only(Set.of(ResponseHeaders.REQUEST_ID)));
    }
}
