package dev.cancelupload.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * An answer of OpenAI that is not an Upload: the status, the headers, and what its error envelope
 * {@code {"error": {"message", "type", "param", "code"}}} says.
 *
 * @param status HTTP status
 * @param headers all header fields
 * @param body the body as text, UTF-8
 * @param error the object under {@code error}; empty if the body is not such an envelope
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
public record ErrorAnswer(int status, AnswerHeaders headers, String body, Optional<JsonNode> error) {

    static ErrorAnswer of(int status, AnswerHeaders headers, byte[] body, ObjectMapper mapper) {
        return new ErrorAnswer(status, headers, new String(body, StandardCharsets.UTF_8), envelope(body, mapper));
    }

    private static Optional<JsonNode> envelope(byte[] body, ObjectMapper mapper) {
        try {
            return Optional.ofNullable(mapper.readTree(body))
                    .map(json -> json.get("error"))
                    .filter(JsonNode::isObject);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** OpenAI's text for people. */
    public Optional<String> message() {
        return field("message");
    }

    /** For instance {@code invalid_request_error}. */
    public Optional<String> type() {
        return field("type");
    }

    /** For instance {@code rate_limit_exceeded}. */
    public Optional<String> code() {
        return field("code");
    }

    private Optional<String> field(String name) {
        return error.map(e -> e.get(name))
                .filter(JsonNode::isValueNode)
                .filter(v -> !v.isNull())
                .map(JsonNode::asText);
    }

    /**
     * Whether this says that the Upload is completed, cancelled or expired already, and which. OpenAI answers 400 and
     * documents no code for it, so it is told by these words in the error's message or code.
     */
    public Optional<FinalState> finalState() {
        if (status != 400) {
            return Optional.empty();
        }
        return FinalState.in(message().orElse("")).or(() -> FinalState.in(code().orElse("")));
    }

    /** The states that an Upload does not leave. */
    public enum FinalState {
        COMPLETED("completed"),
        CANCELLED("cancelled", "canceled"),
        EXPIRED("expired");

        private final String[] words;

        FinalState(String... words) {
            this.words = words;
        }

        /** As OpenAI writes it in {@code status}. */
        public String word() {
            return words[0];
        }

        /** The state that is named first in the text; "cannot be cancelled" names none unless nothing else does. */
        private static Optional<FinalState> in(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            return firstIn(lower.replace("be cancelled", "").replace("be canceled", ""))
                    .or(() -> firstIn(lower));
        }

        private static Optional<FinalState> firstIn(String text) {
            FinalState first = null;
            int at = Integer.MAX_VALUE;
            for (FinalState state : values()) {
                for (String word : state.words) {
                    int found = indexOfWord(text, word);
                    if (found >= 0 && found < at) {
                        at = found;
                        first = state;
                    }
                }
            }
            return Optional.ofNullable(first);
        }

        private static int indexOfWord(String text, String word) {
            for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
                int end = at + word.length();
                boolean starts = at == 0 || !Character.isLetter(text.charAt(at - 1));
                boolean ends = end == text.length() || !Character.isLetter(text.charAt(end));
                if (starts && ends) {
                    return at;
                }
            }
            return -1;
        }
    }
}
