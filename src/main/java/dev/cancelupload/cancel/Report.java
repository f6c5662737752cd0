package dev.cancelupload.cancel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.Outcome.State;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The report of a batch. Its parts are bounded so that it fits Lambda's 6 MB, whatever the batch.
 *
 * @param outcomes one for each Upload
 * @param stoppedBy the failure after which no further request was sent, if there was one
 */
public record Report(Map<UploadId, Outcome> outcomes, Optional<Failure> stoppedBy) {

    /** Limit in characters on the list in an error message, which may go into a failure queue with the event. */
    private static final int MAX_LIST = 16_000;

    /** Limits in characters on the messages in a report, of one and of all; the log has the whole messages. */
    private static final int MAX_MESSAGE = 600;

    private static final int MAX_MESSAGES = 1_000_000;

    /** The outcomes in this state. */
    public List<Outcome> in(State state) {
        return outcomes.values().stream()
                .filter(outcome -> outcome.state() == state)
                .toList();
    }

    /** The failure of the whole batch if a later try can cancel what is left of it. */
    public Optional<Failure> incomplete() {
        List<Outcome> left = outcomes.values().stream()
                .filter(outcome -> outcome.state() == State.LEFT || outcome.state() == State.NOT_TRIED)
                .toList();
        if (left.isEmpty()) {
            return Optional.empty();
        }
        String message = left.size() + " of " + outcomes.size() + " uploads are left that a later try can cancel: "
                + list(left) + ". Cancelled: " + in(State.CANCELLED).size() + ", already final: "
                + in(State.FINAL).size() + ", failed for good: "
                + in(State.FAILED).size()
                + ". Send the same event again; cancelling twice is harmless."
                + stoppedBy
                        .map(failure -> " The cause has to be mended first: " + failure.message())
                        .orElse("");
        return Optional.of(Failure.of(stoppedBy.map(Failure::kind).orElse(FailureKind.CLEAN_UP_INCOMPLETE), message));
    }

    private static String list(List<Outcome> left) {
        StringBuilder list = new StringBuilder();
        int named = 0;
        for (Outcome outcome : left) {
            if (list.length() > MAX_LIST) {
                return list.append(" and ")
                        .append(left.size() - named)
                        .append(" more, which the log names")
                        .toString();
            }
            list.append(named++ == 0 ? "" : ", ")
                    .append(outcome.id())
                    .append(" (")
                    .append(outcome.state() == State.NOT_TRIED ? "not tried" : outcome.name())
                    .append(')');
        }
        return list.toString();
    }

    /** {@code {"cancelled": […], "final": […], "failed": […], "notTried": […]}}. */
    public ObjectNode toJson() {
        ObjectNode json = Json.object();
        ArrayNode cancelled = json.putArray("cancelled");
        in(State.CANCELLED).forEach(outcome -> cancelled.add(id(outcome)));
        ArrayNode alreadyFinal = json.putArray("final");
        in(State.FINAL).forEach(outcome -> alreadyFinal
                .addObject()
                .put("uploadId", id(outcome))
                .put("status", outcome.failure().flatMap(Failure::finalState).orElse("unknown")));
        ArrayNode failed = json.putArray("failed");
        int characters = 0;
        for (Outcome outcome : in(State.FAILED)) {
            String message = outcome.failure().map(Failure::message).orElse("");
            failed.addObject()
                    .put("uploadId", id(outcome))
                    .put("errorType", outcome.name())
                    .put("message", VisibleText.cut(message, characters < MAX_MESSAGES ? MAX_MESSAGE : 1));
            characters += Math.min(message.length(), MAX_MESSAGE);
        }
        ArrayNode notTried = json.putArray("notTried");
        in(State.NOT_TRIED).forEach(outcome -> notTried.add(id(outcome)));
        return json;
    }

    /** The id as the caller gave it, which may be anything. */
    private static String id(Outcome outcome) {
        return VisibleText.cut(Redaction.mask(outcome.id().given()), UploadId.MAX_LENGTH);
    }
}
