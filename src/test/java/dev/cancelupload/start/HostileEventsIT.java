package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.ContextHeaders;
import dev.cancelupload.lambda.Events;
import dev.cancelupload.upstream.OpenAI;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Events that try to crash the function, in a process with the memory of the smallest function. */
class HostileEventsIT {

    private static final int MEGABYTES = 128;

    /** Limit on the payload of an invocation. */
    private static final int LARGEST = 6 * 1024 * 1024;

    /** Time limit for the largest event on a busy machine. */
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private final OpenAI openai = new OpenAI();
    private final Map<String, String> environment = new HashMap<>();
    private Bootstrap bootstrap;

    @BeforeEach
    void prepare() {
        Map<String, String> variables = openai.start();
        openai.reset();
        openai.hasPending("upload_good");
        environment.put("OPENAI_API_KEY", OpenAI.KEY);
        environment.put("OPENAI_BASE_URL", variables.get("OPENAI_BASE_URL"));
    }

    @AfterEach
    void cleanUp() throws IOException {
        if (bootstrap != null) {
            bootstrap.close();
        }
        openai.stop();
    }

    private void start(Export export) throws IOException {
        environment.put("QUARKUS_FUNQY_EXPORT", export.functionName());
        bootstrap = Bootstrap.withMemory(MEGABYTES, environment);
    }

    private static String good(Export export) {
        return export == Export.CANCEL_UPLOAD_HTTP
                ? Events.http("/v1/uploads/upload_good/cancel")
                : "{\"uploadId\":\"upload_good\"}";
    }

    private void assertStillWorks(Export export, String after) throws InterruptedException {
        RuntimeApi.Post post = bootstrap.invoke(good(export));
        assertEquals("response", post.kind(), () -> after + ": " + post);
        assertThat(after, post.body(), containsString("cancelled"));
    }

    // Memory

    /** As many comma-separated elements as fit into an event. */
    private static String filled(String start, String element, String end) {
        int room = LARGEST - start.length() - end.length() - element.length();
        return start + element + ("," + element).repeat(room / (element.length() + 1)) + end;
    }

    private static String numbered(String start, String before, String after, String end, int size) {
        StringBuilder text = new StringBuilder(start);
        for (int i = 0; text.length() < size - end.length() - 40; i++) {
            text.append(i == 0 ? "" : ",")
                    .append(before)
                    .append(Integer.toString(i, 36))
                    .append(after);
        }
        return text.append(end).toString();
    }

    private static String sqs(Stream<String> bodies) {
        ArrayNode records = Json.MAPPER.createArrayNode();
        bodies.forEach(body -> records.addObject()
                .put("messageId", "00000000-0000-0000-0000-%012d".formatted(records.size()))
                .put("body", body)
                .put("eventSource", "aws:sqs"));
        ObjectNode event = Json.object();
        event.set("Records", records);
        String json = event.toString();
        assertThat(json.length(), lessThan(LARGEST));
        return json;
    }

    private static Stream<String> times(int count, String body) {
        return IntStream.range(0, count).mapToObj(i -> body);
    }

