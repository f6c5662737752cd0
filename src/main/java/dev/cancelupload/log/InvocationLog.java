package dev.cancelupload.log;

import dev.cancelupload.cancel.Report;
import dev.cancelupload.openai.ErrorResponse;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.Outcome.State;
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
 * Upload. Logs no bodies, no credentials and no header fields of the caller.
 */
public final class InvocationLog {

    /** The MDC key in which Funqy stores Lambda's request id, on the thread of the invocation. */
    private static final String REQUEST_ID = "AWSRequestId";

    private static final Logger LOG = Logger.getLogger("cancel-upload");

    private final AtomicBoolean nextIsColdStart = new AtomicBoolean(true);

    /**
     * Logs an invocation with one Upload.
     *
     * @param shape of the event: {@code one}, {@code http}, or {@code invalid} for one that is neither
     */
    public void invocation(String shape, Outcome outcome) {
        boolean error = outcome.state() != State.CANCELLED && outcome.state() != State.FINAL;
        // What is already final is no error of this function, but the caller wanted the Upload as the result.
        Logger.Level level =
                error ? Logger.Level.ERROR : outcome.state() == State.FINAL ? Logger.Level.WARN : Logger.Level.INFO;
        LOG.logf(level, "%s", new LogEvent(text(outcome), invocationFields(shape, outcome), true));
    }

    /** Logs an event that names no Upload. */
    public void refused(Failure failure) {
        invocation("invalid", new Outcome.NotCancelled(UploadId.of(""), failure, 0));
    }

    /**
     * Logs an HTTP request with another path or method than that of a cancel.
     *
     * @param status of the response: 404 or 405
     */
    public void unknownOperation(int status) {
        Map<String, Object> fields = fields("invocation", "http");
        fields.put("outcome", status == 405 ? "MethodNotAllowed" : "UnknownPath");
        addCounts(fields, 0, 0, 0, 0, false);
        LOG.logf(Logger.Level.WARN, "%s", new LogEvent("no such operation: " + status, fields, true));
    }

    /** Starts the log of a batch, on the thread of its invocation. @param shape of the event */
    public Batch batch(String shape) {
        return new Batch(shape, MDC.get(REQUEST_ID));
    }

    /** Logs an invocation with many Uploads: each when it is finished, so that no line is lost if the batch fails. */
    public final class Batch {

        private final String shape;
        private final Object requestId;

        private Batch(String shape, Object requestId) {
            this.shape = shape;
            this.requestId = requestId;
        }

        /**
         * Logs one Upload, on the thread that has finished it.
         *
         * @param messageIds of the messages that named it, each of which gets a line; empty outside of a queue
         */
        public void finished(Outcome outcome, List<String> messageIds) {
            if (requestId != null) {
                MDC.put(REQUEST_ID, requestId);
            }
            for (String messageId : messageIds.isEmpty() ? List.of("") : messageIds) {
                Map<String, Object> fields = fields("upload", shape);
                if (!messageId.isEmpty()) {
                    fields.put("messageId", messageId);
                }
                addOutcome(outcome, fields);
                boolean error = outcome.state() != State.CANCELLED && outcome.state() != State.FINAL;
                LOG.logf(
                        error ? Logger.Level.ERROR : Logger.Level.INFO,
                        "%s",
                        new LogEvent(text(outcome), fields, false));
            }
        }

        /** Logs the summary. @param time that the whole batch took */
        public void summary(Report report, Duration time) {
            Optional<Failure> incomplete = report.incomplete();
            int failed = report.in(State.FAILED).size();
            Map<String, Object> fields = fields("invocation", shape);
            fields.put(
                    "outcome",
                    incomplete.map(failure -> failure.kind().errorType()).orElse(failed == 0 ? "done" : "partial"));
            fields.put("cancelled", report.in(State.CANCELLED).size());
            fields.put("final", report.in(State.FINAL).size());
            fields.put("notTried", report.in(State.NOT_TRIED).size());
            int attempts = report.outcomes().values().stream()
                    .mapToInt(Outcome::attempts)
                    .sum();
            boolean refused = report.stoppedBy().isPresent();
            addCounts(fields, attempts, time.toMillis(), report.outcomes().size(), failed, refused);
            boolean error = incomplete.isPresent() || failed > 0;
            LOG.logf(
                    error ? Logger.Level.ERROR : Logger.Level.INFO,
                    "%s",
                    new LogEvent(report.outcomes().size() + " uploads: " + fields.get("outcome"), fields, true));
        }
    }

    /** Formats the line of an outcome without writing it. */
    public void warmUp(Outcome outcome) {
        ExtLogRecord line = new ExtLogRecord(
                Level.INFO, "%s", ExtLogRecord.FormatStyle.PRINTF, getClass().getName());
        Map<String, Object> fields = invocationFields("one", outcome);
        nextIsColdStart.set(true);
        line.setParameters(new Object[] {new LogEvent("", fields, true)});
        new JsonLogFormatter().format(line);
    }

    private Map<String, Object> invocationFields(String shape, Outcome outcome) {
        Map<String, Object> fields = fields("invocation", shape);
        addOutcome(outcome, fields);
        boolean refused =
                outcome.failure().filter(failure -> failure.kind().stopsBatch()).isPresent();
        int uploads = outcome.id().given().isEmpty() ? 0 : 1;
        // Whoever waits for one Upload has the error; the metric "failed" is for those whom nobody tells.
        addCounts(fields, outcome.attempts(), outcome.millis(), uploads, 0, refused);
        return fields;
    }

    private static Map<String, Object> fields(String event, String shape) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        fields.put("shape", shape);
        return fields;
    }

    private void addCounts(
            Map<String, Object> fields, int attempts, long millis, int uploads, int failed, boolean refused) {
        fields.put("attempts", attempts);
        fields.put("millis", millis);
        fields.put("uploads", uploads);
        fields.put("failed", failed);
        fields.put("refused", refused ? 1 : 0);
        fields.put("coldStart", nextIsColdStart.getAndSet(false) ? 1 : 0);
    }

    private static void addOutcome(Outcome outcome, Map<String, Object> fields) {
        if (!outcome.id().given().isEmpty()) {
            fields.put("uploadId", outcome.id());
        }
        fields.put("outcome", outcome.name());
        outcome.status().ifPresent(status -> fields.put("status", status));
        outcome.failure()
                .flatMap(Failure::response)
                .flatMap(ErrorResponse::code)
                .ifPresent(code -> fields.put("code", code));
        outcome.requestId().ifPresent(id -> fields.put("openaiRequestId", id));
        fields.put("attempts", outcome.attempts());
        fields.put("millis", outcome.millis());
        outcome.failure().ifPresent(failure -> fields.put("error", failure.message()));
    }

    private static String text(Outcome outcome) {
        return outcome.failure()
                .map(Failure::toString)
                .orElseGet(() -> "Upload " + outcome.id() + " cancelled ("
                        + outcome.requestId()
                                .map(id -> "x-request-id " + id + ", ")
                                .orElse("") + outcome.attempts()
                        + (outcome.attempts() == 1 ? " attempt, " : " attempts, ") + outcome.millis() + " ms)");
    }
}
