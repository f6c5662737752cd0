package dev.cancelupload.log;

import dev.cancelupload.cancel.CleanUpReport;
import dev.cancelupload.cancel.Outcome;
import dev.cancelupload.config.Export;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jboss.logmanager.ExtLogRecord;

/**
 * Logs one line for each invocation, from which CloudWatch creates the metrics, and in a batch one more for each
 * upload. Logs no bodies, no keys and no header fields of the caller.
 */
public final class InvocationLog {

    private static final String INVOCATION = "invocation";

    /** The MDC key in which Funqy stores Lambda's request id, on the thread of the invocation. */
    private static final String REQUEST_ID = "AWSRequestId";

    private static final Logger LOG = Logger.getLogger("cancel-upload");

    private final AtomicBoolean nextIsColdStart = new AtomicBoolean(true);

    /** Logs an invocation with one upload. */
    public void invocation(Export export, Outcome outcome) {
        Map<String, Object> fields = invocationFields(export);
        addOutcome(outcome, fields);
        fields.put("uploads", outcome.uploadId().isEmpty() ? 0 : 1);
        boolean nothingToCancel = outcome instanceof Outcome.Failure
                && outcome.failureUnlessFinal().isEmpty();
        // Not an error of this function, but the caller wanted the Upload as the result.
        log(nothingToCancel ? Logger.Level.WARN : level(outcome), text(outcome), fields, true);
    }

    /**
     * Logs an event that names no upload for this function.
     *
     * @return the failure, for the caller to throw
     */
    public UploadFailure invalidEvent(Export export, UploadFailure failure) {
        invocation(export, new Outcome.Failure("", failure, 0));
        return failure;
    }

    /**
     * Logs an HTTP request with another path or method than that of a cancel.
     *
     * @param status of the response: 404 or 405
     */
    public void unknownOperation(int status) {
        Map<String, Object> fields = invocationFields(Export.CANCEL_UPLOAD_HTTP);
        fields.put("outcome", status == 405 ? "MethodNotAllowed" : "UnknownPath");
        fields.put("attempts", 0);
        fields.put("millis", 0);
        fields.put("uploads", 0);
        log(Logger.Level.WARN, "no such operation: " + status, fields, true);
    }

    /** Starts the log of a batch, on the thread of its invocation. */
    public Batch batch(Export export) {
        return new Batch(export, MDC.get(REQUEST_ID));
    }

    /** Logs an invocation with many uploads: each when it is finished, so that no line is lost if the batch fails. */
    public final class Batch {

        private final Export export;
        private final Object requestId;

        private Batch(Export export, Object requestId) {
            this.export = export;
            this.requestId = requestId;
        }

        /**
         * Logs one upload, on the thread that finished it. A message that was not tried gets no line: it will be
         * delivered again, and the lines of ten thousand messages would take too long.
         *
         * @param messageId of the message that named the upload, if there is one
         */
        public void finished(Outcome outcome, Optional<String> messageId) {
            if (isNotTried(outcome) && messageId.isPresent()) {
                return;
            }
            if (requestId != null) {
                MDC.put(REQUEST_ID, requestId);
            }
            Map<String, Object> fields = fields(export, "upload");
            messageId.ifPresent(id -> fields.put("messageId", id));
            addOutcome(outcome, fields);
            log(level(outcome), text(outcome), fields, false);
        }

        /**
         * Logs the summary of a batch of messages.
         *
         * @param time that the whole batch took
         */
        public void messages(List<Outcome> outcomes, Duration time) {
            long failed = outcomes.stream()
                    .filter(o -> o.failureUnlessFinal().isPresent())
                    .count();
            long notTried = outcomes.stream().filter(InvocationLog::isNotTried).count();
            Map<String, Object> fields = invocationFields(export);
            fields.put("outcome", failed == 0 ? "done" : "partial");
            fields.put("failed", failed);
            fields.put("notTried", notTried);
            logSummary(fields, outcomes, time, failed == 0);
        }

