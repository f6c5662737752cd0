package dev.cancelupload.log;

import dev.cancelupload.CleanUpReport;
import dev.cancelupload.Export;
import dev.cancelupload.Outcome;
import dev.cancelupload.event.HttpReply;
import dev.cancelupload.event.LambdaEvent.Message;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * One line for each invocation, and in a batch one more for each upload. Never a body, never a key, never a caller's
 * header.
 */
public final class InvocationLog {

    private static final String INVOCATION = "invocation";
    private static final String UPLOAD = "upload";

    private static final Logger LOG = Logger.getLogger("cancel-upload");

    /** One upload was the whole invocation. */
    public void invocation(Export export, Outcome outcome) {
        log(export, INVOCATION, outcome, Optional.empty());
    }

    /**
     * An event that names no upload for this function.
     *
     * @return the failure, to be thrown
     */
    public UploadFailure refused(Export export, UploadFailure failure) {
        invocation(export, new Outcome("", Optional.empty(), Optional.of(failure), 0));
        return failure;
    }

    /**
     * An HTTP request that is none for an upload.
     *
     * @return the reply, to be given
     */
    public HttpReply answered(HttpReply reply) {
        Map<String, Object> fields = fields(Export.CANCEL_UPLOAD_HTTP, INVOCATION);
        fields.put("outcome", reply.status() == 405 ? "MethodNotAllowed" : "UnknownPath");
        LOG.logf(Logger.Level.WARN, "%s", new LogEvent("no such operation: " + reply.status(), fields));
        return reply;
    }

    /** A batch of messages. */
    public void messages(Export export, List<Message> messages, List<Outcome> outcomes) {
        for (int i = 0; i < outcomes.size(); i++) {
            log(export, UPLOAD, outcomes.get(i), Optional.of(messages.get(i).id()));
        }
        Map<String, Object> fields = fields(export, INVOCATION);
        long failed = outcomes.stream().filter(o -> o.failure().filter(f -> !f.kind().nothingToCancel()).isPresent()).count();
        fields.put("outcome", failed == 0 ? "done" : "partial");
        fields.put("uploads", outcomes.size());
        fields.put("failed", failed);
        summary(fields, outcomes, failed == 0);
    }

    /** A clean-up. */
    public void cleanUp(CleanUpReport report) {
        report.outcomes().forEach(outcome -> log(Export.CLEAN_UP_UPLOADS, UPLOAD, outcome, Optional.empty()));
        Map<String, Object> fields = fields(Export.CLEAN_UP_UPLOADS, INVOCATION);
        boolean complete = report.incomplete().isEmpty();
        fields.put("outcome", complete ? "done" : "CleanUpIncomplete");
        fields.put("uploads", report.outcomes().size());
        fields.put("cancelled", report.cancelled().size());
        fields.put("final", report.alreadyFinal().size());
        fields.put("failed", report.failed().size());
        fields.put("notTried", report.notTried().size());
        summary(fields, report.outcomes(), complete && report.failed().isEmpty());
    }

    private static void summary(Map<String, Object> fields, List<Outcome> outcomes, boolean allWell) {
        fields.put("attempts", outcomes.stream().mapToInt(Outcome::attempts).sum());
        LOG.logf(allWell ? Logger.Level.INFO : Logger.Level.ERROR, "%s",
                new LogEvent(fields.get("uploads") + " uploads: " + fields.get("outcome"), fields));
    }

    private static void log(Export export, String event, Outcome outcome, Optional<String> messageId) {
        Map<String, Object> fields = fields(export, event);
        messageId.ifPresent(id -> fields.put("messageId", id));
        if (!outcome.uploadId().isEmpty()) {
            // What was refused may be anything, and is shown so that it cannot be mistaken for an id.
            boolean refused = outcome.failure().filter(f -> f.kind() == FailureKind.INVALID_UPLOAD_ID).isPresent();
            fields.put("uploadId", refused ? UploadId.shown(outcome.uploadId()) : outcome.uploadId());
        }
        fields.put("outcome", outcome.name());
        outcome.status().ifPresent(status -> fields.put("status", status));
        outcome.requestId().ifPresent(id -> fields.put("openaiRequestId", id));
        fields.put("attempts", outcome.attempts());
        fields.put("millis", outcome.millis());
        outcome.failure().ifPresent(failure -> fields.put("error", failure.getMessage()));
        LOG.logf(level(event, outcome), "%s", new LogEvent(text(outcome), fields));
    }

    /** Nothing left to cancel is what a batch is for; whoever wanted the Upload back is told by an error. */
    private static Logger.Level level(String event, Outcome outcome) {
        if (outcome.failure().isEmpty()) {
            return Logger.Level.INFO;
        }
        if (!outcome.failure().get().kind().nothingToCancel()) {
            return Logger.Level.ERROR;
        }
        return event.equals(INVOCATION) ? Logger.Level.WARN : Logger.Level.INFO;
    }

    private static String text(Outcome outcome) {
        return outcome.failure().map(Throwable::toString).orElseGet(() -> "Upload " + outcome.uploadId() + " cancelled ("
                + outcome.requestId().map(id -> "x-request-id " + id + ", ").orElse("") + outcome.attempts()
                + (outcome.attempts() == 1 ? " attempt, " : " attempts, ") + outcome.millis() + " ms)");
    }

    private static Map<String, Object> fields(Export export, String event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("event", event);
        fields.put("export", export.functionName());
        return fields;
    }
}
