package dev.cancelupload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.EventReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;

/** Reading an event as a stream, in whatever order its fields come, comes to the same as looking at all of it. */
class EventReaderPropertyTest {

    private static final int EVENTS_OF_A_SEED = 50;

    /** With numbers as the random ones were: an event's are in a message as they were sent. */
    private static final JsonMapper TREES = new JsonMapper();

    private static final Set<String> KINDS = new TreeSet<>();

    @Property(tries = 300)
    void anEventReadAsAStreamIsWhatItsTreeIs(@ForAll long seed) throws IOException {
        RandomEvents random = new RandomEvents(seed);
        Random order = new Random(seed);
        for (int i = 0; i < EVENTS_OF_A_SEED; i++) {
            byte[] event = shuffled(random.event(), order).toString().getBytes(StandardCharsets.UTF_8);
            String expected = TreeEvents.classify(TREES.readTree(event)).toString();
            String read = EventReader.read(new ByteArrayInputStream(event)).toString();
            // Why a message is no JSON is the parser's to say.
            assertEquals(
                    expected,
                    read.replaceAll("(looks like JSON but) [^.]*\\.", "$1 …."),
                    () -> new String(event, StandardCharsets.UTF_8));
            KINDS.add(read.replaceAll("(?s)(\\[ids=\\w+)?\\[.*", "$1"));
        }
    }

    /**
     * So that it cannot happen that only one kind was compared; an unreadable event is too rare to be drawn each time.
     */
    @AfterContainer
    static void everyKindWasThere() {
        assertTrue(
                KINDS.containsAll(Set.of(
                        "Http",
                        "Payload[ids=Many",
                        "Payload[ids=None",
                        "Payload[ids=NotAnArray",
                        "Payload[ids=One",
                        "SnsNotifications",
                        "SqsMessages",
                        "Unsupported")),
                KINDS::toString);
    }

    private static JsonNode shuffled(JsonNode node, Random order) {
        if (node instanceof ArrayNode array) {
            ArrayNode copy = Json.MAPPER.createArrayNode();
            array.forEach(element -> copy.add(shuffled(element, order)));
            return copy;
        }
        if (node instanceof ObjectNode object) {
            List<Map.Entry<String, JsonNode>> fields = new ArrayList<>(object.properties());
            Collections.shuffle(fields, order);
            ObjectNode copy = Json.object();
            fields.forEach(field -> copy.set(field.getKey(), shuffled(field.getValue(), order)));
            return copy;
        }
        return node;
    }
}
