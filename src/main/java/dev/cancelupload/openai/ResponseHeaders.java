package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The header fields of a response that OpenAI's clients use; all others are dropped. No field contains the API key.
 *
 * @param fields lower-case names with their values, in the order received
 * @see <a href="https://platform.openai.com/docs/api-reference/debugging-requests">Debugging requests</a>
 */
public record ResponseHeaders(Map<String, List<String>> fields) {

    static final String REQUEST_ID = "x-request-id";

    private static final Set<String> NAMES = Set.of(REQUEST_ID, "retry-after", "retry-after-ms", "x-should-retry");
    private static final List<String> PREFIXES = List.of("openai-", "x-ratelimit-");

    private static final int MAX_FIELDS = 40;
    private static final int MAX_NAME = 64;
    private static final int MAX_VALUE = 256;
    private static final int MAX_REQUEST_ID = 128;

    /**
     * Selects the allowed fields of a response.
     *
     * @param budget for searching them for the key; there are none if it is spent
     */
    static ResponseHeaders of(Map<String, List<String>> all, Budget budget) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        StringBuilder kept = new StringBuilder();
        all.forEach((anyCase, values) -> {
            String name = anyCase.toLowerCase(Locale.ROOT);
            for (String value : isAllowed(name) ? values : List.<String>of()) {
                if (fields.size() < MAX_FIELDS && isValid(name, value)) {
                    fields.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
                    kept.append(name.replace('-', ' ')).append(value);
                }
            }
        });
        // A key may be split over several fields; then none of them is OpenAI's, and all are dropped.
        boolean clean = fields.isEmpty()
                || Redaction.current().isClean(valuesOf(fields), budget)
                        && Redaction.current().isClean(kept.toString(), budget);
        return new ResponseHeaders(clean ? fields : Map.of());
    }

    private static String valuesOf(Map<String, List<String>> fields) {
        StringBuilder values = new StringBuilder();
        fields.values().forEach(list -> list.forEach(values::append));
        return values.toString();
    }

    private static boolean isAllowed(String name) {
        return NAMES.contains(name) || name.length() <= MAX_NAME && hasAllowedPrefix(name) && isPlain(name);
    }

    private static boolean hasAllowedPrefix(String name) {
        for (String prefix : PREFIXES) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it has only lower-case letters, digits and hyphens. */
    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isValid(String name, String value) {
        return !value.isEmpty()
                && value.length() <= MAX_VALUE
                && isVisible(value)
                && switch (name) {
                    case REQUEST_ID -> value.length() <= MAX_REQUEST_ID && value.indexOf(' ') < 0;
                    case "retry-after-ms" -> RetryAfter.millis(value).isPresent();
                    case "retry-after" ->
                        RetryAfter.seconds(value).isPresent()
                                || RetryAfter.untilDate(value, Instant.EPOCH).isPresent();
                    case "x-should-retry" -> value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false");
                    default -> true;
                };
    }

    private static boolean isVisible(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) >= 0x7f) {
                return false;
            }
        }
        return true;
    }

    /** The first value of a field; the name is case-insensitive. */
    public Optional<String> first(String name) {
        List<String> values = fields.get(name.toLowerCase(Locale.ROOT));
        return values == null || values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    /** OpenAI's {@code x-request-id}, which identifies the call to its support. */
    public Optional<String> requestId() {
        return first(REQUEST_ID);
    }

    /** Only the fields with these lower-case names. */
    public ResponseHeaders only(Set<String> names) {
        Map<String, List<String>> selected = new LinkedHashMap<>(fields);
        selected.keySet().retainAll(names);
        return new ResponseHeaders(selected);
    }
}
