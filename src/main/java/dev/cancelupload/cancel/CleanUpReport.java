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
 * What a clean-up did. However long ids and messages are, a report of a thousand of them is less than the 6 MB that
 * Lambda takes for an answer.
 *
 * @param outcomes one for each id
 */
public record CleanUpReport(List<Outcome> outcomes) {

    /**
     * How much of the list of what is left goes into a message, in characters. Where it goes besides the event, a
     * failure queue for instance, has limits too.
     */
    private static final int LONGEST_LIST = 16_000;

    /** How much of a message goes into the report, in characters of up to 4 bytes; the log has the whole. */
    private static final int LONGEST_MESSAGE = 600;

    /** The uploads that this clean-up cancelled. */
    public List<Outcome> cancelled() {
        return outcomes.stream().filter(Outcome.Success.class::isInstance).toList();
    }

    /** Those with nothing left to cancel. */
    public List<Outcome.Failure> alreadyFinal() {
        return failures(failure -> failure.kind().nothingToCancel());
    }

    /** Those that could not be cancelled, and why. */
    public List<Outcome.Failure> failed() {
        return failures(failure -> !failure.kind().nothingToCancel() && !isNotTried(failure));
    }

    /** Those for which no time was left. */
    public List<Outcome.Failure> notTried() {
        return failures(CleanUpReport::isNotTried);
    }

    /** The failure of the whole clean-up, if uploads are left that a later try can cancel. */
    public Optional<UploadFailure> incomplete() {
        List<Outcome.Failure> left = failures(UploadFailure::retryable);
        if (left.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder list = new StringBuilder();
        int named = 0;
        for (Outcome.Failure outcome : left) {
            if (list.length() > LONGEST_LIST) {
                list.append(" and ").append(left.size() - named).append(" more, which the log names");
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
                left.size() + " of " + outcomes.size()
                        + " uploads are left that a later try can cancel: " + list + ". Cancelled: "
                        + cancelled().size()
                        + ", already final: " + alreadyFinal().size() + ", failed for good: "
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
                .put("uploadId", VisibleText.cut(outcome.uploadId(), UploadId.LONGEST))
                .put("errorType", outcome.name())
                .put("message", message(outcome.failure()))
                .put("retryable", outcome.failure().retryable()));
        ArrayNode notTried = json.putArray("notTried");
        notTried().forEach(outcome -> notTried.add(outcome.uploadId()));
        return json;
    }

    private static String message(UploadFailure failure) {
        String message = failure.getMessage();
        return message.length() <= LONGEST_MESSAGE
                ? message
                : VisibleText.cut(message, LONGEST_MESSAGE) + " (cut; the log has the rest)";
    }

    /** {@code completed}, {@code cancelled} or {@code expired} as OpenAI said; {@code unknown} to it otherwise. */
    private static String status(UploadFailure failure) {
        return failure.finalState().map(FinalState::word).orElse("unknown");
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
