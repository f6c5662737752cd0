package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.LambdaEvent.Http;
import dev.cancelupload.lambda.LambdaEvent.Message;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.LambdaEvent.SnsNotifications;
import dev.cancelupload.lambda.LambdaEvent.SqsMessages;
import dev.cancelupload.lambda.LambdaEvent.Unreadable;
import dev.cancelupload.lambda.LambdaEvent.Unsupported;
import dev.cancelupload.lambda.ProxyRequest.Format;
import dev.cancelupload.openai.NamedUpload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Classifies an event by its whole tree: slow and without a memory limit, but simple. */
final class TreeEvents {

    private TreeEvents() {}

    static LambdaEvent classify(JsonNode event) {
        JsonNode records = event.isArray() ? event : event.path("Records");
        if (records.isArray()) {
            Optional<String> problem = firstBadMessageId(records.path(0), event.isArray());
            if (problem.isPresent()) {
                return new Unreadable(problem.get());
            }
            Optional<String> source = source(records.path(0));
            if (source.isPresent() || !event.isArray()) {
                return records(source.orElse("unknown source"), records, event.isArray());
            }
        }
        if (event.isNumber() || event.isBoolean()) {
            return new Unsupported(event.isNumber() ? "a number" : "a boolean");
        }
        return http(event).<LambdaEvent>map(Http::new).orElseGet(() -> new Payload(ids(detail(event))));
    }

    private static JsonNode detail(JsonNode event) {
        return event.path("detail-type").isTextual() && event.has("detail") ? event.get("detail") : event;
    }

    private static Optional<String> source(JsonNode record) {
        JsonNode source = record.has("eventSource") ? record.get("eventSource") : record.path("EventSource");
        return Optional.ofNullable(source.textValue());
    }

    private static LambdaEvent records(String source, JsonNode records, boolean pipes) {
        if (!source.equals("aws:sqs") && (pipes || !source.equals("aws:sns"))) {
            return new Unsupported(
                    "an event of " + (source.matches("[a-z0-9:.-]{1,64}") ? source : "an unknown source"));
        }
        List<Message> messages = new ArrayList<>();
        for (JsonNode record : records) {
            Optional<String> problem = firstBadMessageId(record, pipes);
            if (problem.isPresent()) {
                return new Unreadable(problem.get());
            }
            JsonNode sns = record.path("Sns");
            messages.add(
                    source.equals("aws:sqs")
                            ? message(record.path("messageId"), record.path("body"))
                            : message(sns.path("MessageId"), sns.path("Message")));
        }
        return source.equals("aws:sqs") ? new SqsMessages(messages) : new SnsNotifications(messages);
    }

    private static Message message(JsonNode id, JsonNode body) {
        return new Message(id.isTextual() ? id.textValue() : "", inMessage(body.textValue()));
    }

