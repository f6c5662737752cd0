package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a line of the log says. {@link Function} checks each line's JSON and metrics in every other test too. */
class LogIT {

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai).with("OPENAI_MAX_RETRIES", "1");

    @Test
    void aCallIsOneLineWithEverythingAboutIt() throws Exception {
        openai.answers("upload_1", Answer.busy(500), Answer.cancelled());
        Reply reply = function.invoke(Events.one("upload_1"));
        assertEquals(1, function.log().size());
        JsonNode line = function.lastInvocation();
        Instant.parse(line.get("timestamp").textValue());
        assertEquals("INFO", line.get("level").textValue());
        assertEquals("one", line.get("shape").textValue());
        assertEquals("cancelled", line.get("outcome").textValue());
        assertEquals("upload_1", line.get("uploadId").textValue());
        assertEquals(200, line.get("status").intValue());
        assertEquals("req_upload_1", line.get("openaiRequestId").textValue());
        assertEquals(2, line.get("attempts").intValue());
        assertEquals(1, line.get("uploads").intValue());
        assertEquals(0, line.get("failed").intValue());
        assertEquals(1, line.get("coldStart").intValue());
        assertEquals(reply.requestId(), line.get("awsRequestId").textValue());
        assertEquals("cancel-upload", line.get("functionName").textValue());
        assertTrue(line.get("millis").intValue() <= reply.took().toMillis(), line::toString);
        function.invoke(Events.one("upload_1"));
        assertEquals(0, function.lastInvocation().get("coldStart").intValue());
    }

    @ParameterizedTest
    @CsvSource({"ONE,one", "HTTP,http", "IDS,ids", "EVENTBRIDGE,eventbridge", "SQS,sqs", "SNS,sns"})
    void theShapeOfTheEventIsNamed(Trigger trigger, String shape) throws Exception {
        function.invoke(trigger.event("upload_1"));
        assertEquals(shape, function.lastInvocation().get("shape").textValue());
        assertEquals(trigger.isBatch() ? 2 : 1, function.log().size());
    }

    @ParameterizedTest
    @CsvSource({"200,0,0", "422,1,0", "500,0,0", "401,0,1", "404,0,0"})
    void whatFailedForGoodAndWhatWasRefusedAreMetrics(int status, int failed, int refused) throws Exception {
        openai.answers(status == 200 ? Answer.cancelled() : status == 404 ? Answer.notFound() : Answer.busy(status));
        function.invoke(Events.ids("upload_1"));
        JsonNode line = function.lastInvocation();
        assertEquals(failed, line.get("failed").intValue(), line::toString);
        assertEquals(refused, line.get("refused").intValue(), line::toString);
        String metrics = line.at("/_aws/CloudWatchMetrics").toString();
        for (String metric : new String[] {"millis", "attempts", "uploads", "failed", "refused", "coldStart"}) {
            assertTrue(metrics.contains("\"" + metric + "\""), metrics);
        }
    }

    @Test
    void aLineHasNothingOfTheCallersAndNoBodies() throws Exception {
        String path = "/v1/uploads/upload_1/cancel";
        function.invoke(Events.http("POST", path, "x-secret", "callers-own-secret"));
        function.invoke(Events.http("DELETE", "/callers-own-secret"));
        function.invoke("{\"uploadId\":\"upload_1\",\"note\":\"callers-own-secret\"}");
        assertFalse(function.logText().contains("callers-own-secret"), function.logText());
        assertFalse(function.logText().contains("fine-tune"), function.logText());
    }

    @Test
    void aTextThatBreaksLinesStaysInItsLine() throws Exception {
        openai.answers("upload_1", Answer.error(422, "a\nb\u2028c\u0007\"{}"));
        function.invoke(Events.one("upload_1"));
        function.invoke(Events.one("no\nid"));
        assertEquals(2, function.logText().lines().count());
    }
}
