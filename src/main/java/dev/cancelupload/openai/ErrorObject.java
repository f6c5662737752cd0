package dev.cancelupload.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * OpenAI's error object: {@code {"error": {"message", "type", "param", "code"}}}. A field that is absent, null, an
 * object or an array is empty.
 *
 * @param message human-readable text
 * @param type for instance {@code invalid_request_error}
 * @param param the parameter that is wrong
 * @param code for instance {@code rate_limit_exceeded}
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
public record ErrorObject(
        Optional<String> message, Optional<String> type, Optional<String> param, Optional<String> code) {

    private static final Set<String> FIELDS = Set.of("message", "type", "param", "code");

    /** Parses the object in the field {@code error}; empty if there is none, or if it has a duplicate field. */
    static Optional<ErrorObject> read(String json) {
        try (JsonParser parser = ResponseJson.parser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            Map<String, Optional<String>> fields = null;
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                boolean isObject = parser.nextToken() == JsonToken.START_OBJECT;
                if (!name.equals("error")) {
                    parser.skipChildren();
                } else if (fields != null || !isObject) {
                    return Optional.empty();
                } else {
                    fields = fields(parser);
                }
            }
            ResponseJson.requireEnd(parser);
            return Optional.ofNullable(fields).map(ErrorObject::of);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Optional<String>> fields(JsonParser parser) throws IOException {
        Map<String, Optional<String>> fields = new HashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            if (!FIELDS.contains(name)) {
                parser.skipChildren();
            } else if (fields.put(name, ResponseJson.scalar(parser)) != null) {
                throw new IOException("duplicate field " + name);
            }
        }
        return fields;
    }

    private static ErrorObject of(Map<String, Optional<String>> fields) {
        return new ErrorObject(
                fields.getOrDefault("message", Optional.empty()),
                fields.getOrDefault("type", Optional.empty()),
                fields.getOrDefault("param", Optional.empty()),
                fields.getOrDefault("code", Optional.empty()));
    }
}
