package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/**
 * The HTTP response in the result of a proxy event.
 *
 * @param status the HTTP status
 * @param headers lower-case names with their values
 * @param body JSON text
 */
public record ProxyResponse(int status, Map<String, List<String>> headers, String body) {

    /** Formats the response for the request's event. */
    public ObjectNode toJson(ProxyRequest.Format format) {
        ObjectNode json = Json.object().put("statusCode", status);
        if (format == ProxyRequest.Format.ALB || format == ProxyRequest.Format.ALB_MULTI_VALUE) {
            json.put("statusDescription", status + " " + reason(status));
        }
        if (format != ProxyRequest.Format.ALB_MULTI_VALUE) {
            ObjectNode single = json.putObject("headers");
            headers.forEach((name, values) -> {
                // API Gateway merges "headers" and "multiValueHeaders", so each field is in only one of them.
                if (values.size() == 1 || format != ProxyRequest.Format.PAYLOAD_1_0) {
                    single.put(name, String.join(", ", values));
                }
            });
        }
        if (format == ProxyRequest.Format.ALB_MULTI_VALUE || format == ProxyRequest.Format.PAYLOAD_1_0) {
            ObjectNode multi = json.putObject("multiValueHeaders");
            headers.forEach((name, values) -> {
                if (values.size() > 1 || format == ProxyRequest.Format.ALB_MULTI_VALUE) {
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
