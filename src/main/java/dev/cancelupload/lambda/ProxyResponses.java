package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.ErrorResponse;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.ResponseHeaders;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.redaction.VisibleText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The responses of {@code cancelUploadHttp}: OpenAI's own where it answered the caller's question, otherwise ours in
 * OpenAI's error envelope.
 *
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
public final class ProxyResponses {

    /** Seconds for a caller whom OpenAI did not tell how long to wait: the longest wait of the retry policy. */
    private static final String RETRY_AFTER = "8";

    /** What a reply of our own takes over from OpenAI's answer. */
    private static final Set<String> OF_OUR_OWN = Set.of("x-request-id", "retry-after", "retry-after-ms");

    private static final ResponseHeaders NO_HEADERS = new ResponseHeaders(Map.of());

    private ProxyResponses() {}

    /** OpenAI's answer with the cancelled Upload. */
    public static ProxyResponse cancelled(CancelledUpload cancelled) {
        return new ProxyResponse(cancelled.status(), headers(cancelled.headers()), cancelled.json());
    }

    /** OpenAI's answer if it is about the caller's request; ours if it is about this function or there is none. */
    public static ProxyResponse failed(UploadFailure failure) {
        ResponseHeaders headers = failure.answer().map(ErrorResponse::headers).orElse(NO_HEADERS);
        Optional<ProxyResponse> openais = failure.answer()
                .filter(answer -> !answer.body().isEmpty() && isAboutTheRequest(failure.kind()))
                .map(answer -> new ProxyResponse(answer.status(), headers(headers), answer.body()));
        ProxyResponse reply = openais.orElseGet(() -> new ProxyResponse(
                status(failure),
                headers(headers.only(OF_OUR_OWN)),
                envelope(failure.getMessage(), type(failure.kind()), code(failure.kind()))));
        if (failure.kind() == FailureKind.RATE_LIMITED) {
            // A 429 always says when to come back.
            reply.headers().putIfAbsent("retry-after", List.of(RETRY_AFTER));
        }
        return reply;
    }

    private static int status(UploadFailure failure) {
        return failure.answer()
                .filter(answer -> answer.status() >= 400 && isAboutTheRequest(failure.kind()))
                .map(ErrorResponse::status)
                .orElse(failure.kind().httpStatus());
    }

    private static boolean isAboutTheRequest(FailureKind kind) {
        return switch (kind) {
            case UPLOAD_NOT_FOUND, UPLOAD_ALREADY_FINAL, REQUEST_REJECTED, RATE_LIMITED -> true;
            default -> false;
        };
    }

    /**
     * OpenAI's fields, and those of every reply: it is JSON whatever an upstream said it was, it is not to be taken for
     * anything else, and it is of no use to whoever sends the same request again.
     */
    private static Map<String, List<String>> headers(ResponseHeaders openai) {
        Map<String, List<String>> headers = new LinkedHashMap<>(openai.fields());
        headers.put("content-type", List.of("application/json"));
        headers.put("x-content-type-options", List.of("nosniff"));
        headers.put("cache-control", List.of("no-store"));
        return headers;
    }

    /** OpenAI's own answer to an address it does not know. */
    public static ProxyResponse unknownPath(ProxyRequest request) {
        return ours(
                404,
                "Unknown request URL: " + VisibleText.oneLine(request.method(), 32) + " "
                        + UploadId.shown(request.path()) + ". This endpoint has POST …/uploads/{upload_id}/cancel.",
                "unknown_url");
    }

    /** The path is right and the method is not. */
    public static ProxyResponse methodNotAllowed(ProxyRequest request) {
        ProxyResponse reply = ours(
                405,
                "Not allowed to " + VisibleText.oneLine(request.method(), 32)
                        + " here: cancelling an upload is a POST.",
                "method_not_allowed");
        reply.headers().put("allow", List.of("POST"));
        return reply;
    }

    private static ProxyResponse ours(int status, String message, String code) {
        return new ProxyResponse(status, headers(NO_HEADERS), envelope(message, "invalid_request_error", code));
    }

    private static String envelope(String message, String type, String code) {
        ObjectNode json = Json.object();
        json.putObject("error")
                .put("message", message)
                .put("type", type)
                .putNull("param")
                .put("code", code);
        return json.toString();
    }

    private static String type(FailureKind kind) {
        return kind.httpStatus() < 500 ? "invalid_request_error" : "server_error";
    }

    /** {@code InvalidUploadId} as {@code invalid_upload_id}. */
    private static String code(FailureKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
