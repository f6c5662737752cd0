package dev.cancelupload.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.cancel.CleanUpReport;
import dev.cancelupload.cancel.Outcome;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.ResponseHeaders;
import dev.cancelupload.openai.UploadFailure;
import java.time.Duration;
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

/** The log lines of invocations and uploads. */
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
        return new Outcome.Success(id, new CancelledUpload("{}", 200, headers, 2), 30);
    }

    private static Outcome failed(String id, FailureKind kind) {
        return new Outcome.Failure(id, UploadFailure.of(kind, "Upload " + id + " failed"), 40);
    }

    private JsonNode line() {
        assertEquals(1, lines.size(), lines::toString);
        return lines.get(0);
    }

    @Test
    void anInvocationThatCancelledAnUploadSaysWhichAndWhatItTook() {
        log.invocation(Export.CANCEL_UPLOAD, cancelled("upload_1"));
        JsonNode line = line();
        assertEquals("INFO", line.get("level").textValue());
        assertEquals("invocation", line.get("event").textValue());
        assertEquals("cancelUpload", line.get("export").textValue());
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
    @CsvSource({"UPSTREAM_FAILURE,ERROR", "REQUEST_REJECTED,ERROR", "UPLOAD_NOT_FOUND,WARN", "UPLOAD_ALREADY_FINAL,WARN"
    })
    void anInvocationThatFailedIsAnErrorUnlessNothingIsLeftToCancel(FailureKind kind, String level) {
        log.invocation(Export.CANCEL_UPLOAD, failed("upload_1", kind));
        assertEquals(level, line().get("level").textValue());
        assertEquals(kind.errorType(), line().get("outcome").textValue());
        assertEquals("Upload upload_1 failed", line().get("error").textValue());
    }

    @Test
    void aProcessStartsColdOnce() {
        log.invocation(Export.CANCEL_UPLOAD, cancelled("upload_1"));
        log.invocation(Export.CANCEL_UPLOAD, cancelled("upload_2"));
        assertEquals(
                List.of(1, 0),
                lines.stream().map(line -> line.get("coldStart").intValue()).toList());
    }

    @Test
    void aRefusedIdIsShownSoThatItCannotBeMistakenForOne() {
        log.invocation(Export.CANCEL_UPLOAD, failed("upload_1/é", FailureKind.INVALID_UPLOAD_ID));
        assertEquals("\"upload_1/\\u00e9\"", line().get("uploadId").textValue());
    }

    @Test
    void anEventThatNamesNoUploadHasALineWithoutOne() {
        UploadFailure failure = UploadFailure.of(FailureKind.INVALID_EVENT, "The event is none.");
        assertEquals(failure, log.invalidEvent(Export.CLEAN_UP_UPLOADS, failure));
        assertFalse(line().has("uploadId"));
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
        InvocationLog.Batch batch = log.batch(Export.CANCEL_UPLOAD);
        other.submit(() -> batch.finished(cancelled("upload_1"), Optional.of("message-1")))
                .get();
        other.shutdown();
        JsonNode line = line();
        assertEquals("upload", line.get("event").textValue());
        assertEquals("request-1", line.get("awsRequestId").textValue());
        assertEquals("message-1", line.get("messageId").textValue());
        assertNull(line.get("_aws"));
    }

    @ParameterizedTest
    @CsvSource({"UPLOAD_NOT_FOUND,INFO", "UPLOAD_ALREADY_FINAL,INFO", "UPSTREAM_FAILURE,ERROR"})
    void anUploadOfABatchThatIsGoneAlreadyIsNoError(FailureKind kind, String level) {
        log.batch(Export.CLEAN_UP_UPLOADS).finished(failed("upload_1", kind), Optional.empty());
        assertEquals(level, line().get("level").textValue());
    }

    @Test
    void aMessageThatWasNotTriedHasNoLineAndAnIdOfACleanUpHasOne() {
        InvocationLog.Batch batch = log.batch(Export.CANCEL_UPLOAD);
        batch.finished(failed("upload_1", FailureKind.BUDGET_SPENT), Optional.of("message-1"));
        assertEquals(List.of(), lines);
        batch.finished(failed("upload_1", FailureKind.BUDGET_SPENT), Optional.empty());
        assertEquals("BudgetSpent", line().get("outcome").textValue());
    }

    @Test
    void theLineOfABatchCountsWhatFailedAndWhatWasNotTried() {
        List<Outcome> outcomes = List.of(
                cancelled("upload_1"),
                failed("upload_2", FailureKind.UPLOAD_NOT_FOUND),
                failed("upload_3", FailureKind.UPSTREAM_FAILURE),
                failed("upload_4", FailureKind.BUDGET_SPENT));
        log.batch(Export.CANCEL_UPLOAD).messages(outcomes, Duration.ofMillis(1500));
        JsonNode line = line();
        assertEquals("ERROR", line.get("level").textValue());
        assertEquals("partial", line.get("outcome").textValue());
        assertEquals(2, line.get("failed").intValue());
        assertEquals(1, line.get("notTried").intValue());
        assertEquals(4, line.get("uploads").intValue());
        assertEquals(2, line.get("attempts").intValue());
        assertEquals(1500, line.get("millis").intValue());
    }

    @ParameterizedTest
    @CsvSource({
        "UPLOAD_NOT_FOUND,done,INFO",
        "REQUEST_REJECTED,partial,ERROR",
        "UPSTREAM_FAILURE,CleanUpIncomplete,ERROR"
    })
    void theLineOfACleanUpSaysWhetherAnythingIsLeft(FailureKind kind, String outcome, String level) {
        CleanUpReport report = new CleanUpReport(List.of(cancelled("upload_1"), failed("upload_2", kind)));
        log.batch(Export.CLEAN_UP_UPLOADS).cleanUp(report, Duration.ofMillis(10));
        assertEquals(outcome, line().get("outcome").textValue());
        assertEquals(level, line().get("level").textValue());
        assertEquals(1, line().get("cancelled").intValue());
        assertEquals(1, line().get("final").intValue() + line().get("failed").intValue());
    }

    @Test
    void warmingUpLeavesNoLine() {
        log.warmUp(Export.CANCEL_UPLOAD, ((Outcome.Success) cancelled("upload_1")).cancelled());
        assertEquals(List.of(), lines);
        log.invocation(Export.CANCEL_UPLOAD, cancelled("upload_1"));
        assertEquals(1, line().get("coldStart").intValue());
    }
}
