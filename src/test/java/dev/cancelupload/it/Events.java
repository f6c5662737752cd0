package dev.cancelupload.it;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Events as AWS sends them. */
final class Events {

    private Events() {}

    /** An event of src/test/resources/events, all of which name upload_abc123. */
    static String file(String name) {
        try (InputStream in = Events.class.getResourceAsStream("/events/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** An event of a file as a tree, to be changed. */
    static ObjectNode tree(String name) {
        return (ObjectNode) Reply.parse(file(name));
    }

    /** One id. */
    static String one(String id) {
        return Answer.quoted(id);
    }

    /** A list of ids. */
    static String ids(List<String> ids) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        ids.forEach(list::add);
        return list.toString();
    }

    static String ids(String... ids) {
        return ids(List.of(ids));
    }

    /** The cancel of an Upload through an HTTP API. */
    static String http(String id) {
        return http("POST", "/v1/uploads/" + id + "/cancel");
    }

    /** A request through an HTTP API with payload version 2.0. */
    static String http(String method, String path) {
        return http(method, path, "x-forwarded-proto", "https");
    }

    /** A request through an HTTP API with another header. */
    static String http(String method, String path, String header, String value) {
        ObjectNode event = tree("http-api-v2.json").put("rawPath", path);
        event.withObject("/requestContext/http").put("method", method).put("path", path);
        event.withObject("/headers").put(header, value);
        return event.toString();
    }

    /** An EventBridge event with this detail. */
    static String eventBridge(String detail) {
        return tree("eventbridge-rule.json")
                .<ObjectNode>set("detail", Reply.parse(detail))
                .toString();
    }

    /** Messages of a queue with these bodies; their ids are {@code message-0}, {@code message-1} and so on. */
    static String sqs(String... bodies) {
        ObjectNode event = tree("sqs.json");
        ObjectNode first = (ObjectNode) event.at("/Records/0");
        ArrayNode records = event.putArray("Records");
        for (int i = 0; i < bodies.length; i++) {
            records.add(first.deepCopy().put("messageId", "message-" + i).put("body", bodies[i]));
        }
        return event.toString();
    }

    /** The same through EventBridge Pipes. */
    static String pipes(String... bodies) {
        return Reply.parse(sqs(bodies)).get("Records").toString();
    }

    /** A notification with this message. */
    static String sns(String message) {
        ObjectNode event = tree("sns.json");
        event.withObject("/Records/0/Sns").put("Message", message);
        return event.toString();
    }
}