    /** In the order of the fields, since only the first problem is reported. */
    private static Optional<String> firstBadMessageId(JsonNode record, boolean pipes) {
        for (Map.Entry<String, JsonNode> field : record.properties()) {
            JsonNode id = field.getKey().equals("messageId")
                    ? field.getValue()
                    : field.getKey().equals("Sns") ? field.getValue().path("MessageId") : null;
            if (id != null && id.isTextual()) {
                String text = id.textValue();
                if (text.length() > 128) {
                    return Optional.of(String.format(
                            Locale.ROOT,
                            "has a message id of %,d characters, more than the 128 allowed",
                            text.length()));
                }
                if (text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                    return Optional.of("has a message id with a character other than visible ASCII");
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<ProxyRequest> http(JsonNode event) {
        JsonNode context = event.path("requestContext");
        if (!context.isObject()) {
            return Optional.empty();
        }
        if (context.path("http").isObject()) {
            return Optional.of(
                    request(Format.PAYLOAD_2_0, context.get("http").path("method"), event.path("rawPath"), event));
        }
        if (!event.has("httpMethod")) {
            return Optional.empty();
        }
        Format format = Format.PAYLOAD_1_0;
        if (context.has("elb")) {
            format = event.path("multiValueHeaders").isObject() ? Format.ALB_MULTI_VALUE : Format.ALB;
        }
        return Optional.of(request(format, event.get("httpMethod"), event.path("path"), event));
    }

    private static ProxyRequest request(Format format, JsonNode method, JsonNode path, JsonNode event) {
        String name = method.isTextual() ? method.textValue() : "";
        return new ProxyRequest(
                format,
                name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}") ? name.toUpperCase(Locale.ROOT) : "?",
                path.isTextual() ? path.textValue() : "",
                header(event.path("headers")).or(() -> header(event.path("multiValueHeaders"))));
    }

    private static Optional<String> header(JsonNode headers) {
        for (Map.Entry<String, JsonNode> header : headers.properties()) {
            if (header.getKey().toLowerCase(Locale.ROOT).equals("x-client-request-id")) {
                JsonNode value = header.getValue();
                return Optional.ofNullable((value.isArray() ? value.path(value.size() - 1) : value).textValue());
            }
        }
        return Optional.empty();
    }

    private static UploadIds ids(JsonNode json) {
        if (json.isTextual()) {
            return new UploadIds.One(NamedUpload.of(json.textValue()));
        }
        if (json.isArray()) {
            return list(json);
        }
        if (!json.isObject()) {
            return none(
                    json.isNull()
                            ? "The event is null and names no upload."
                            : "The event is neither a string nor an object.",
                    json);
        }
        if (json.has("uploadIds")) {
            if (json.path("uploadId").isTextual() || json.path("upload_id").isTextual()) {
                return UploadIds.none(
                        "The event has the field \"uploadIds\" and another id.", Optional.of(Export.CLEAN_UP_UPLOADS));
            }
            return json.get("uploadIds").isArray() ? list(json.get("uploadIds")) : new UploadIds.NotAnArray();
        }
        String id = null;
        for (String field : List.of("uploadId", "upload_id")) {
            if (!json.path(field).isMissingNode()
                    && !json.path(field).isNull()
                    && !json.path(field).isTextual()) {
                return none("The field \"" + field + "\" is not a string.", json);
            }
            String value = json.path(field).textValue();
            if (id != null && value != null && !id.equals(value)) {
                return none("The fields \"uploadId\" and \"upload_id\" differ.", json);
            }
            id = id == null ? value : id;
        }
        return id == null
                ? none("The event names no upload: it has neither \"uploadId\" nor \"upload_id\".", json)
                : new UploadIds.One(NamedUpload.of(id));
    }

    private static UploadIds none(String problem, JsonNode json) {
        return UploadIds.none(
                problem,
                json.has("uploadId") || json.has("upload_id") ? Optional.of(Export.CANCEL_UPLOAD) : Optional.empty());
    }

    private static UploadIds list(JsonNode array) {
        List<String> ids = new ArrayList<>();
        for (JsonNode element : array) {
            String text = element.toString();
            String position = ", element " + (ids.size() + 1);
            ids.add(
                    element.isTextual()
                            ? element.textValue()
                            : "(not a string) "
                                    + (element.isObject()
                                            ? "an object" + position
                                            : element.isArray()
                                                    ? "an array" + position
                                                    : text.length() <= 64 ? text : text.substring(0, 64) + "…"));
        }
        return new UploadIds.Many(ids, ids.size());
    }

    private static NamedUpload inMessage(String body) {
        String text = body == null ? "" : body.strip();
        if (text.isEmpty() || text.equals("null") || text.equals("true") || text.equals("false")) {
            return UploadIds.none(
                            text.isEmpty() ? "The message is empty." : "The message is " + text + ".", Optional.empty())
                    .one();
        }
        if ("{[\"".indexOf(text.charAt(0)) < 0) {
            return NamedUpload.of(text);
        }
        Optional<JsonNode> json = Json.parse(text);
        if (json.isEmpty()) {
            return UploadIds.none("The message looks like JSON but ….", Optional.empty())
                    .one();
        }
        if (json.get().path("Type").asText().equals("Notification")
                && json.get().path("Message").isTextual()) {
            return inNotification(json.get().get("Message").textValue().strip()).one();
        }
        return ids(detail(json.get())).one();
    }

    private static UploadIds inNotification(String text) {
        if (!text.startsWith("{") && !text.startsWith("\"")) {
            return new UploadIds.One(NamedUpload.of(text));
        }
        return Json.parse(text)
                .map(json -> ids(detail(json)))
                .orElseGet(() -> UploadIds.none("The notification looks like JSON but ….", Optional.empty()));
    }
}
