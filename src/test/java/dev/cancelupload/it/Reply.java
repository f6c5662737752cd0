package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the function posted.
 *
 * @param kind {@code response}, {@code error} or {@code init/error}
 * @param body as posted
 * @param requestId of the invocation; empty for an init error
 * @param at {@link System#nanoTime()} at which it was complete
 * @param took from handing over the event
 */
public record Reply(String kind, String body, String requestId, long at, Duration took) {

    static final ObjectMapper MAPPER = JsonMapper.builder()
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    /** Parses JSON, or fails the test. */
    static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + text, e);
        }
    }

    public JsonNode json() {
        return parse(body);
    }

    /** The result of an invocation that did not fail. */
    public JsonNode result() {
        assertEquals("response", kind, body);
        return json();
    }

    /** Lambda's {@code errorType} of an invocation that failed. */
    public String errorType() {
        assertEquals("error", kind, body);
        return json().get("errorType").textValue();
    }

    /** Fails the test unless it is this error, whose message has these words. Returns the message. */
    public String assertError(String errorType, String... words) {
        assertEquals(errorType, errorType(), body);
        String message = json().get("errorMessage").textValue();
        for (String word : words) {
            assertTrue(message.contains(word), () -> '"' + word + "\" is not in: " + message);
        }
        return message;
    }

    /** The status of an HTTP response. */
    public int status() {
        return result().path("statusCode").intValue();
    }

    /** A header of an HTTP response; null if there is none. */
    public String header(String name) {
        JsonNode many = result().at("/multiValueHeaders/" + name + "/0");
        return many.isTextual()
                ? many.textValue()
                : result().at("/headers/" + name).textValue();
    }

    /** The body of an HTTP response. */
    public JsonNode httpBody() {
        return parse(result().get("body").textValue());
    }

    /** A list of a report: its ids, or the {@code uploadId}s of its objects. */
    public List<String> ids(String list) {
        List<String> ids = new ArrayList<>();
        result().get(list)
                .forEach(entry -> ids.add(
                        entry.isTextual()
                                ? entry.textValue()
                                : entry.get("uploadId").textValue()));
        return ids;
    }

    /** The messages that a queue gets back. */
    public List<String> failedMessages() {
        List<String> ids = new ArrayList<>();
        result().get("batchItemFailures")
                .forEach(entry -> ids.add(entry.get("itemIdentifier").textValue()));
        return ids;
    }

    /** Fails the test unless it came within this time. */
    public Reply within(Duration most) {
        assertTrue(took.compareTo(most) <= 0, () -> "it took " + took + ": " + body);
        return this;
    }
}