    private static Map<String, String> gigantic() {
        Map<String, String> events = new LinkedHashMap<>();
        events.put("a list of empty objects", filled("[", "{}", "]"));
        events.put("a list of empty lists", filled("[", "[]", "]"));
        events.put("a list of numbers", filled("[", "1", "]"));
        events.put("a list of strings", filled("[", "\"\"", "]"));
        events.put("ids in a field", filled("{\"uploadIds\":[", "\"a\"", "]}"));
        events.put("ids in a detail", filled("{\"detail\":[", "\"\"", "],\"detail-type\":\"x\"}"));
        events.put("a thousand long ids", filled("[", "\"" + "/".repeat(6300) + "\"", "]"));
        events.put("records without a source", filled("{\"Records\":[", "{}", "]}"));
        events.put("records of SQS", filled("{\"Records\":[{\"eventSource\":\"aws:sqs\"},", "{}", "]}"));
        events.put("records of SNS", filled("{\"Records\":[{\"EventSource\":\"aws:sns\"},", "{\"Sns\":{}}", "]}"));
        events.put("records of Pipes", filled("[{\"eventSource\":\"aws:sqs\"},", "{}", "]"));
        events.put("records of Kinesis", filled("{\"Records\":[{\"eventSource\":\"aws:kinesis\"},", "{}", "]}"));
        events.put("new names", numbered("{", "\"", "\":0", "}", LARGEST));
        events.put("objects with new names", numbered("[", "{\"", "\":0}", "]", LARGEST));
        events.put("a field again and again", filled("{", "\"x\":{}", "}"));
        events.put("a string", '"' + "a".repeat(LARGEST - 2) + '"');
        events.put("a string of escapes", '"' + "\\u263a".repeat((LARGEST - 2) / 6) + '"');
        events.put("a string of a megabyte", '"' + "\u263a".repeat(1 << 20) + '"');
        events.put("a number", "1".repeat(LARGEST));
        events.put("a name", "{\"" + "n".repeat(LARGEST - 6) + "\":1}");
        events.put("brackets", "[".repeat(LARGEST));
        events.put("braces", "{\"\":".repeat(LARGEST / 4));
        for (int depth : new int[] {999, 1001, 10_000}) {
            String arrays = "[".repeat(depth) + "]".repeat(depth);
            events.put(depth + " arrays deep", arrays);
            events.put(depth + " arrays deep in a message", Events.sqs(arrays));
            events.put(depth + " objects deep", "{\"uploadId\":".repeat(depth) + "null" + "}".repeat(depth));
            events.put(
                    depth + " details deep",
                    "{\"detail-type\":\"x\",\"detail\":".repeat(depth) + "null" + "}".repeat(depth));
        }
        String digits = "9".repeat(5_000_000);
        events.put("an id that is a number", "{\"uploadId\":" + digits + "}");
        events.put("an id that is a fraction", "{\"uploadId\":0." + digits + "}");
        events.put("an enormous exponent", "{\"uploadId\":1e999999999}");
        events.put("a list with a number", "[" + digits + "]");
        events.put("a message with a number", Events.sqs("{\"uploadId\":" + digits + "}"));
        events.put("a message with an enormous exponent", Events.sqs("{\"uploadId\":1e999999999}"));
        events.put("a message", Events.sqs("x".repeat(5_000_000)));
        events.put("an id in a path", Events.http("/v1/uploads/" + "x".repeat(5_000_000) + "/cancel"));
        events.put("a path of uploads", Events.http("/uploads/".repeat(500_000) + "x"));
        events.put("space", " ".repeat(LARGEST - 4) + "null");
        events.put("a path", Events.http("/".repeat(1 << 20)));
        String request = "{\"requestContext\":{\"http\":{\"method\":\"POST\"}},\"rawPath\":\"/x\",\"headers\":{";
        events.put("headers", numbered(request, "\"x-", "\":\"v\"", "}}", LARGEST));
        return events;
    }

    @ParameterizedTest
    @EnumSource(Export.class)
    void noEventOfSixMegabytesEndsTheProcess(Export export) throws Exception {
        start(export);
        for (Map.Entry<String, String> event : gigantic().entrySet()) {
            long start = System.nanoTime();
            RuntimeApi.Post post = bootstrap.invoke(event.getValue());
            assertThat(event.getKey(), Duration.ofNanos(System.nanoTime() - start), lessThan(LONGEST));
            assertThat(event.getKey(), post.body(), not(containsString("InternalError")));
            assertTrue(Json.parse(post.body()).isPresent(), () -> event.getKey() + ": " + post);
            assertStillWorks(export, event.getKey());
            assertThat(event.getKey(), post.body().getBytes(StandardCharsets.UTF_8).length, lessThan(LARGEST));
            System.out.printf(
                    "%s: %s: at most %d MB%n", export.functionName(), event.getKey(), bootstrap.status("VmHWM") / 1024);
        }
    }

    /** Batches whose last message is valid. */
    private static Map<String, String> batches() {
        int large = 1 << 20;
        Stream<String> good = Stream.of("upload_good");
        Map<String, String> batches = new LinkedHashMap<>();
        batches.put(
                "lists of empty objects",
                sqs(Stream.concat(times(5, filled("[", "{}", "]").substring(0, 900_000) + "]"), good)));
        batches.put(
                "new names",
                sqs(Stream.concat(times(5, numbered("{", "\"", "\":0", "}", 800_000)), Stream.of("\"upload_good\""))));
        batches.put("cut-off JSON", sqs(Stream.concat(times(9_999, "{"), Stream.of("upload_good"))));
        batches.put(
                "lists of ids",
                sqs(Stream.concat(
                        times(9_999, "[" + "\"\",".repeat(80) + "\"\"]"),
                        Stream.of("{\"uploadId\":\"upload_good\"}"))));
        batches.put("long texts", sqs(Stream.concat(times(5, "/".repeat(large)), Stream.of("upload_good"))));
        batches.put("ids that are none", sqs(Stream.concat(times(9_999, "/".repeat(400)), Stream.of("upload_good"))));
        return batches;
    }

    @Test
    void noBatchOfMessagesEndsTheProcessOrKeepsOthersFromBeingDone() throws Exception {
        start(Export.CANCEL_UPLOAD);
        int done = 0;
        for (Map.Entry<String, String> batch : batches().entrySet()) {
            int size = Json.parse(batch.getValue()).orElseThrow().get("Records").size();
            RuntimeApi.Post post = bootstrap.invoke(batch.getValue());
            assertEquals("response", post.kind(), batch.getKey());
            JsonNode failures = Json.parse(post.body()).orElseThrow().get("batchItemFailures");
            assertEquals(size - 1, failures.size(), batch.getKey());
            assertEquals(++done, openai.attempts("upload_good"), batch.getKey());
            System.out.printf("%s: at most %d MB%n", batch.getKey(), bootstrap.status("VmHWM") / 1024);
        }
    }

