package dev.cancelupload.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.LambdaEvent.Http;
import dev.cancelupload.lambda.LambdaEvent.Message;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.LambdaEvent.SnsNotifications;
import dev.cancelupload.lambda.LambdaEvent.SqsMessages;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.NamedUpload;
import dev.cancelupload.openai.UploadFailure;
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
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Sends many events through the code before the first request: reading the event, finding and checking the ids,
 * creating the HTTP response. Each has a result or a documented error, never another exception. Reading as a stream has
 * the same result as reading the tree, with the fields in any order.
 */
class EventFuzzTest {

    /** A long run has a million events. */
    private static final int CASES = Integer.getInteger("reliability.cases", 40_000);

    private static final long SEED = Long.getLong("reliability.seed", 6);

    private static final Set<FailureKind> REFUSALS =
            Set.of(FailureKind.INVALID_UPLOAD_ID, FailureKind.INVALID_EVENT, FailureKind.WRONG_EXPORT);

    /** Keeps numbers as they were generated, since messages repeat them as they were sent. */
    private static final JsonMapper TREES = new JsonMapper();

    private static final Set<String> KINDS = Set.of(
            "Http",
            "Payload[ids=Many",
            "Payload[ids=None",
            "Payload[ids=NotAnArray",
            "Payload[ids=One",
            "SnsNotifications",
            "SqsMessages",
            "Unreadable",
            "Unsupported");

    private int accepted;
    private int refused;

