package dev.cancelupload.log;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.Redaction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLogFormatterTest {

    private static final String KEY = "gw+Abc/Def-0Hq7vYt2LmX9zPbR4sWcE8uKj";

    private static ExtLogRecord logged(String message) {
        ExtLogRecord logged = new ExtLogRecord(Level.WARNING, message, "caller");
        logged.setLoggerName("of.a.library");
        return logged;
    }

    private static ExtLogRecord logged(LogEvent event) {
        ExtLogRecord logged = new ExtLogRecord(Level.INFO, "%s", ExtLogRecord.FormatStyle.PRINTF, "caller");
        logged.setParameters(new Object[] {event});
        return logged;
    }

    private static JsonNode line(ExtLogRecord logged) {
        String line = new JsonLogFormatter().format(logged);
        assertEquals(line.length() - 1, line.indexOf('\n'), line);
        return Json.parse(line).orElseThrow(() -> new AssertionError(line));
    }

    @Test
    void aLibrarysRecordHasItsMessageAndItsLogger() {
        JsonNode line = line(logged("Something is the matter"));
        assertEquals("WARNING", line.get("level").textValue());
        assertEquals("Something is the matter", line.get("message").textValue());
        assertEquals("of.a.library", line.get("logger").textValue());
        assertTrue(line.get("timestamp").textValue().endsWith("Z"));
        assertFalse(line.has("_aws"));
    }

    @Test
    void anEventHasItsFieldsInPlaceOfAMessage() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("uploadId", "upload_1");
        fields.put("attempts", 2);
        JsonNode line = line(logged(new LogEvent("for a reader", fields, false)));
        assertEquals("upload_1", line.get("uploadId").textValue());
        assertEquals(2, line.get("attempts").intValue());
        assertFalse(line.has("message"));
        assertFalse(line.has("_aws"));
    }

    @Test
    void anEventWithMetricsHasTheirDirectives() {
        JsonNode line = line(logged(new LogEvent("", Map.of("millis", 1), true)));
        assertTrue(line.at("/_aws/Timestamp").isLong());
        assertEquals(2, line.at("/_aws/CloudWatchMetrics").size());
        assertTrue(line.has("functionName"));
    }

    @Test
    void theInvocationsIdIsThatOfTheThread() {
        ExtLogRecord logged = logged(new LogEvent("", Map.of(), false));
        logged.setMdc(Map.of("AWSRequestId", "request-1"));
        assertEquals("request-1", line(logged).get("awsRequestId").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\u2028", "\u0085", "\u202e", "\u001b"})
    void hiddenCharactersAreSpaces(String hidden) {
        assertEquals(
                "before after",
                line(logged("before" + hidden + "after")).get("message").textValue());
        assertEquals(
                "before after",
                line(logged(new LogEvent("", Map.of("error", "before" + hidden + "after"), false)))
                        .get("error")
                        .textValue());
    }

    @Test
    void theKeyIsInNoMessageAndInNoStackTrace() {
        Redaction.add(KEY);
        ExtLogRecord logged = logged("the library was given " + KEY);
        logged.setThrown(new IllegalStateException("on the way to " + KEY));
        JsonNode line = line(logged);
        assertThat(line.get("message").textValue(), containsString("the library was given ***"));
        assertThat(
                line.get("stackTrace").textValue(),
                allOf(containsString("IllegalStateException"), not(containsString(KEY))));
    }

    @Test
    void whatLooksLikeAKeyInACallersTextIsMasked() {
        JsonNode line = line(logged(new LogEvent("", Map.of("uploadId", "sk-proj-0123456789abcdefghijklmnop"), false)));
        assertEquals("***", line.get("uploadId").textValue());
    }
}