    /** Jackson's symbol tables, and interned strings, which a native executable never frees. */
    @ParameterizedTest
    @EnumSource(Export.class)
    void namesThatAreNewEachTimeLeaveNoTrace(Export export) throws Exception {
        start(export);
        long before = 0;
        for (int i = 0; i < 12_000; i++) {
            if (i == 2_000) {
                before = bootstrap.status("VmRSS");
            }
            bootstrap.invoke(withNewNames(export, i));
        }
        long grown = bootstrap.status("VmRSS") - before;
        System.out.printf("%s: %d KiB more after 10,000 events with new names%n", export.functionName(), grown);
        assertThat(grown, lessThan(4096L));
        assertStillWorks(export, "new names");
    }

    private static String withNewNames(Export export, int number) {
        ObjectNode names = Json.object();
        for (int i = 0; i < 20; i++) {
            names.put("x-" + number + "-" + i + "-" + "n".repeat(400), "v");
        }
        ObjectNode event = Json.object();
        switch (export) {
            case CANCEL_UPLOAD -> {
                return Events.sqs(names.toString());
            }
            case CANCEL_UPLOAD_HTTP -> {
                event.put("rawPath", "/").set("headers", names);
                event.putObject("requestContext").putObject("http").put("method", "GET");
            }
            case CLEAN_UP_UPLOADS -> event.set("names", names);
        }
        return event.toString();
    }

    // Whatever bytes

    private static List<byte[]> bytes() {
        return List.of(
                new byte[0],
                " ".getBytes(),
                "{".getBytes(),
                "{\"uploadId\":\"upload_1".getBytes(),
                "upload_1".getBytes(),
                "null null".getBytes(),
                "\"upload_1\" trailing".getBytes(),
                new byte[] {'"', (byte) 0xff, (byte) 0xfe, '"'},
                new byte[] {0, 0, 0, 0},
                new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf},
                new byte[] {0, 0, 0, '"', 0x7f, 0x7f, 0x7f, 0x7f},
                "\"upload_1".getBytes(StandardCharsets.UTF_16),
                "{\"uploadId\":1,".getBytes(StandardCharsets.UTF_16LE),
                "9".repeat(1_000_000).getBytes(),
                ("{\"a\":" + "9".repeat(1001) + "}").getBytes(),
                "[".repeat(5000).getBytes(),
                "{\"uploadId\":\"upload_1\",\"uploadId\":\"upload_2\"}".getBytes());
    }

    @ParameterizedTest
    @EnumSource(Export.class)
    void whateverBytesArriveAreAnsweredAndLeaveOneLineWithoutAStackTrace(Export export) throws Exception {
        start(export);
        int lines = 0;
        for (byte[] event : bytes()) {
            String shown = new String(event, 0, Math.min(event.length, 40), StandardCharsets.ISO_8859_1);
            RuntimeApi.Post post = bootstrap.invoke(event, Map.of());
            JsonNode json = Json.parse(post.body()).orElseThrow();
            if (export == Export.CANCEL_UPLOAD_HTTP) {
                assertEquals("response", post.kind(), shown);
                assertEquals(400, json.get("statusCode").intValue(), shown);
                assertThat(shown, json.get("body").textValue(), containsString("The event "));
            } else {
                assertEquals("error", post.kind(), shown);
                assertEquals("InvalidEvent", json.get("errorType").textValue(), shown);
                assertThat(shown, json.get("errorMessage").textValue(), containsString("The event "));
            }
            List<String> log = bootstrap.log().lines().toList();
            assertEquals(++lines, log.size(), () -> shown + ": " + log);
            assertThat(
                    log.get(lines - 1), allOf(containsString("\"InvalidEvent\""), not(containsString("stackTrace"))));
            assertTrue(Json.parse(log.get(lines - 1)).isPresent());
        }
        assertStillWorks(export, "bytes");
        assertEquals(1, openai.requests().size());
    }

    // Callers

    @ParameterizedTest
    @EnumSource(Export.class)
    void anyCallersContextIsNoObstacle(Export export) throws Exception {
        start(export);
        byte[] event = good(export).getBytes(StandardCharsets.UTF_8);
        for (String header : ContextHeaders.values().toList()) {
            RuntimeApi.Post post = bootstrap.invoke(event, ContextHeaders.of(header));
            assertEquals("response", post.kind(), () -> header + ": " + post);
            assertThat(header, post.body(), containsString("cancelled"));
        }
    }
}
