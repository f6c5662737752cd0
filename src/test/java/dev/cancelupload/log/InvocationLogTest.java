package dev.cancelupload.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.cancel.Report;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.ErrorResponse;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.ResponseHeaders;
import dev.cancelupload.openai.UploadId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jboss.logging.MDC;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;
import org.jboss.logmanager.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The log lines of invocations and Uploads. */
class InvocationLogTest {

    private static final Logger LOGGER = Logger.getLogger("cancel-upload");

    private final List<JsonNode> lines = new CopyOnWriteArrayList<>();
    private final InvocationLog log = new InvocationLog();

    private final ExtHandler handler = new ExtHandler() {
        @Override
        protected void doPublish(ExtLogRecord logged) {
            lines.add(Json.parse(new JsonLogFormatter().format(logged)).orElseThrow());
        }
    };

    @BeforeEach
    void listen() {
        handler.setLevel(Level.ALL);
        LOGGER.setLevel(Level.INFO);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void stopListening() {
        LOGGER.removeHandler(handler);
        LOGGER.setLevel(null);
        MDC.remove("AWSRequestId");
    }

    private static Outcome cancelled(String id) {
        ResponseHeaders headers = new ResponseHeaders(Map.of("x-request-id", List.of("req_" + id)));
        return new Outcome.Cancelled(UploadId.of(id), new CancelledUpload("{}", 200, headers, 2), 30);
    }

    private static Outcome failed(String id, FailureKind kind) {
        ErrorResponse response = new ErrorResponse(418, ResponseHeaders.NONE, "", Optional.of("a_code"));
        Failure failure = new Failure(kind, "It failed.", kind.retryable(), Optional.of(response), Optional.empty(), 1);
        return new Outcome.NotCancelled(UploadId.of(id), failure, 40);
    }

    private static Report report(Outcome... outcomes) {
        Map<UploadId, Outcome> all = new LinkedHashMap<>();
        List.of(outcomes).forEach(outcome -> all.put(outcome.id(), outcome));
        return new Report(
                all,
                List.of(outcomes).stream()
                        .flatMap(outcome -> outcome.failure().stream())
                        .filter(failure -> failure.kind().stopsBatch())
                        .findFirst());
    }

    private JsonNode line() {
        assertEquals(1, lines.size(), lines::toString);
        return lines.get(0);
    }

    @Test
    void anInvocationThatCancelledAnUploadSaysWhichAndWhatItTook() {
        log.invocation("one", cancelled("upload_1"));
        JsonNode line = line();
        assertEquals("INFO", line.get("level").textValue());
        assertEquals("invocation", line.get("event").textValue());
        assertEquals("one", line.get("shape").textValue());
        assertEquals("upload_1", line.get("uploadId").textValue());
        assertEquals("cancelled", line.get("outcome").textValue());
        assertEquals(200, line.get("status").intValue());
        assertEquals("req_upload_1", line.get("openaiRequestId").textValue());
        assertEquals(2, line.get("attempts").intValue());
        assertEquals(30, line.get("millis").intValue());
        assertEquals(1, line.get("uploads").intValue());
        assertTrue(line.has("_aws"));
    }

    @ParameterizedTest
    @CsvSource({
        "UPSTREAM_FAILURE,ERROR,0",
        "CREDENTIALS_REJECTED,ERROR,1",
        "WRONG_BASE_URL,ERROR,1",
        "UPLOAD_NOT_FOUND,WARN,0",
        "UPLOAD_ALREADY_FINAL,WARN,0"
    })
    void aFailureHasItsLevelItsCodeAndWhetherTheCredentialsWereRefused(FailureKind kind, String level, int refused) {
        log.invocation("one", failed("upload_1", kind));
        assertEquals(level, line().get("level").textValue());
        assertEquals(kind.errorType(), line().get("outcome").textValue());
        assertEquals("It failed.", line().get("error").textValue());
        assertEquals("a_code", line().get("code").textValue());
        assertEquals(refused, line().get("refused").intValue());
    }

    @Test
    void aProcessStartsColdOnceAndItsWarmUpLeavesNoLine() {
        log.warmUp(cancelled("upload_0"));
        log.invocation("one", cancelled("upload_1"));
        log.invocation("one", cancelled("upload_2"));
        assertEquals(
                List.of(1, 0),
                lines.stream().map(line -> line.get("coldStart").intValue()).toList());
    }

    @Test
    void anEventThatNamesNoUploadHasALineWithoutOne() {
        log.refused(Failure.of(FailureKind.INVALID_EVENT, "The event is none."));
        assertFalse(line().has("uploadId"));
        assertEquals("InvalidEvent", line().get("outcome").textValue());
        assertEquals(0, line().get("uploads").intValue());
    }

    @ParameterizedTest
    @CsvSource({"404,UnknownPath", "405,MethodNotAllowed"})
    void anUnknownOperationIsAWarning(int status, String outcome) {
        log.unknownOperation(status);
        assertEquals("WARN", line().get("level").textValue());
        assertEquals(outcome, line().get("outcome").textValue());
    }

    @Test
    void anUploadOfABatchHasALineWithTheInvocationsIdOnWhicheverThreadItEnds() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        // Started before the id is set, since a new thread inherits it.
        other.submit(() -> {}).get();
        MDC.put("AWSRequestId", "request-1");
        InvocationLog.Batch batch = log.batch("sqs");
        other.submit(() -> batch.finished(cancelled("upload_1"), List.of("message-1")))
                .get();
        other.shutdown();
        JsonNode line = line();
        assertEquals("upload", line.get("event").textValue());
        assertEquals("request-1", line.get("awsRequestId").textValue());
        assertEquals("message-1", line.get("messageId").textValue());
        assertNull(line.get("_aws"));
    }

    @Test
    void eachMessageThatNamedAnUploadHasALine() {
        log.batch("sqs").finished(cancelled("upload_1"), List.of("message-1", "message-2"));
        assertEquals(
                List.of("message-1", "message-2"),
                lines.stream().map(line -> line.get("messageId").textValue()).toList());
    }

    @ParameterizedTest
    @CsvSource({
        "UPLOAD_NOT_FOUND,done,INFO,0,0",
        "REQUEST_REJECTED,partial,ERROR,1,0",
        "UPSTREAM_FAILURE,CleanUpIncomplete,ERROR,0,0",
        "ACCESS_DENIED,AccessDenied,ERROR,0,1"
    })
    void theLineOfABatchSaysWhatIsLeftAndWhatFailedForGood(
            FailureKind kind, String outcome, String level, int failed, int refused) {
        Report report = report(cancelled("upload_1"), failed("upload_2", kind));
        log.batch("ids").summary(report, Duration.ofMillis(1500));
        JsonNode line = line();
        assertEquals(outcome, line.get("outcome").textValue());
        assertEquals(level, line.get("level").textValue());
        assertEquals(failed, line.get("failed").intValue());
        assertEquals(refused, line.get("refused").intValue());
        assertEquals(1, line.get("cancelled").intValue());
        assertEquals(2, line.get("uploads").intValue());
        assertEquals(3, line.get("attempts").intValue());
        assertEquals(1500, line.get("millis").intValue());
    }
}
