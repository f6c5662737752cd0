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
public record ErrorAnswer(int status, AnswerHeaders headers, String body, Optional<ErrorObject> error) {

    static ErrorAnswer of(int status, AnswerHeaders headers, byte[] body) {
        String text = AnswerJson.text(body).orElse("");
        Optional<ErrorObject> error = ErrorObject.read(text);
        return new ErrorAnswer(status, headers, error.isPresent() ? text : "", error);
    }

    /** An answer of which nothing but the status and the header fields may be shown, or is worth it. */
    static ErrorAnswer withoutBody(int status, AnswerHeaders headers) {
        return new ErrorAnswer(status, headers, "", Optional.empty());
    }

    /**
     * The same with keys masked in the body.
     *
     * @param id what was asked for, which the answer may repeat
     */
    ErrorAnswer masked(UploadId id) {
        String shown = body.isEmpty()
                ? body
                : Redaction.current().json(body, id.value()).orElse("");
        return new ErrorAnswer(status, headers, shown, error);
    }

    /** The status and what identifies the call: small enough to keep a thousand. */
    ErrorAnswer outline() {
        return withoutBody(status, headers.only(Set.of(AnswerHeaders.REQUEST_ID)));
    }
}
