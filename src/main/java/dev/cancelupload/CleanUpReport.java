package dev.cancelupload;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.openai.ErrorAnswer;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a clean-up did.
 *
 * @param outcomes one for each id
 */
public record CleanUpReport(List<Outcome> outcomes) {

    /** How much of the list of what is left goes into a message; Lambda keeps more, but no one reads more. */
    private static final int LONGEST_LIST = 60_000;

    /** The uploads that this clean-up cancelled. */
    public List<Outcome> cancelled() {
        return where(outcome -> outcome.failure().isEmpty());
    }

    /** Those with nothing left to cancel. */
    public List<Outcome> alreadyFinal() {
        return whereFailed(failure -> failure.kind().nothingToCancel());
    }

    /** Those that could not be cancelled, and why. */
    public List<Outcome> failed() {
        return whereFailed(failure -> !failure.kind().nothingToCancel() && !isNotTried(failure));
    }

    /** Those for which no time was left. */
    public List<Outcome> notTried() {
        return whereFailed(CleanUpReport::isNotTried);
    }

    /** The failure of the whole clean-up, if uploads are left that a later try can cancel. */
    public Optional<UploadFailure> incomplete() {
        List<Outcome> left = whereFailed(UploadFailure::retryable);
        if (left.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder list = new StringBuilder();
        int named = 0;
        for (Outcome outcome : left) {
            if (list.length() > LONGEST_LIST) {
                list.append(" and ").append(left.size() - named).append(" more, which the log names");
                break;
            }
            list.append(named++ == 0 ? "" : ", ")
                    .append(outcome.uploadId())
                    .append(" (")
                    .append(isNotTried(outcome.failure().orElseThrow()) ? "not tried" : outcome.name())
                    .append(')');
        }
        return Optional.of(UploadFailure.of(
                FailureKind.CLEAN_UP_INCOMPLETE,
                left.size() + " of " + outcomes.size()
                        + " uploads are left that a later try can cancel: " + list + ". Cancelled: "
                        + cancelled().size()
                        + ", already final: " + alreadyFinal().size() + ", failed for good: "
                        + whereFailed(f -> !f.retryable() && !f.kind().nothingToCancel())
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
                .put("status", status(outcome))
                .put("message", outcome.failure().orElseThrow().getMessage()));
        ArrayNode failed = json.putArray("failed");
        failed().forEach(outcome -> {
            UploadFailure failure = outcome.failure().orElseThrow();
            failed.addObject()
                    .put("uploadId", outcome.uploadId())
                    .put("errorType", failure.kind().errorType())
                    .put("message", failure.getMessage())
                    .put("retryable", failure.retryable());
        });
        ArrayNode notTried = json.putArray("notTried");
        notTried().forEach(outcome -> notTried.add(outcome.uploadId()));
        return json;
    }

    /** {@code completed}, {@code cancelled} or {@code expired} as OpenAI said; {@code unknown} to it otherwise. */
    private static String status(Outcome outcome) {
        return outcome.failure()
                .flatMap(UploadFailure::answer)
                .flatMap(ErrorAnswer::finalState)
                .map(ErrorAnswer.FinalState::word)
                .orElse("unknown");
    }

    private static boolean isNotTried(UploadFailure failure) {
        return failure.kind() == FailureKind.BUDGET_SPENT && failure.attempts() == 0;
    }

    private List<Outcome> whereFailed(Predicate<UploadFailure> condition) {
        return where(outcome -> outcome.failure().filter(condition).isPresent());
    }

    private List<Outcome> where(Predicate<Outcome> condition) {
        return outcomes.stream().filter(condition).toList();
    }
}
