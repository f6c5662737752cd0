package dev.cancelupload.lambda;

import dev.cancelupload.openai.NamedUpload;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The HTTP request in a proxy event.
 *
 * @param format of the event, and so of the response
 * @param method in upper case; {@code ?} if the event has none or an invalid one
 * @param path with stage and base path if the event has them; empty if it has none
 * @param clientRequestId the header {@code x-client-request-id} as the caller sent it, the only one that is used
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

    /**
     * The Upload in a path that ends in {@code /uploads/{upload_id}/cancel}, after any prefix such as a stage, a
     * version or a base path. The id is decoded once; one that is still encoded then is invalid.
     *
     * @return empty if the path is another one
     */
    public Optional<NamedUpload> upload() {
        String[] segments = path.split("/", -1);
        int last = segments.length - 1;
        if (last < 3 || !segments[last].equals("cancel") || !segments[last - 2].equals("uploads")) {
            return Optional.empty();
        }
        return Optional.of(NamedUpload.of(decoded(segments[last - 1])));
    }

    private static String decoded(String segment) {
        if (segment.indexOf('%') < 0) {
            return segment;
        }
        try {
            // URLDecoder would decode a plus sign, which has no meaning in a path, as a space.
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return segment;
        }
    }
}
