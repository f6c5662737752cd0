package dev.cancelupload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.cancel.Report;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.Event;
import dev.cancelupload.lambda.InvocationFailure;
import dev.cancelupload.lambda.ProxyRequest;
import dev.cancelupload.lambda.ProxyResponse;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.Outcome.State;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.time.Budget;
import dev.cancelupload.time.InvocationDeadline;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The function: cancels OpenAI Uploads. The event says what is meant: one id is "cancel this Upload and give it to me",
 * and everything else but an HTTP request is "see to it that none of these stays pending".
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/uploads/cancel">Cancel upload</a>
 */
@Singleton
public class CancelUpload implements Event.Handler<JsonNode> {

    /** API Gateway gives up after 29 or 30 seconds. */
    private static final Duration MAX_HTTP = Duration.ofSeconds(28);

    @Inject
    Canceller canceller;

    @Inject
    InvocationLog log;

    /**
     * @param event of any trigger
     * @return what its trigger expects: the Upload, a report, {@code batchItemFailures} or an HTTP response
     * @throws InvocationFailure if that is an error; {@link FailureKind} has its types
     */
    @Funq
    public JsonNode cancelUpload(Event event) {
        return event.handledBy(this);
    }

    @Override
    public JsonNode one(Event.OneUpload event) {
        Outcome outcome = canceller.cancel(event.id(), Optional.empty(), InvocationDeadline.budget());
        log.invocation("one", outcome);
        return outcome.map(cancelled -> Json.raw(cancelled.json()), failure -> {
            throw InvocationFailure.of(failure);
        });
    }

    @Override
    public JsonNode ids(Event.UploadIds event) {
        return reported(cancelAll(event.shape(), event.ids(), Map.of()));
    }

    @Override
    public JsonNode sns(Event.SnsNotifications event) {
        return reported(cancelAll("sns", event.messages()));
    }

    private static JsonNode reported(Report report) {
        report.incomplete().ifPresent(failure -> {
            throw InvocationFailure.of(failure);
        });
        return report.toJson();
    }

    @Override
    public JsonNode sqs(Event.SqsMessages event) {
        Report report = cancelAll("sqs", event.messages());
        ObjectNode response = Json.object();
        ArrayNode failures = response.putArray("batchItemFailures");
        for (Event.Message message : event.messages()) {
            State state = report.outcomes().get(message.uploadId()).state();
            // What failed for good comes back too, so that it ends in the dead-letter queue.
            if (state != State.CANCELLED && state != State.FINAL) {
                failures.addObject().put("itemIdentifier", message.id());
            }
        }
        return response;
    }

    private Report cancelAll(String shape, List<Event.Message> messages) {
        Map<UploadId, List<String>> messageIds = new HashMap<>();
        for (Event.Message message : messages) {
            messageIds
                    .computeIfAbsent(message.uploadId(), id -> new ArrayList<>(1))
                    .add(message.id());
        }
        return cancelAll(shape, messages.stream().map(Event.Message::uploadId).toList(), messageIds);
    }

    private Report cancelAll(String shape, List<UploadId> ids, Map<UploadId, List<String>> messageIds) {
        Budget budget = InvocationDeadline.budget();
        InvocationLog.Batch batch = log.batch(shape);
        Report report = canceller.cancelAll(
                ids, budget, outcome -> batch.finished(outcome, messageIds.getOrDefault(outcome.id(), List.of())));
        batch.summary(report, budget.elapsed());
        return report;
    }

    @Override
    public JsonNode http(Event.Http event) {
        ProxyRequest request = event.request();
        Optional<UploadId> id = request.upload();
        if (id.isEmpty()) {
            return unknownOperation(request, ProxyResponse.unknownPath(request));
        }
        if (!request.method().equals("POST")) {
            return unknownOperation(request, ProxyResponse.methodNotAllowed(request));
        }
        Outcome outcome = canceller.cancel(
                id.get(), request.clientRequestId(), InvocationDeadline.budget().atMost(MAX_HTTP));
        log.invocation("http", outcome);
        return outcome.map(ProxyResponse::cancelled, ProxyResponse::failed).toJson(request.format());
    }

    private JsonNode unknownOperation(ProxyRequest request, ProxyResponse response) {
        log.unknownOperation(response.status());
        return response.toJson(request.format());
    }

    @Override
    public JsonNode refused(Event.Refused event) {
        log.refused(event.failure());
        throw InvocationFailure.of(event.failure());
    }
}
