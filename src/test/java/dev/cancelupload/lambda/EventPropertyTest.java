package dev.cancelupload.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Properties of every event, with trees that are made of the names and values that events have. */
class EventPropertyTest {

    private static final List<String> NAMES = List.of(
            "uploadId",
            "upload_id",
            "uploadIds",
            "detail-type",
            "detail",
            "Records",
            "eventSource",
            "EventSource",
            "messageId",
            "body",
            "Sns",
            "Type",
            "MessageId",
            "Message",
            "requestContext",
            "http",
            "elb",
            "method",
            "httpMethod",
            "rawPath",
            "path",
            "headers",
            "multiValueHeaders",
            "x-client-request-id",
            "methodArn",
            "routeArn",
            "connectionId",
            "requestPayload",
            "other",
            "");

    private static final List<String> TEXTS = List.of(
            "upload_abc123",
            "aws:sqs",
            "aws:sns",
            "aws:s3",
            "Notification",
            "POST",
            "GET",
            "",
            "null",
            "a b",
            "/v1/uploads/upload_abc123/cancel",
            "{\"uploadId\":\"upload_1\"}",
            "[\"upload_1\"]",
            "\"upload_1\"",
            "{",
            "{\"Type\":\"Notification\",\"Message\":\"upload_1\"}",
            "%",
            "\u202e");

    @Provide
    Arbitrary<JsonNode> json() {
        Arbitrary<JsonNode> leaf = Arbitraries.oneOf(
                Arbitraries.of(TEXTS).map(text -> (JsonNode) Json.MAPPER.valueToTree(text)),
                Arbitraries.strings().ofMaxLength(8).map(text -> Json.MAPPER.valueToTree(text)),
                Arbitraries.of("null", "true", "7", "-1.5e300", "{}", "[]")
                        .map(text -> Json.parse(text).orElseThrow()));
        return Arbitraries.recursive(() -> leaf, EventPropertyTest::containers, 0, 4);
    }

    private static Arbitrary<JsonNode> containers(Arbitrary<JsonNode> value) {
        Arbitrary<JsonNode> array = value.list().ofMaxSize(3).map(values -> {
            ArrayNode node = Json.MAPPER.createArrayNode();
            node.addAll(values);
            return node;
        });
        Arbitrary<JsonNode> object =
                Arbitraries.maps(Arbitraries.of(NAMES), value).ofMaxSize(6).map(EventPropertyTest::object);
        return Arbitraries.oneOf(array, object, object);
    }

    private static JsonNode object(Map<String, JsonNode> fields) {
        ObjectNode node = Json.object();
        node.setAll(fields);
        return node;
    }

    /** A real event with one of its parts replaced. */
    @Provide
    Arbitrary<JsonNode> almostReal() {
        return Arbitraries.of(
                        "alb.json",
                        "alb-multi-value.json",
                        "eventbridge-rule.json",
                        "function-url.json",
                        "http-api-v1.json",
                        "pipes-sqs.json",
                        "rest-api-v1.json",
                        "scheduler.json",
                        "sns.json",
                        "sqs.json",
                        "sqs-from-sns.json")
                .flatMap(name -> json().flatMap(
                                part -> Arbitraries.integers().between(0, 60).map(at -> {
                                    JsonNode event =
                                            Json.parse(Events.real(name)).orElseThrow();
                                    replace(event, part, new int[] {at});
                                    return event;
                                })));
    }

    private static void replace(JsonNode node, JsonNode part, int[] left) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                if (left[0]-- == 0) {
                    field.setValue(part);
                    return;
                }
                replace(field.getValue(), part, left);
            }
        } else if (node instanceof ArrayNode array) {
            array.forEach(element -> replace(element, part, left));
        }
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anyJsonIsOneOfTheKinds(@ForAll("json") JsonNode json) {
        check(json);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void anAlmostRealEventIsOneOfTheKinds(@ForAll("almostReal") JsonNode json) {
        check(json);
    }

    /** What is asserted here is said without the reader: by what the event has at its top. */
    private static void check(JsonNode json) {
        Event event = Events.read(json.toString());
        if (event instanceof Event.OneUpload one) {
            boolean isItsId = json.isTextual()
                    || one.id().given().equals(json.path("uploadId").textValue())
                    || one.id().given().equals(json.path("upload_id").textValue());
            assertTrue(isItsId && !json.hasNonNull("uploadIds") && !json.hasNonNull("Records"), json::toString);
        } else if (event instanceof Event.UploadIds ids) {
            assertEquals(json.path("detail-type").isTextual() && json.hasNonNull("detail"), isEventBridge(ids));
            assertTrue(
                    isEventBridge(ids)
                            || json.isArray()
                            || json.path("uploadIds").isArray(),
                    json::toString);
        } else if (event instanceof Event.SqsMessages sqs) {
            assertEquals(records(json).size(), sqs.messages().size());
        } else if (event instanceof Event.SnsNotifications sns) {
            assertEquals(records(json).size(), sns.messages().size());
        } else if (event instanceof Event.Http http) {
            assertTrue(json.path("requestContext").isObject() && !json.has("methodArn") && !json.has("routeArn"));
            assertFalse(http.request().method() == null || http.request().path() == null);
            http.request().upload();
        } else {
            assertTrue(((Event.Refused) event).failure().message().endsWith("Nothing was sent to OpenAI."));
        }
    }

    private static boolean isEventBridge(Event.UploadIds ids) {
        return ids.shape().equals("eventbridge");
    }

    private static JsonNode records(JsonNode json) {
        return json.isArray() ? json : json.get("Records");
    }
}