        /**
         * Logs the summary of a clean-up.
         *
         * @param time that the whole clean-up took
         */
        public void cleanUp(CleanUpReport report, Duration time) {
            boolean complete = report.incomplete().isEmpty();
            boolean success = complete && report.failed().isEmpty();
            Map<String, Object> fields = invocationFields(export);
            fields.put(
                    "outcome", success ? "done" : complete ? "partial" : FailureKind.CLEAN_UP_INCOMPLETE.errorType());
            fields.put("cancelled", report.cancelled().size());
            fields.put("final", report.alreadyFinal().size());
            fields.put("failed", report.failed().size());
            fields.put("notTried", report.notTried().size());
            logSummary(fields, report.outcomes(), time, success);
        }
    }

    /** Formats the line of a cancelled upload without writing it. */
    public void warmUp(Export export, CancelledUpload cancelled) {
        Map<String, Object> fields = fields(export, INVOCATION);
        addOutcome(new Outcome.Success("upload_warmup", cancelled, 0), fields);
        ExtLogRecord line = new ExtLogRecord(
                Level.INFO, "%s", ExtLogRecord.FormatStyle.PRINTF, getClass().getName());
        line.setParameters(new Object[] {new LogEvent("", fields, true)});
        new JsonLogFormatter().format(line);
    }

    private void logSummary(Map<String, Object> fields, List<Outcome> outcomes, Duration time, boolean success) {
        fields.put("attempts", outcomes.stream().mapToInt(Outcome::attempts).sum());
        fields.put("millis", time.toMillis());
        fields.put("uploads", outcomes.size());
        log(
                success ? Logger.Level.INFO : Logger.Level.ERROR,
                outcomes.size() + " uploads: " + fields.get("outcome"),
                fields,
                true);
    }

    private static void addOutcome(Outcome outcome, Map<String, Object> fields) {
        if (!outcome.uploadId().isEmpty()) {
            // An invalid id may be any text, and is quoted so that it cannot be mistaken for an id.
            boolean invalidEvent = outcome instanceof Outcome.Failure failure
                    && failure.failure().kind() == FailureKind.INVALID_UPLOAD_ID;
            fields.put("uploadId", invalidEvent ? UploadId.shown(outcome.uploadId()) : outcome.uploadId());
        }
        fields.put("outcome", outcome.name());
        outcome.status().ifPresent(status -> fields.put("status", status));
        outcome.requestId().ifPresent(id -> fields.put("openaiRequestId", id));
        fields.put("attempts", outcome.attempts());
        fields.put("millis", outcome.millis());
        if (outcome instanceof Outcome.Failure failure) {
            fields.put("error", failure.failure().getMessage());
        }
    }

    /** An upload with nothing left to cancel is no error in a batch. */
    private static Logger.Level level(Outcome outcome) {
        return outcome.failureUnlessFinal().isPresent() ? Logger.Level.ERROR : Logger.Level.INFO;
    }

    private static boolean isNotTried(Outcome outcome) {
        return outcome instanceof Outcome.Failure failure
                && failure.failure().kind() == FailureKind.BUDGET_SPENT
                && outcome.attempts() == 0;
    }

    private static String text(Outcome outcome) {
        if (outcome instanceof Outcome.Failure failure) {
            return failure.failure().toString();
        }
        return "Upload " + outcome.uploadId() + " cancelled ("
                + outcome.requestId().map(id -> "x-request-id " + id + ", ").orElse("") + outcome.attempts()
                + (outcome.attempts() == 1 ? " attempt, " : " attempts, ") + outcome.millis() + " ms)";
    }

    private Map<String, Object> invocationFields(Export export) {
        Map<String, Object> fields = fields(export, INVOCATION);
        fields.put("coldStart", nextIsColdStart.getAndSet(false) ? 1 : 0);
        return fields;
    }

    private static Map<String, Object> fields(Export export, String event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        fields.put("export", export.functionName());
        return fields;
    }

    private static void log(Logger.Level level, String text, Map<String, Object> fields, boolean metrics) {
        LOG.logf(level, "%s", new LogEvent(text, fields, metrics));
    }
}
