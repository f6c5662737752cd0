package dev.cancelupload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.event.HttpReply;
import dev.cancelupload.event.HttpRequest;
import dev.cancelupload.openai.AnswerHeaders;
import dev.cancelupload.openai.Cancelled;
import dev.cancelupload.openai.ErrorAnswer;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The responses of {@code cancelUploadHttp}: OpenAI's own where it answered the caller's question, otherwise ours in
 * OpenAI's error envelope.
 *
 * @see <a href="https://platform.openai.com/docs/guides/error-codes">Error codes</a>
 */
final class HttpReplies {

    private static final String JSON = "application/json";

    /**
     * Header fields of OpenAI's answer that describe its connection, its edge or its own host, and would be wrong or
     * harmful coming from us. All others pass.
     */
    private static final Set<String> NOT_PASSED_ON = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "content-length",
            "content-encoding",
            "date",
            "server",
            "via",
            "alt-svc",
            "set-cookie",
            "strict-transport-security",
            "www-authenticate",
            "report-to",
            "nel");

    /** RFC 9110, 5.1: any other name would spoil the response. */
    private static final Pattern FIELD_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** Seconds for a caller whom OpenAI did not tell how long to wait: the longest wait of the retry policy. */
    private static final String RETRY_AFTER = "8";

    private HttpReplies() {}

    /** OpenAI's answer with the cancelled Upload. */
    static HttpReply cancelled(Cancelled cancelled) {
        return new HttpReply(
                cancelled.status(),
                passedOn(cancelled.headers()),
                cancelled.upload().json().toString());
    }

    /** OpenAI's answer if it is about the caller's request; ours if it is about this function or there is none. */
    static HttpReply failed(UploadFailure failure) {
        Optional<ErrorAnswer> answer = failure.answer();
        boolean aboutTheRequest =
                switch (failure.kind()) {
                    case UPLOAD_NOT_FOUND, UPLOAD_ALREADY_FINAL, REQUEST_REJECTED, RATE_LIMITED -> true;
                    default -> false;
                };
        if (aboutTheRequest && answer.isPresent() && answer.get().error().isPresent()) {
            return limited(
                    failure,
                    new HttpReply(
                            answer.get().status(),
                            passedOn(answer.get().headers()),
                            answer.get().body()));
        }
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("content-type", List.of(JSON));
        for (String name : List.of("x-request-id", "retry-after")) {
            answer.flatMap(a -> a.headers().first(name)).ifPresent(value -> headers.put(name, List.of(value)));
        }
        return limited(
                failure,
                new HttpReply(
                        failure.kind().httpStatus(),
                        headers,
                        envelope(failure.getMessage(), type(failure.kind()), code(failure.kind()))));
    }

    /** OpenAI's own answer to an address it does not know. */
    static HttpReply unknownPath(HttpRequest request) {
        return ours(
                404,
                "Unknown request URL: " + request.method() + " " + UploadId.shown(request.path())
                        + ". This endpoint has POST …/uploads/{upload_id}/cancel.",
                "unknown_url");
    }

    /** The path is right and the method is not. */
    static HttpReply methodNotAllowed(HttpRequest request) {
        HttpReply reply = ours(
                405,
                "Not allowed to " + request.method() + " here: cancelling an upload is a POST.",
                "method_not_allowed");
        reply.headers().put("allow", List.of("POST"));
        return reply;
    }

    private static HttpReply ours(int status, String message, String code) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        headers.put("content-type", List.of(JSON));
        return new HttpReply(status, headers, envelope(message, "invalid_request_error", code));
    }

    /** A 429 always says when to come back. */
    private static HttpReply limited(UploadFailure failure, HttpReply reply) {
        if (failure.kind() == FailureKind.RATE_LIMITED) {
            reply.headers().putIfAbsent("retry-after", List.of(RETRY_AFTER));
        }
        return reply;
    }

    private static Map<String, List<String>> passedOn(AnswerHeaders headers) {
        Map<String, List<String>> passed = new LinkedHashMap<>(headers.fields());
        passed.keySet()
                .removeIf(name -> NOT_PASSED_ON.contains(name)
                        || !FIELD_NAME.matcher(name).matches());
        passed.values().removeIf(values -> values.stream().anyMatch(HttpReplies::hasControlCharacters));
        passed.putIfAbsent("content-type", List.of(JSON));
        return passed;
    }

    private static boolean hasControlCharacters(String value) {
        return value.chars().anyMatch(c -> c < ' ' && c != '\t' || c == 0x7f);
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
