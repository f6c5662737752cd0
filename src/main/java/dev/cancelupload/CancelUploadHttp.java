package dev.cancelupload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.cancel.Outcome;
import dev.cancelupload.config.Export;
import dev.cancelupload.lambda.InvocationFailure;
import dev.cancelupload.lambda.LambdaEvent;
import dev.cancelupload.lambda.LambdaEvent.Http;
import dev.cancelupload.lambda.LambdaEvent.SnsNotifications;
import dev.cancelupload.lambda.LambdaEvent.SqsMessages;
import dev.cancelupload.lambda.ProxyRequest;
import dev.cancelupload.lambda.ProxyResponse;
import dev.cancelupload.lambda.ProxyResponses;
import dev.cancelupload.lambda.WrongEvent;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.NamedUpload;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.time.Budget;
import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;

/**
 * Cancels one Upload over HTTP with the responses of OpenAI's API, for API Gateway, Function URLs and ALBs.
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
     * @param event an HTTP request; anything else gets an error response
     * @return a proxy response in the format of the event
     * @throws InvocationFailure for SNS only, which takes any result for success: Lambda retries a failed asynchronous
     *     invocation and then sends the event to the dead-letter queue
     */
    @Funq(Export.CANCEL_UPLOAD_HTTP_NAME)
    public JsonNode cancelUploadHttp(LambdaEvent event) {
        if (event instanceof Http http) {
            return respond(http.request()).toJson(http.request().format());
        }
        UploadFailure failure =
                log.invalidEvent(Export.CANCEL_UPLOAD_HTTP, WrongEvent.of(event, Export.CANCEL_UPLOAD_HTTP));
        if (event instanceof SnsNotifications) {
            throw InvocationFailure.of(failure);
        }
        ObjectNode response = ProxyResponses.failed(failure).toJson(ProxyRequest.Format.PAYLOAD_2_0);
        if (event instanceof SqsMessages sqs) {
            // SQS takes any result without failures for success and would delete the messages.
            ArrayNode failures = response.putArray("batchItemFailures");
            sqs.messages().forEach(message -> failures.addObject().put("itemIdentifier", message.id()));
        }
        return response;
    }

    private ProxyResponse respond(ProxyRequest request) {
        Budget budget = canceller.budget();
        Optional<NamedUpload> upload = request.upload();
        if (upload.isEmpty()) {
            return unknownOperation(ProxyResponses.unknownPath(request));
        }
        if (!request.method().equals("POST")) {
            return unknownOperation(ProxyResponses.methodNotAllowed(request));
        }
        Outcome outcome = canceller.cancel(upload.get(), clientRequestId(request), budget);
        log.invocation(Export.CANCEL_UPLOAD_HTTP, outcome);
        return outcome instanceof Outcome.Success success
                ? ProxyResponses.cancelled(success.cancelled())
                : ProxyResponses.failed(((Outcome.Failure) outcome).failure());
    }

    private ProxyResponse unknownOperation(ProxyResponse response) {
        log.unknownOperation(response.status());
        return response;
    }

    /**
     * The only header field of the caller that is sent to OpenAI, which stores it for its support. All others, above
     * all the caller's credentials, are dropped.
     *
     * @see <a href="https://platform.openai.com/docs/api-reference/debugging-requests">Debugging requests</a>
     */
    private static Optional<String> clientRequestId(ProxyRequest request) {
        return request.clientRequestId()
                .filter(id -> !id.isEmpty() && id.length() <= 512 && id.chars().allMatch(c -> c > ' ' && c < 0x7f));
    }
}
