package dev.cancelupload.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.UsedFields;
import java.util.Optional;
import java.util.Set;

/**
 * OpenAI's error object: {@code {"error": {"message", "type", "param", "code"}}}. A field that is absent, null, an
 * object or an array is the empty string.
 *
 * @param message human-readable text
 * @param param the parameter that is wrong
 * @param code for instance {@code rate_limit_exceeded}
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
record ErrorObject(String message, String param, String code) {

    private static final Set<String> FIELDS = Set.of("error", "message", "param", "code");

    /** Reads the object in the field {@code error}; empty if the body is anything else. */
    static Optional<ErrorObject> read(String body) {
        return UsedFields.ofObject(body, FIELDS)
                .map(json -> json.path("error"))
                .filter(JsonNode::isObject)
                .map(error -> new ErrorObject(text(error, "message"), text(error, "param"), text(error, "code")));
    }

    private static String text(JsonNode error, String field) {
        JsonNode value = error.path(field);
        return value.isValueNode() && !value.isNull() ? value.asText() : "";
    }
}
