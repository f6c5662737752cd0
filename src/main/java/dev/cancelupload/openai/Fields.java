package dev.cancelupload.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Typed reading of a JSON object's fields; a field that is absent, null or of another type is empty. */
final class Fields {
    private Fields() {}

    static Optional<String> text(JsonNode object, String field) {
        return Optional.ofNullable(object.path(field).textValue());
    }

    static Optional<Long> number(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isIntegralNumber() && value.canConvertToLong() ? Optional.of(value.longValue()) : Optional.empty();
    }
}
