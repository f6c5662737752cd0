package dev.cancelupload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.cancel.Outcome;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.InvocationFailure;
import dev.cancelupload.lambda.LambdaEvent;
import dev.cancelupload.lambda.LambdaEvent.Message;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.LambdaEvent.SnsNotifications;
import dev.cancelupload.lambda.LambdaEvent.SqsMessages;
import dev.cancelupload.lambda.UploadIds;
import dev.cancelupload.lambda.WrongEvent;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.time.Budget;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/**
 * Cancels one Upload, for direct and asynchronous invocations, Step Functions and EventBridge, and one for each message
 * of SQS and SNS.
 */
@Singleton
public class CancelUpload {

    @Inject
    Canceller canceller;

    @Inject
    InvocationLog log;

    /**
     * @param event names the upload
     * @return the cancelled Upload; the failed messages for SQS; {@code null} for SNS
     * @throws InvocationFailure if the upload was not cancelled; {@link FailureKind} has its error types
     */
    @Funq(Export.CANCEL_UPLOAD_NAME)
    public JsonNode cancelUpload(LambdaEvent event) {
        Budget budget = canceller.budget();
        if (event instanceof SqsMessages sqs) {
            return sqs(sqs.messages(), budget);
        }
        if (event instanceof SnsNotifications sns) {
            return sns(sns.messages(), budget);
        }
        if (event instanceof Payload payload) {
            return payload(payload.ids(), budget);
        }
        throw InvocationFailure.of(log.invalidEvent(Export.CANCEL_UPLOAD, WrongEvent.of(event, Export.CANCEL_UPLOAD)));
    }

    private JsonNode payload(UploadIds ids, Budget budget) {
        Outcome outcome = canceller.cancel(ids.one(), Optional.empty(), budget);
        log.invocation(Export.CANCEL_UPLOAD, outcome);
        if (outcome instanceof Outcome.Success success) {
            return Json.raw(success.cancelled().json());
        }
        throw InvocationFailure.of(((Outcome.Failure) outcome).failure());
    }

    private JsonNode sqs(List<Message> messages, Budget budget) {
        List<Outcome> outcomes = cancelled(messages, budget);
        ObjectNode response = Json.object();
        ArrayNode failures = response.putArray("batchItemFailures");
        for (int i = 0; i < outcomes.size(); i++) {
            // A message that can never succeed is returned too, so that it goes to the dead-letter queue. A message
            // whose Upload is already final is done.
            if (outcomes.get(i).failureUnlessFinal().isPresent()) {
                failures.addObject().put("itemIdentifier", messages.get(i).id());
            }
        }
        return response;
    }

    /** An Upload that is already final is no failure, since SNS may deliver a notification twice. */
    private JsonNode sns(List<Message> messages, Budget budget) {
        for (Outcome outcome : cancelled(messages, budget)) {
            if (outcome.failureUnlessFinal().isPresent()) {
                throw InvocationFailure.of(outcome.failureUnlessFinal().get());
            }
        }
        return NullNode.getInstance();
    }

    private List<Outcome> cancelled(List<Message> messages, Budget budget) {
        InvocationLog.Batch batch = log.batch(Export.CANCEL_UPLOAD);
        List<Outcome> outcomes = canceller.cancelAll(
                messages.stream().map(Message::upload).toList(),
                budget,
                (outcome, position) -> batch.finished(
                        outcome, Optional.of(messages.get(position).id())));
        batch.messages(outcomes, budget.elapsed());
        return outcomes;
    }
}
