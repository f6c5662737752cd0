package dev.cancelupload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.event.HttpReply;
import dev.cancelupload.event.HttpRequest;
import dev.cancelupload.event.LambdaEvent;
import dev.cancelupload.event.LambdaEvent.Http;
import dev.cancelupload.event.LambdaEvent.SnsNotifications;
import dev.cancelupload.event.LambdaEvent.SqsMessages;
import dev.cancelupload.event.WrongEvent;
import dev.cancelupload.http.Budget;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.UploadFailure;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Cancels one Upload over HTTP, and answers as OpenAI does: for API Gateway, Function URLs and Application Load Balancers.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/uploads/cancel">Cancel upload</a>
 */
@Singleton
public class CancelUploadHttp {

    @Inject
    Canceller canceller;

    @Inject
    InvocationLog log;

    /**
     * @param event an HTTP request; anything else gets a response that says so
     * @return a proxy response in the dialect of the event
     * @throws UploadFailure for notifications of SNS alone, which takes any answer for success: Lambda tries an asynchronous
     *     invocation that failed again, and keeps the event in the dead-letter queue
     */
    @Funq(Export.CANCEL_UPLOAD_HTTP_NAME)
    public JsonNode cancelUploadHttp(LambdaEvent event) {
        if (event instanceof Http http) {
            return reply(http.request()).toJson(http.request().format());
        }
        UploadFailure failure = log.refused(Export.CANCEL_UPLOAD_HTTP, WrongEvent.of(event, Export.CANCEL_UPLOAD_HTTP));
        if (event instanceof SnsNotifications) {
            throw failure;
        }
        ObjectNode response = HttpReplies.failed(failure).toJson(HttpRequest.Format.PAYLOAD_2_0);
        if (event instanceof SqsMessages sqs) {
            // A queue takes any answer that names no failure for success, and would delete the messages.
            ArrayNode failures = response.putArray("batchItemFailures");
            sqs.messages().forEach(message -> failures.addObject().put("itemIdentifier", message.id()));
        }
        return response;
    }

    private HttpReply reply(HttpRequest request) {
        Budget budget = canceller.budget();
        Optional<String> id = request.uploadId();
        if (id.isEmpty()) {
            return log.answered(HttpReplies.unknownPath(request));
        }
        if (!request.method().equals("POST")) {
            return log.answered(HttpReplies.methodNotAllowed(request));
        }
        Outcome outcome = canceller.cancel(id::get, clientRequestId(request), budget);
        log.invocation(Export.CANCEL_UPLOAD_HTTP, outcome);
        return outcome instanceof Outcome.Success success
                ? HttpReplies.cancelled(success.cancelled())
                : HttpReplies.failed(((Outcome.Failure) outcome).failure());
    }

    /**
     * The one header of the caller's that goes on to OpenAI, which keeps it for its support. Nothing else does, the
     * caller's credentials least of all.
     *
     * @see <a href="https://platform.openai.com/docs/api-reference/debugging-requests">Debugging requests</a>
     */
    private static Optional<String> clientRequestId(HttpRequest request) {
        return request.clientRequestId()
                .filter(id -> !id.isEmpty() && id.length() <= 512 && id.chars().allMatch(c -> c > ' ' && c < 0x7f));
    }
}