    @Test
    void randomEvents() {
        RandomEvents random = new RandomEvents(SEED);
        Random order = new Random(SEED);
        Set<String> kinds = new TreeSet<>();
        run("random events", CASES / 2, number -> {
            byte[] event = shuffled(random.event(), order).toString().getBytes(StandardCharsets.UTF_8);
            return () -> {
                LambdaEvent read = read(event);
                // The reason why a message is not JSON depends on the parser.
                String told = read.toString().replaceAll("(looks like JSON but) [^.]*\\.", "$1 ….");
                assertEquals(
                        TreeEvents.classify(TREES.readTree(event)).toString(),
                        told,
                        () -> new String(event, StandardCharsets.UTF_8));
                kinds.add(told.replaceAll("(?s)(\\[ids=\\w+)?\\[.*", "$1"));
                understand(read);
            };
        });
        assertTrue(kinds.containsAll(KINDS), kinds::toString);
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

    @Test
    void realEventsWithBytesChanged() {
        List<byte[]> real = Events.REAL.stream()
                .map(name -> Json.parse(Events.real(name)).orElseThrow().toString())
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        Random random = new Random(SEED);
        run("real events with bytes changed", CASES / 4, number -> {
            byte[] event = changed(real.get(random.nextInt(real.size())), random);
            return () -> understand(read(event));
        });
    }

    @Test
    void randomIds() {
        RandomEvents random = new RandomEvents(SEED);
        run("random ids", CASES - CASES / 2 - CASES / 4, number -> {
            String id = random.id();
            return () -> {
                String object = Json.object().put("uploadId", id).toString();
                // An unpaired surrogate cannot be encoded.
                String encoded = new String(id.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
                assertEquals(encoded, ((Payload) read(object)).ids().one().given());
                assertEquals(encoded, sqs(object).upload().given());
                String path = Events.path(id);
                NamedUpload there =
                        ((Http) read(Events.http(path))).request().upload().orElseThrow();
                assertEquals(encoded, there.given());
                check(NamedUpload.of(id));
                understand(read(Events.http("/v1/uploads/" + id + "/cancel")));
            };
        });
    }

    @Test
    void deeplyNestedAndGiganticEvents() {
        List<String> events = Stream.of(1, 10, 500, 999, 1000, 1001, 5000, 100_000, 1_000_000)
                .flatMap(depth -> Stream.of(
                        "[".repeat(depth) + "]".repeat(depth),
                        "{\"uploadId\":".repeat(depth) + "1" + "}".repeat(depth),
                        "{\"detail-type\":\"x\",\"detail\":".repeat(depth) + "1" + "}".repeat(depth),
                        "{\"Records\":[".repeat(depth) + "]}".repeat(depth),
                        "[".repeat(depth),
                        Events.sqs("[".repeat(depth) + "]".repeat(depth)),
                        Events.sqs("{\"detail-type\":\"x\",\"detail\":".repeat(depth) + "1" + "}".repeat(depth)),
                        "\"" + "a".repeat(depth) + "\"",
                        "9".repeat(depth),
                        "[" + "9".repeat(depth) + "]",
                        Events.http("/".repeat(depth)),
                        Events.http("/uploads/" + "%25".repeat(depth) + "/cancel")))
                .toList();
        run("deep and gigantic events", events.size(), number -> () -> understand(read(events.get(number))));
    }

    @FunctionalInterface
    private interface Case {
        void run() throws Exception;
    }

    @FunctionalInterface
    private interface Cases {
        Case next(int number);
    }

    private void run(String what, int cases, Cases source) {
        for (int number = 0; number < cases; number++) {
            Case next = source.next(number);
            try {
                next.run();
            } catch (Exception | StackOverflowError | OutOfMemoryError | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", " + what + ", case " + number, e);
            }
        }
        assertTrue(accepted > 0 && refused > 0, "nothing was tried");
        System.out.printf("%s: %d cases, %d ids accepted, %d refusals%n", what, cases, accepted, refused);
    }

    private static LambdaEvent read(String event) throws IOException {
        return read(event.getBytes(StandardCharsets.UTF_8));
    }

    private static LambdaEvent read(byte[] event) throws IOException {
        return EventReader.read(new ByteArrayInputStream(event));
    }

    private static Message sqs(String body) throws IOException {
        return ((SqsMessages) read(Events.sqs(body))).messages().get(0);
    }

    private static byte[] changed(byte[] event, Random random) {
        byte[] changed = event.clone();
        for (int left = 1 + random.nextInt(8); left > 0; left--) {
            int at = random.nextInt(changed.length);
            switch (random.nextInt(4)) {
                case 0 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> changed[at] = (byte) random.nextInt(256);
                case 2 -> changed[at] = (byte) "\"{}[],:\\0e-.\n%/".charAt(random.nextInt(15));
                default -> changed[at] = changed[random.nextInt(changed.length)];
            }
        }
        return changed;
    }

    /** The processing of an event in each of the three functions before they send a request. */
    private void understand(LambdaEvent event) {
        assertFalse(event.description().isEmpty());
        for (Export export : Export.values()) {
            if (event.export().filter(export::equals).isEmpty()) {
                refuse(WrongEvent.of(event, export));
            }
        }
        if (event instanceof Payload payload) {
            find(() -> List.of(payload.ids().one()));
            find(() -> payload.ids().many());
        } else if (event instanceof SqsMessages sqs) {
            sqs.messages().forEach(this::find);
        } else if (event instanceof SnsNotifications sns) {
            sns.messages().forEach(this::find);
        } else if (event instanceof Http http) {
            ProxyRequest request = http.request();
            request.upload().ifPresent(this::check);
            assertResponse(ProxyResponses.unknownPath(request), request.format());
            assertResponse(ProxyResponses.methodNotAllowed(request), request.format());
        }
    }

    private void find(Message message) {
        find(() -> List.of(message.upload()));
    }

    private void find(Supplier<List<NamedUpload>> uploads) {
        List<NamedUpload> found;
        try {
            found = uploads.get();
        } catch (UploadFailure e) {
            refuse(e);
            return;
        }
        found.forEach(this::check);
    }

    private void check(NamedUpload upload) {
        boolean allowed = Events.isUploadId(upload.given());
        if (upload instanceof NamedUpload.Invalid invalid) {
            assertFalse(allowed, () -> "refused: " + upload.given());
            refuse(invalid.why());
        } else {
            assertTrue(allowed, () -> "accepted: " + upload.given());
            accepted++;
        }
    }

    private void refuse(UploadFailure failure) {
        refused++;
        assertTrue(REFUSALS.contains(failure.kind()), failure::toString);
        assertEquals(0, failure.attempts());
        assertTrue(failure.getMessage().length() < 2000, failure::toString);
        assertTrue(failure.getMessage().chars().noneMatch(Character::isISOControl), failure::toString);
        assertResponse(ProxyResponses.failed(failure), ProxyRequest.Format.values()[refused % 4]);
    }

    private static void assertResponse(ProxyResponse reply, ProxyRequest.Format format) {
        ObjectNode response = reply.toJson(format);
        int status = response.get("statusCode").intValue();
        assertTrue(status == 400 || status == 404 || status == 405, response::toString);
        JsonNode error = Json.parse(response.get("body").textValue())
                .orElseThrow(() -> new AssertionError(response.toString()))
                .get("error");
        assertTrue(error.get("message").isTextual() && error.get("code").isTextual(), response::toString);
        response.path("headers").forEach(value -> assertTrue(value.isTextual(), response::toString));
        response.path("multiValueHeaders").forEach(values -> assertTrue(values.isArray(), response::toString));
    }
}
