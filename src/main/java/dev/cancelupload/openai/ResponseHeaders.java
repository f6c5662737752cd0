package dev.cancelupload.openai;

import dev.cancelupload.redaction.Redaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The header fields of a response that OpenAI's clients use; all others are dropped, and so are values that no client
 * could use.
 *
 * @param fields lower-case names with their values, in the order received
 * @see <a href="https://platform.openai.com/docs/api-reference/debugging-requests">Debugging requests</a>
 */
public record ResponseHeaders(Map<String, List<String>> fields) {

    /** No fields. */
    public static final ResponseHeaders NONE = new ResponseHeaders(Map.of());

    private static final String REQUEST_ID = "x-request-id";
    private static final Set<String> NAMES = Set.of(REQUEST_ID, "retry-after", "retry-after-ms", "x-should-retry");
    private static final int MAX_FIELDS = 40;
    private static final int MAX_NAME = 64;
    private static final int MAX_VALUE = 256;

    /** Selects the fields of a response that are passed on. */
    public static ResponseHeaders of(Map<String, List<String>> all) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        all.forEach((anyCase, values) -> {
            String name = anyCase.toLowerCase(Locale.ROOT);
            if (isPassedOn(name) && fields.size() < MAX_FIELDS) {
                List<String> sane = new ArrayList<>(1);
                for (String value : values) {
                    if (isSane(name, value)) {
                        sane.add(Redaction.mask(value));
                    }
                }
                if (!sane.isEmpty()) {
                    fields.put(name, sane);
                }
            }
        });
        return new ResponseHeaders(fields);
    }

    private static boolean isPassedOn(String name) {
        return NAMES.contains(name)
                || name.length() <= MAX_NAME && (name.startsWith("openai-") || name.startsWith("x-ratelimit-"));
    }

    private static boolean isSane(String name, String value) {
        if (value.isEmpty() || value.length() > MAX_VALUE) {
            return false;
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                return false;
            }
        }
        return switch (name) {
            case REQUEST_ID -> value.indexOf(' ') < 0;
            case "retry-after-ms", "retry-after" -> RetryPolicy.isWait(name, value);
            case "x-should-retry" -> value.equals("true") || value.equals("false");
            default -> true;
        };
    }

    /** The first value of a field with this lower-case name. */
    public Optional<String> first(String name) {
        List<String> values = fields.get(name);
        return values == null ? Optional.empty() : Optional.of(values.get(0));
    }

    /** OpenAI's {@code x-request-id}, which identifies the call to its support. */
    public Optional<String> requestId() {
        return first(REQUEST_ID);
    }

    /** A copy with {@code x-request-id} alone. */
    public ResponseHeaders onlyRequestId() {
        return requestId()
                .map(id -> new ResponseHeaders(Map.of(REQUEST_ID, List.of(id))))
                .orElse(NONE);
    }
}
