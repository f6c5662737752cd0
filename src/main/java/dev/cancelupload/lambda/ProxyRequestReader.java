package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.lambda.ProxyRequest.Format;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads an HTTP request from the fields of an event. */
final class ProxyRequestReader implements EventJson.FieldHandler {

    private static final String CLIENT_REQUEST_ID = "x-client-request-id";

    /** A method by RFC 9110, 9.1, of limited length, since messages repeat it. */
    private static final Pattern METHOD = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}");

    private boolean hasContext;
    private boolean hasHttp;
    private boolean hasBalancer;
    private String contextMethod;
    private boolean hasMethod;
    private String method;
    private String rawPath;
    private String path;
    private final ClientRequestId single = new ClientRequestId();
    private final ClientRequestId multiple = new ClientRequestId();
    private boolean hasMultipleHeaders;

    @Override
    public boolean accept(String name, JsonParser value) throws IOException {
        switch (name) {
            case "requestContext":
                hasContext = value.hasToken(JsonToken.START_OBJECT);
                return readObject(value, this::acceptContextField);
            case "httpMethod":
                hasMethod = true;
                method = EventJson.stringOrNull(value);
                return true;
            case "rawPath":
                rawPath = EventJson.stringOrNull(value);
                return true;
            case "path":
                path = EventJson.stringOrNull(value);
                return true;
            case "headers":
                return readObject(value, single);
            case "multiValueHeaders":
                hasMultipleHeaders = value.hasToken(JsonToken.START_OBJECT);
                return readObject(value, multiple);
            default:
                return false;
        }
    }

    private boolean acceptContextField(String name, JsonParser value) throws IOException {
        switch (name) {
            case "http":
                hasHttp = value.hasToken(JsonToken.START_OBJECT);
                return readObject(value, this::acceptHttpField);
            case "elb":
                hasBalancer = true;
                return true;
            default:
                return false;
        }
    }

    private boolean acceptHttpField(String name, JsonParser value) throws IOException {
        if (name.equals("method")) {
            contextMethod = EventJson.stringOrNull(value);
            return true;
        }
        return false;
    }

    private static boolean readObject(JsonParser value, EventJson.FieldHandler fields) throws IOException {
        if (value.hasToken(JsonToken.START_OBJECT)) {
            EventJson.readFields(value, fields);
        }
        return true;
    }

    /** The request in the fields that were read; empty if they are not those of a proxy event. */
    Optional<ProxyRequest> result() {
        if (hasContext && hasHttp) {
            return Optional.of(request(Format.PAYLOAD_2_0, contextMethod, rawPath));
        }
        if (!hasContext || !hasMethod) {
            return Optional.empty();
        }
        Format format = Format.PAYLOAD_1_0;
        if (hasBalancer) {
            format = hasMultipleHeaders ? Format.ALB_MULTI_VALUE : Format.ALB;
        }
        return Optional.of(request(format, method, path));
    }

    private ProxyRequest request(Format format, String method, String path) {
        boolean isMethod = method != null && METHOD.matcher(method).matches();
        return new ProxyRequest(
                format,
                isMethod ? method.toUpperCase(Locale.ROOT) : "?",
                path == null ? "" : path,
                Optional.ofNullable(single.id).or(() -> Optional.ofNullable(multiple.id)));
    }

    /** Reads the last value of the header; its name is case-insensitive. */
    private static final class ClientRequestId implements EventJson.FieldHandler {

        private boolean isPresent;
        private String id;

        @Override
        public boolean accept(String name, JsonParser value) throws IOException {
            if (name.length() != CLIENT_REQUEST_ID.length()
                    || !name.toLowerCase(Locale.ROOT).equals(CLIENT_REQUEST_ID)) {
                return false;
            }
            if (!isPresent) {
                isPresent = true;
                id = lastValue(value);
            }
            return true;
        }

        private static String lastValue(JsonParser value) throws IOException {
            if (!value.hasToken(JsonToken.START_ARRAY)) {
                return EventJson.stringOrNull(value);
            }
            String last = null;
            while (value.nextToken() != JsonToken.END_ARRAY) {
                last = EventJson.stringOrNull(value);
                value.skipChildren();
            }
            return last;
        }
    }
}
