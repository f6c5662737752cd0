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
 * Creates the responses of {@code cancelUploadHttp}: OpenAI's own if it is about the caller's request, otherwise an
 * error of this function in OpenAI's error envelope.
 *
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
public final class ProxyResponses {

    /** The default in seconds if OpenAI sent none: the longest wait of the retry policy. */
    private static final String RETRY_AFTER = "8";

    /** The header fields of OpenAI's response that this function's own errors keep. */
    private static final Set<String> HEADERS_OF_OWN_ERRORS = Set.of("x-request-id", "retry-after", "retry-after-ms");

    private static final ResponseHeaders NO_HEADERS = new ResponseHeaders(Map.of());

    private ProxyResponses() {}

    /** OpenAI's response with the cancelled Upload. */
    public static ProxyResponse cancelled(CancelledUpload cancelled) {
        return new ProxyResponse(cancelled.status(), headers(cancelled.headers()), cancelled.json());
    }

    /** OpenAI's response if it is about the caller's request; otherwise an error of this function. */
    public static ProxyResponse failed(UploadFailure failure) {
        ResponseHeaders headers = failure.response().map(ErrorResponse::headers).orElse(NO_HEADERS);
        Optional<ProxyResponse> openAiError = failure.response()
                .filter(response -> !response.body().isEmpty() && isAboutTheRequest(failure.kind()))
                .map(response -> new ProxyResponse(response.status(), headers(headers), response.body()));
        ProxyResponse response = openAiError.orElseGet(() -> new ProxyResponse(
                status(failure),
                headers(headers.only(HEADERS_OF_OWN_ERRORS)),
                envelope(failure.getMessage(), type(failure.kind()), code(failure.kind()))));
        if (failure.kind() == FailureKind.RATE_LIMITED) {
            // A 429 always has retry-after.
            response.headers().putIfAbsent("retry-after", List.of(RETRY_AFTER));
        }
        return response;
    }

    private static int status(UploadFailure failure) {
        return failure.response()
                .filter(response -> response.status() >= 400 && isAboutTheRequest(failure.kind()))
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
     * Adds the header fields of every response to OpenAI's: the body is always JSON, and is neither to be sniffed for
     * another type nor to be cached.
     */
    private static Map<String, List<String>> headers(ResponseHeaders openai) {
        Map<String, List<String>> headers = new LinkedHashMap<>(openai.fields());
        headers.put("content-type", List.of("application/json"));
        headers.put("x-content-type-options", List.of("nosniff"));
        headers.put("cache-control", List.of("no-store"));
        return headers;
    }

    /** An error like OpenAI's for an unknown URL. */
    public static ProxyResponse unknownPath(ProxyRequest request) {
        return error(
                404,
                "Unknown request URL: " + VisibleText.oneLine(request.method(), 32) + " "
                        + UploadId.shown(request.path()) + ". This endpoint has POST …/uploads/{upload_id}/cancel.",
                "unknown_url");
    }

    /** An error for a known path with a wrong method. */
    public static ProxyResponse methodNotAllowed(ProxyRequest request) {
        ProxyResponse response = error(
                405,
                "Not allowed to " + VisibleText.oneLine(request.method(), 32)
                        + " here: cancelling an upload is a POST.",
                "method_not_allowed");
        response.headers().put("allow", List.of("POST"));
        return response;
    }

    private static ProxyResponse error(int status, String message, String code) {
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

    /** The error code, such as {@code invalid_upload_id} for {@code InvalidUploadId}. */
    private static String code(FailureKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
