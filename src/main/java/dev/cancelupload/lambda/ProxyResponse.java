package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.ProxyRequest.Format;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.ErrorResponse;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.ResponseHeaders;
import dev.cancelupload.openai.RetryPolicy;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.redaction.Redaction;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The HTTP response in the result of a proxy event: OpenAI's own if it is about the caller's request, otherwise an
 * error of this function in OpenAI's envelope. Its {@code code} is then the kind of failure ({@code budget_spent} for
 * {@code BudgetSpent}), also where OpenAI sent a code, so that clients know all values; OpenAI's is in the message.
 *
 * @param status the HTTP status
 * @param headers lower-case names with their values
 * @param body JSON text
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
public record ProxyResponse(int status, Map<String, List<String>> headers, String body) {

    private static final String INVALID_REQUEST = "invalid_request_error";

    /** OpenAI's response with the cancelled Upload. */
    public static ProxyResponse cancelled(CancelledUpload cancelled) {
        return new ProxyResponse(cancelled.status(), headers(cancelled.headers().fields()), cancelled.json());
    }

    /** OpenAI's response if it is about the caller's request; otherwise an error of this function. */
    public static ProxyResponse failed(Failure failure) {
        FailureKind kind = failure.kind();
        // OpenAI may also say by a 2xx that an Upload is already final.
        Optional<ErrorResponse> openAi =
                failure.response().filter(response -> isAboutTheRequest(kind) && response.status() >= 400);
        ProxyResponse response = openAi.filter(answer -> !answer.body().isEmpty())
                .map(answer -> new ProxyResponse(
                        answer.status(), headers(answer.headers().fields()), answer.body()))
                .orElseGet(() ->
                        ownError(failure, openAi.map(ErrorResponse::status).orElse(kind.httpStatus())));
        if (kind == FailureKind.RATE_LIMITED) {
            long seconds = openAi.flatMap(answer -> answer.headers().first("retry-after-ms"))
                    .map(millis -> (long) Math.ceil(Double.parseDouble(millis) / 1000))
                    .orElse(RetryPolicy.MAX_WAIT.toSeconds());
            response.headers.putIfAbsent("retry-after", List.of(Long.toString(seconds)));
        }
        return response;
    }

    private static boolean isAboutTheRequest(FailureKind kind) {
        return switch (kind) {
            case UPLOAD_NOT_FOUND, UPLOAD_ALREADY_FINAL, REQUEST_REJECTED, RATE_LIMITED -> true;
            default -> false;
        };
    }

    /** Why there are no credentials is for the operator, who finds it in the log. */
    private static String message(Failure failure) {
        boolean ofCredentials = failure.kind() == FailureKind.CREDENTIALS_REJECTED
                || failure.kind() == FailureKind.CREDENTIALS_UNAVAILABLE;
        return ofCredentials && failure.response().isEmpty()
                ? "This function has no valid credentials for OpenAI. Its log says why."
                : failure.message();
    }

    private static ProxyResponse ownError(Failure failure, int status) {
        FailureKind kind = failure.kind();
        ProxyResponse response = error(
                status,
                message(failure),
                status < 500 ? INVALID_REQUEST : "server_error",
                kind.name().toLowerCase(Locale.ROOT));
        ResponseHeaders openAi = failure.response().map(ErrorResponse::headers).orElse(ResponseHeaders.NONE);
        for (String name : List.of("x-request-id", "retry-after", "retry-after-ms")) {
            openAi.first(name).ifPresent(value -> response.headers.put(name, List.of(value)));
        }
        if (kind.stopsBatch()) {
            // OpenAI's SDKs retry every 5xx without it.
            response.headers.put("x-should-retry", List.of("false"));
        }
        return response;
    }

    /** An error like OpenAI's for an unknown URL. */
    public static ProxyResponse unknownPath(ProxyRequest request) {
        return error(
                404,
                "Unknown request URL: " + UploadId.shown(request.method()) + " " + UploadId.shown(request.path())
                        + ". This endpoint has POST …/uploads/{upload_id}/cancel.",
                INVALID_REQUEST,
                "unknown_url");
    }

    /** An error for a known path with a wrong method. */
    public static ProxyResponse methodNotAllowed(ProxyRequest request) {
        ProxyResponse response = error(
                405,
                "The method " + UploadId.shown(request.method())
                        + " is not allowed here: cancelling an upload is a POST.",
                INVALID_REQUEST,
                "method_not_allowed");
        response.headers.put("allow", List.of("POST"));
        return response;
    }

    private static ProxyResponse error(int status, String message, String type, String code) {
        ObjectNode json = Json.object();
        json.putObject("error")
                .put("message", Redaction.mask(message))
                .put("type", type)
                .putNull("param")
                .put("code", code);
        return new ProxyResponse(status, headers(Map.of()), json.toString());
    }

    /** Adds the fields of every response: the body is JSON, not to be taken for anything else, and not to be kept. */
    private static Map<String, List<String>> headers(Map<String, List<String>> openAi) {
        Map<String, List<String>> headers = new LinkedHashMap<>(openAi);
        headers.put("content-type", List.of("application/json"));
        headers.put("x-content-type-options", List.of("nosniff"));
        headers.put("cache-control", List.of("no-store"));
        return headers;
    }

    /** Formats the response for the request's event. */
    public ObjectNode toJson(Format format) {
        ObjectNode json = Json.object().put("statusCode", status);
        if (format == Format.ALB || format == Format.ALB_MULTI_VALUE) {
            json.put("statusDescription", status + " " + reason(status));
        }
        if (format != Format.ALB_MULTI_VALUE) {
            ObjectNode single = json.putObject("headers");
            headers.forEach((name, values) -> {
                // API Gateway merges "headers" and "multiValueHeaders", so each field is in only one of them.
                if (values.size() == 1 || format != Format.PAYLOAD_1_0) {
                    single.put(name, String.join(", ", values));
                }
            });
        }
        if (format == Format.ALB_MULTI_VALUE || format == Format.PAYLOAD_1_0) {
            ObjectNode multi = json.putObject("multiValueHeaders");
            headers.forEach((name, values) -> {
                if (values.size() > 1 || format == Format.ALB_MULTI_VALUE) {
                    values.forEach(multi.putArray(name)::add);
                }
            });
        }
        return json.put("body", body).put("isBase64Encoded", false);
    }

    private static String reason(int status) {
        Response.Status known = Response.Status.fromStatusCode(status);
        return known == null ? "Status" : known.getReasonPhrase();
    }
}
