package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Those header fields of an answer that OpenAI's clients use, and no others: whatever else an upstream sends ends here.
 * No field has the API key in it.
 *
 * @param fields name in lower case to values, in the order they came
 * @see <a href="https://platform.openai.com/docs/api-reference/debugging-requests">Debugging requests</a>
 */
public record ResponseHeaders(Map<String, List<String>> fields) {

    static final String REQUEST_ID = "x-request-id";

    private static final Set<String> NAMES = Set.of(REQUEST_ID, "retry-after", "retry-after-ms", "x-should-retry");
    private static final List<String> PREFIXES = List.of("openai-", "x-ratelimit-");

    private static final int MOST = 40;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_VALUE = 256;
    private static final int LONGEST_REQUEST_ID = 128;

    /** Of all fields of an answer those that may go further. */
    static ResponseHeaders of(Map<String, List<String>> all) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        StringBuilder kept = new StringBuilder();
        all.forEach((anyCase, values) -> {
            String name = anyCase.toLowerCase(Locale.ROOT);
            for (String value : isKnown(name) ? values : List.<String>of()) {
                if (fields.size() < MOST && isSane(name, value)) {
                    fields.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
                    kept.append(name.replace('-', ' ')).append(value);
                }
            }
        });
        // A key can be cut into pieces and these put into several fields; then none of them is OpenAI's.
        boolean clean = fields.isEmpty()
                || Redaction.current().isClean(valuesOf(fields))
                        && Redaction.current().isClean(kept.toString());
        return new ResponseHeaders(clean ? fields : Map.of());
    }

    private static String valuesOf(Map<String, List<String>> fields) {
        StringBuilder values = new StringBuilder();
        fields.values().forEach(several -> several.forEach(values::append));
        return values.toString();
    }

    private static boolean isKnown(String name) {
        return NAMES.contains(name)
                || name.length() <= LONGEST_NAME
                        && PREFIXES.stream().anyMatch(name::startsWith)
                        && name.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-');
    }

    private static boolean isSane(String name, String value) {
        boolean visible = !value.isEmpty()
                && value.length() <= LONGEST_VALUE
                && value.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return visible
                && switch (name) {
                    case REQUEST_ID -> value.length() <= LONGEST_REQUEST_ID && value.indexOf(' ') < 0;
                    case "retry-after-ms" -> RetryAfter.millis(value).isPresent();
                    case "retry-after" ->
                        RetryAfter.seconds(value).isPresent()
                                || RetryAfter.untilDate(value, Instant.EPOCH).isPresent();
                    case "x-should-retry" -> value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
                    default -> true;
                };
    }

    /** The first value of a field, whatever the case of its name. */
    public Optional<String> first(String name) {
        List<String> values = fields.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    /** What identifies the call to OpenAI's support. */
    public Optional<String> requestId() {
        return first(REQUEST_ID);
    }

    /** Those with one of these names, in lower case. */
    public ResponseHeaders only(Set<String> names) {
        Map<String, List<String>> some = new LinkedHashMap<>(fields);
        some.keySet().retainAll(names);
        return new ResponseHeaders(some);
    }
}
