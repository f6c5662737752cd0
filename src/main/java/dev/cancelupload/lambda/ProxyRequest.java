package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.openai.UploadId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The HTTP request in a proxy event.
 *
 * @param format of the event, and so of the response
 * @param method the HTTP method
 * @param path percent-encoded, with stage and base path if the event has them; empty if it has none
 * @param clientRequestId the header {@code x-client-request-id}, the only one that goes on to OpenAI, which stores it
 *     for its support; empty if it is not 1 to 512 visible ASCII characters
 * @see <a
 *     href="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html">
 *     Payload formats of HTTP APIs</a>, which Function URLs share
 * @see <a href="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html">ALB</a>
 */
public record ProxyRequest(Format format, String method, String path, Optional<String> clientRequestId) {

    /** The formats of proxy events and responses. */
    public enum Format {
        /** API Gateway HTTP API with payload 2.0, and Function URL. */
        PAYLOAD_2_0,
        /** API Gateway REST API, and HTTP API with payload 1.0. */
        PAYLOAD_1_0,
        /** Application Load Balancer. */
        ALB,
        /** Application Load Balancer with multi-value headers enabled in its target group. */
        ALB_MULTI_VALUE
    }

    private static final String BEFORE_ID = "/uploads/";
    private static final String AFTER_ID = "/cancel";
    static final String CLIENT_REQUEST_ID = "x-client-request-id";

    private static final int MAX_CLIENT_REQUEST_ID = 512;

    /** The request of an event; empty if it has none, or is for a Lambda authorizer or of a WebSocket API. */
    static Optional<ProxyRequest> of(JsonNode event) {
        JsonNode context = event.path("requestContext");
        JsonNode http = context.path("http");
        String method = (http.isObject() ? http.path("method") : event.path("httpMethod")).textValue();
        boolean other = event.has("methodArn") || event.has("routeArn") || context.has("connectionId");
        if (!context.isObject() || method == null || other) {
            return Optional.empty();
        }
        Format format = http.isObject() ? Format.PAYLOAD_2_0 : Format.PAYLOAD_1_0;
        if (context.has("elb")) {
            format = event.path("multiValueHeaders").isObject() ? Format.ALB_MULTI_VALUE : Format.ALB;
        }
        String path =
                event.path(format == Format.PAYLOAD_2_0 ? "rawPath" : "path").textValue();
        return Optional.of(new ProxyRequest(format, method, path == null ? "" : path, clientRequestId(event)));
    }

    private static Optional<String> clientRequestId(JsonNode event) {
        JsonNode id = event.path("headers").path(CLIENT_REQUEST_ID);
        if (!id.isTextual()) {
            JsonNode values = event.path("multiValueHeaders").path(CLIENT_REQUEST_ID);
            id = values.path(values.size() - 1);
        }
        return Optional.ofNullable(id.textValue())
                .filter(value -> !value.isEmpty() && value.length() <= MAX_CLIENT_REQUEST_ID && isVisible(value));
    }

    /** Whether a text has visible ASCII characters only. */
    static boolean isVisible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    /**
     * The Upload in a path that ends in {@code /uploads/{upload_id}/cancel}, after any prefix such as a stage, a
     * version or a base path. The id is decoded once; one that is still encoded then is invalid.
     *
     * @return empty if the path is another one
     */
    public Optional<UploadId> upload() {
        if (!path.endsWith(AFTER_ID)) {
            return Optional.empty();
        }
        int end = path.length() - AFTER_ID.length();
        int start = path.lastIndexOf('/', end - 1) + 1;
        return path.startsWith(BEFORE_ID, start - BEFORE_ID.length())
                ? Optional.of(UploadId.of(decoded(path.substring(start, end))))
                : Optional.empty();
    }

    private static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            // Decodes a plus sign too, as a space: neither can be in an id.
            return URLDecoder.decode(segment, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment;
        }
    }
}
