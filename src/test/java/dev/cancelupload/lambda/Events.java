package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Events for tests. */
public final class Events {
    private Events() {}

    /** An event of AWS's in src/test/resources/events, which names {@code upload_abc123}. */
    public static String real(String name) {
        try (InputStream in = Events.class.getResourceAsStream("/events/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Events by name that AWS or people send to other functions. Most have an upload id somewhere. */
    public static Map<String, String> notOurs() {
        Map<String, String> events = new TreeMap<>();
        JsonNode all = Json.parse(real("not-ours.json")).orElseThrow();
        all.fieldNames().forEachRemaining(name -> events.put(name, all.get(name).toString()));
        for (String name :
                new String[] {"s3-put.json", "dynamodb-stream.json", "kinesis.json", "eventbridge-scheduled.json"}) {
            events.put(name, real(name));
        }
        return events;
    }

    /** A request of an HTTP API. */
    public static String http(String method, String path) {
        ObjectNode event = Json.object().put("version", "2.0").put("rawPath", path);
        event.putObject("requestContext").putObject("http").put("method", method);
        return event.toString();
    }

    /** A batch of SQS messages with these bodies and the ids {@code m0}, {@code m1} and so on. */
    public static String sqs(String... bodies) {
        ObjectNode event = Json.object();
        ArrayNode records = event.putArray("Records");
        for (String body : bodies) {
            records.addObject()
                    .put("messageId", "m" + (records.size() - 1))
                    .put("eventSource", "aws:sqs")
                    .put("body", body);
        }
        return event.toString();
    }

    /** A notification with this message and the id {@code n}. */
    public static String sns(String message) {
        ObjectNode event = Json.object();
        event.putArray("Records")
                .addObject()
                .put("EventSource", "aws:sns")
                .putObject("Sns")
                .put("MessageId", "n")
                .put("Message", message);
        return event.toString();
    }

    /** An event of EventBridge with this detail, which is JSON. */
    public static String eventBridge(String detail) {
        return "{\"source\":\"my.app\",\"detail-type\":\"Upload abandoned\",\"detail\":" + detail + "}";
    }

    /** SNS's envelope as it is in the body of a message. */
    public static String envelope(String message) {
        return Json.object()
                .put("Type", "Notification")
                .put("MessageId", "n")
                .put("Message", message)
                .toString();
    }

    static Event read(String json) {
        try {
            return EventReader.read(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
