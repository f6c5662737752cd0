package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random events: real ones with parts replaced, removed or moved, and random JSON with the field names of real events.
 * The same seed generates the same events, so that failures can be reproduced.
 */
public final class RandomEvents {

    private static final String[] NAMES = {
        "Records",
        "eventSource",
        "EventSource",
        "Sns",
        "Message",
        "MessageId",
        "Type",
        "messageId",
        "body",
        "detail",
        "detail-type",
        "uploadId",
        "upload_id",
        "uploadIds",
        "requestContext",
        "http",
        "elb",
        "method",
        "httpMethod",
        "path",
        "rawPath",
        "headers",
        "multiValueHeaders",
        "pathParameters",
        "isBase64Encoded",
        "x-client-request-id",
        "",
        "\u0000",
        "ü"
    };

    private static final String[] TEXTS = {
        "aws:sqs",
        "aws:sns",
        "aws:s3",
        "Notification",
        "POST",
        "GET",
        "upload_1",
        "",
        " ",
        ".",
        "..",
        "/v1/uploads/upload_1/cancel",
        "/uploads/%2e%2e/cancel",
        "/uploads/%/cancel",
        "[",
        "{",
        "\"",
        "{\"uploadId\":\"upload_1\"}",
        "\"upload_1\"",
        "null",
        "\r\nX-Injected: 1",
        "\ud800",
        "\u2028",
        "ü"
    };

    private static final String ORDINARY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final String AWKWARD = "._~-%/?#@:\\;\"+&=<>[]{}|^` \t\r\n";

    private final Random random;
    private final List<JsonNode> real = new ArrayList<>();

    /** @param seed determines all events and ids */
    public RandomEvents(long seed) {
        random = new Random(seed);
        Events.REAL.forEach(name -> real.add(Json.parse(Events.real(name)).orElseThrow()));
    }

    /** Random JSON, often close to a real event. */
    public JsonNode event() {
        if (random.nextInt(4) == 0) {
            return value(0);
        }
        JsonNode event = real.get(random.nextInt(real.size())).deepCopy();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            change(event);
        }
        return event;
    }

    /** A random string, often close to an upload id. */
    public String id() {
        StringBuilder id = new StringBuilder();
        for (int left = length(); left > 0; left--) {
            id.appendCodePoint(
                    switch (random.nextInt(12)) {
                        case 0 -> random.nextInt(0x80);
                        case 1 -> one(AWKWARD);
                        default -> one(ORDINARY);
                    });
            if (random.nextInt(200) == 0) {
                id.appendCodePoint(random.nextInt(Character.MAX_CODE_POINT + 1));
            }
        }
        return id.toString();
    }

    private char one(String characters) {
        return characters.charAt(random.nextInt(characters.length()));
    }

    private int length() {
        return random.nextInt(20) == 0 ? 250 + random.nextInt(12) : random.nextInt(12);
    }

    private void change(JsonNode event) {
        List<JsonNode> containers = new ArrayList<>();
        collect(event, containers);
        JsonNode container = containers.get(random.nextInt(containers.size()));
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.isEmpty() || random.nextInt(4) == 0 ? name() : names.get(random.nextInt(names.size()));
            if (random.nextInt(3) == 0) {
                object.remove(name);
            } else {
                object.set(name, random.nextInt(6) == 0 ? event.deepCopy() : value(0));
            }
        } else if (container instanceof ArrayNode array) {
            array.add(
                    array.isEmpty() || random.nextBoolean()
                            ? value(0)
                            : array.get(0).deepCopy());
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private JsonNode value(int depth) {
        return switch (random.nextInt(depth > 4 ? 6 : 10)) {
            case 0 -> Json.MAPPER.nullNode();
            case 1 -> Json.MAPPER.getNodeFactory().booleanNode(random.nextBoolean());
            case 2 -> Json.MAPPER.getNodeFactory().numberNode(random.nextLong());
            case 3 ->
                Json.MAPPER.getNodeFactory().numberNode(random.nextGaussian() * Math.pow(10, random.nextInt(300)));
            case 4 -> Json.MAPPER.getNodeFactory().textNode(id());
            case 5 -> Json.MAPPER.getNodeFactory().textNode(TEXTS[random.nextInt(TEXTS.length)]);
            case 6, 7 -> {
                ArrayNode array = Json.MAPPER.createArrayNode();
                for (int left = random.nextInt(4); left > 0; left--) {
                    array.add(value(depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = Json.object();
                for (int left = random.nextInt(4); left > 0; left--) {
                    object.set(name(), value(depth + 1));
                }
                yield object;
            }
        };
    }

    private String name() {
        return NAMES[random.nextInt(NAMES.length)];
    }
}
