package dev.cancelupload.openai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The header fields of an answer of OpenAI.
 *
 * @param fields name in lower case to values, in the order they came
 */
public record AnswerHeaders(Map<String, List<String>> fields) {

    /** The fields with their names in lower case. */
    static AnswerHeaders of(Map<String, List<String>> headers) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        headers.forEach((name, values) -> fields.computeIfAbsent(name.toLowerCase(Locale.ROOT), n -> new ArrayList<>(1))
                .addAll(values));
        return new AnswerHeaders(fields);
    }

    /** The first value of a field, whatever the case of its name. */
    public Optional<String> first(String name) {
        List<String> values = fields.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    /** What identifies the call to OpenAI's support. */
    public Optional<String> requestId() {
        return first("x-request-id");
    }
}
