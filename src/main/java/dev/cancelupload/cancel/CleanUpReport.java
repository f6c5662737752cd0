package dev.cancelupload.cancel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.FinalState;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.redaction.VisibleText;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The report of a clean-up. Its parts are bounded so that a report of a thousand uploads fits Lambda's 6 MB limit.
 *
 * @param outcomes one for each id
 */
public record CleanUpReport(List<Outcome> outcomes) {

    /**
     * Limit in characters on the list of remaining uploads in an error message, which may go into a failure queue
     * together with the event.
     */
    private static final int MAX_LIST = 16_000;

    /** Limit on a message in the report, in characters of up to 4 bytes; the log has the whole message. */
    private static final int MAX_MESSAGE = 600;

    /** The uploads that this clean-up cancelled. */
    public List<Outcome> cancelled() {
        return outcomes.stream().filter(Outcome.Success.class::isInstance).toList();
    }

    /** The uploads with nothing left to cancel. */
    public List<Outcome.Failure> alreadyFinal() {
        return failures(failure -> failure.kind().nothingToCancel());
    }

    /** The uploads that could not be cancelled, with the reasons. */
    public List<Outcome.Failure> failed() {
        return failures(failure -> !failure.kind().nothingToCancel() && !isNotTried(failure));
    }

    /** The uploads for which no time was left. */
    public List<Outcome.Failure> notTried() {
        return failures(CleanUpReport::isNotTried);
    }

    /** The failure of the whole clean-up if a retry can cancel remaining uploads. */
    public Optional<UploadFailure> incomplete() {
        List<Outcome.Failure> remaining = failures(UploadFailure::retryable);
        if (remaining.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder list = new StringBuilder();
        int named = 0;
        for (Outcome.Failure outcome : remaining) {
            if (list.length() > MAX_LIST) {
                list.append(" and ").append(remaining.size() - named).append(" more, which the log names");
                break;
            }
            list.append(named++ == 0 ? "" : ", ")
                    .append(outcome.uploadId())
                    .append(" (")
                    .append(isNotTried(outcome.failure()) ? "not tried" : outcome.name())
                    .append(')');
        }
        return Optional.of(UploadFailure.of(
                FailureKind.CLEAN_UP_INCOMPLETE,
                remaining.size() + " of " + outcomes.size()
                        + " uploads are left that a later try can cancel: " + list + ". Cancelled: "
                        + cancelled().size()
                        + ", already final: " + alreadyFinal().size() + ", failed permanently: "
                        + failures(f -> !f.retryable() && !f.kind().nothingToCancel())
                                .size()
                        + ". Send the same event again; cancelling twice is harmless."));
    }

    /** {@code {"cancelled": […], "final": […], "failed": […], "notTried": […]}}. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        ArrayNode cancelled = json.putArray("cancelled");
        cancelled().forEach(outcome -> cancelled.add(outcome.uploadId()));
        ArrayNode alreadyFinal = json.putArray("final");
        alreadyFinal().forEach(outcome -> alreadyFinal
                .addObject()
                .put("uploadId", outcome.uploadId())
                .put("status", status(outcome.failure()))
                .put("message", message(outcome.failure())));
        ArrayNode failed = json.putArray("failed");
        failed().forEach(outcome -> failed.addObject()
                .put("uploadId", VisibleText.cut(outcome.uploadId(), UploadId.MAX_LENGTH))
                .put("errorType", outcome.name())
                .put("message", message(outcome.failure()))
                .put("retryable", outcome.failure().retryable()));
        ArrayNode notTried = json.putArray("notTried");
        notTried().forEach(outcome -> notTried.add(outcome.uploadId()));
        return json;
    }

    private static String message(UploadFailure failure) {
        String message = failure.getMessage();
        return message.length() <= MAX_MESSAGE
                ? message
                : VisibleText.cut(message, MAX_MESSAGE) + " (cut; the log has the rest)";
    }

    /** {@code completed}, {@code cancelled} or {@code expired}; {@code unknown} if OpenAI does not have the upload. */
    private static String status(UploadFailure failure) {
        return failure.finalState().map(FinalState::value).orElse("unknown");
    }

    private static boolean isNotTried(UploadFailure failure) {
        return failure.kind() == FailureKind.BUDGET_SPENT && failure.attempts() == 0;
    }

    private List<Outcome.Failure> failures(Predicate<UploadFailure> condition) {
        return outcomes.stream()
                .filter(Outcome.Failure.class::isInstance)
                .map(Outcome.Failure.class::cast)
                .filter(outcome -> condition.test(outcome.failure()))
                .toList();
    }
}
