package dev.cancelupload.adversary;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** Senders of events: with uploads in every form of their trigger, and hostile ones. */
final class Senders {

    /** Below Lambda's 6 MB, envelope included. */
    static final int LARGEST_EVENT = 5_900_000;

    /** Below SQS's 1 MiB, with room for nested JSON escapes. */
    static final int LARGEST_MESSAGE = 900_000;

    private final Random random;
    private final boolean harm;

    /** @param harm whether events with uploads also contain hostile data */
    Senders(Random random, boolean harm) {
        this.random = random;
        this.harm = harm;
    }

    /** Text of about this length that is expensive to read. */
    @FunctionalInterface
    interface Filling {
        String of(int characters, Random random);
    }

    /** JSON with a hostile structure, by name. */
    static final Map<String, Filling> FILLINGS = fillings();

    private static Map<String, Filling> fillings() {
        Map<String, Filling> all = new LinkedHashMap<>();
        all.put("empty objects", (size, random) -> "[" + repeated("{}", size) + "]");
        all.put("empty arrays", (size, random) -> "[" + repeated("[]", size) + "]");
        all.put("empty texts", (size, random) -> "[" + repeated("\"\"", size) + "]");
        all.put("digits", (size, random) -> "[" + repeated("1", size) + "]");
        all.put("nested arrays", (size, random) -> "[".repeat(size / 2) + "]".repeat(size / 2));
        all.put("nested objects", (size, random) -> "{\"a\":".repeat(size / 6) + "1" + "}".repeat(size / 6));
        all.put(
                "nested a little, often",
                (size, random) -> "[" + repeated("[".repeat(50) + "]".repeat(50), size) + "]");
        all.put("one text", (size, random) -> '"' + "a".repeat(size) + '"');
        all.put("one text of escapes", (size, random) -> '"' + "\\u0001".repeat(size / 6) + '"');
        all.put("one number", (size, random) -> "1" + "7".repeat(size));
        all.put("one number in a list", (size, random) -> "[1" + "7".repeat(size) + "]");
        all.put("one fraction", (size, random) -> "{\"uploadId\":0." + "7".repeat(size) + "}");
        all.put("an exponent", (size, random) -> "[1e" + "9".repeat(Math.min(size, 900)) + "]");
        all.put("one field name", (size, random) -> "{\"" + Moves.letters(random, 20) + "b".repeat(size) + "\":1}");
        all.put("field names of their own", (size, random) -> uniqueNames(size, random));
        all.put("the same field again and again", (size, random) -> "{" + repeated("\"uploadId\":1", size) + "}");
        all.put("blanks", (size, random) -> " ".repeat(size) + "1");
        all.put("an open array", (size, random) -> "[".repeat(size));
        all.put("an open text", (size, random) -> '"' + "a".repeat(size));
        return all;
    }

    private static String repeated(String element, int size) {
        return String.join(",", Collections.nCopies(Math.max(1, size / (element.length() + 1)), element));
    }

    /** An object with field names that never repeat. */
    static String uniqueNames(int size, Random random) {
        StringBuilder json = new StringBuilder("{");
        while (json.length() < size) {
            json.append(json.length() > 1 ? "," : "")
                    .append("\"x-")
                    .append(Moves.letters(random, 28))
                    .append("\":\"v\"");
        }
        return json.append('}').toString();
    }

    private int size() {
        int kind = random.nextInt(100);
        return kind < 70 ? random.nextInt(5000) : kind < 96 ? random.nextInt(200_000) : random.nextInt(LARGEST_EVENT);
    }

    /** An event without an upload. */
    Invocation hostile(Export export) {
        if (export == Export.CLEAN_UP_UPLOADS && random.nextInt(4) == 0) {
            int length = random.nextInt(5) == 0 ? 5900 : random.nextInt(300);
            return invalidIds(length);
        }
        List<String> names = List.copyOf(FILLINGS.keySet());
        String name = names.get(random.nextInt(names.size()));
        String filling = FILLINGS.get(name).of(size(), random);
        String event =
                switch (random.nextInt(6)) {
                    case 0 -> "{\"uploadId\":" + filling + "}";
                    case 1 -> "{\"detail-type\":\"x\",\"detail\":" + filling + "}";
                    case 2 -> "{\"uploadIds\":" + filling + "}";
                    case 3 -> "{\"Records\":" + filling + "}";
                    default -> filling;
                };
        return new Invocation("hostile event, " + name, event, Invocation.Reply.ANY);
    }

    /** As many ids as a clean-up takes, all invalid and of this length. */
    Invocation invalidIds(int length) {
        String event = java.util.stream.IntStream.range(0, 1000)
                .mapToObj(i -> "\"" + i + "/" + "x".repeat(length) + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        return new Invocation("1000 invalid ids of " + length + " characters", event, Invocation.Reply.ANY);
    }

    /** The context that a caller of Lambda's Invoke can send with the event. */
    Map<String, String> context() {
        if (!harm || random.nextInt(20) > 0) {
            return Map.of();
        }
        String json =
                switch (random.nextInt(5)) {
                    case 0 -> "{\"client\":{\"installation_id\":\"i\"},\"custom\":{\"a\":\"b\"},\"env\":{\"c\":\"d\"}}";
                    case 1 -> "{\"custom\":[1,2,3]}";
                    case 2 -> "nonsense";
                    case 3 -> "[".repeat(2000);
                    default -> uniqueNames(2500, random);
                };
        return random.nextBoolean()
                ? Map.of("Lambda-Runtime-Client-Context", json)
                : Map.of(
                        "Lambda-Runtime-Cognito-Identity",
                        random.nextBoolean()
                                ? json
                                : Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8)));
    }

    /** One upload, or a batch of messages, for {@code cancelUpload}. */
    Invocation cancel(Map<String, Move> uploads) {
        String id = uploads.keySet().iterator().next();
        if (uploads.size() == 1 && random.nextInt(4) > 0) {
            String event =
                    switch (random.nextInt(4)) {
                        case 0 -> "{\"uploadId\":\"" + id + "\"}";
                        case 1 -> "{\"detail-type\":\"x\",\"detail\":{\"upload_id\":\"" + id + "\"}}";
                        default -> '"' + id + '"';
                    };
            return invocation("cancel", event, context(), uploads, Invocation.Reply.UPLOAD);
        }
        List<String> records = new ArrayList<>();
        for (String upload : uploads.keySet()) {
            records.add(message("m-" + upload, random.nextBoolean() ? upload : "{\"uploadId\":\"" + upload + "\"}"));
        }
        if (harm && random.nextInt(3) == 0) {
            hostileMessages(records, 1 + random.nextInt(3), random.nextInt(20) == 0 ? LARGEST_MESSAGE : 20_000);
        }
        Collections.shuffle(records, random);
        return invocation("messages", records(records), Map.of(), uploads, Invocation.Reply.BATCH);
    }

    void hostileMessages(List<String> records, int count, int most) {
        for (int i = 0; i < count; i++) {
            List<Filling> fillings = List.copyOf(FILLINGS.values());
            // Another level of escaping adds half of the length.
            String body = fillings.get(random.nextInt(fillings.size())).of(1 + random.nextInt(most * 2 / 3), random);
            records.add(message("hostile-" + i, body));
        }
    }

    static String message(String messageId, String body) {
        ObjectNode record = Json.object();
        record.put("messageId", messageId)
                .put("receiptHandle", "MessageReceiptHandle")
                .put("body", body)
                .put("eventSource", "aws:sqs")
                .put("eventSourceARN", "arn:aws:sqs:us-east-1:123456789012:MyQueue")
                .put("awsRegion", "us-east-1");
        record.putObject("attributes").put("ApproximateReceiveCount", "1");
        return record.toString();
    }

    static String records(List<String> records) {
        return "{\"Records\":[" + String.join(",", records) + "]}";
    }

    /** A request for one upload in one of the four proxy formats, with anything else that a client may send. */
    Invocation http(Map<String, Move> uploads) {
        String id = uploads.keySet().iterator().next();
        int dialect = random.nextInt(4);
        ObjectNode event = Json.object();
        ObjectNode headers = event.putObject(dialect == 3 ? "multiValueHeaders" : "headers");
        int count = random.nextInt(25);
        for (int i = 0; i < count; i++) {
            String name = "x-" + Moves.letters(random, 1 + random.nextInt(40)).toLowerCase(java.util.Locale.ROOT);
            if (dialect == 3) {
                headers.putArray(name).add("v");
            } else {
                headers.put(name, "v");
            }
        }
        String path = "/v1/uploads/" + id + "/cancel";
        switch (dialect) {
            case 0 -> {
                event.put("version", "2.0").put("rawPath", path);
                event.putObject("requestContext").putObject("http").put("method", "POST");
            }
            case 1 -> {
                event.put("httpMethod", "POST").put("path", path);
                event.putObject("requestContext").put("stage", "prod");
            }
            default -> {
                event.put("httpMethod", "POST").put("path", path);
                event.putObject("requestContext").putObject("elb").put("targetGroupArn", "arn");
            }
        }
        String text = event.toString();
        if (harm && random.nextInt(30) == 0) {
            String filling = uniqueNames(size(), random);
            text = text.substring(0, text.length() - 1) + ",\"stageVariables\":" + filling + "}";
            return new Invocation(
                    "request with " + filling.length() + " characters of names",
                    text,
                    Map.of(),
                    uploads.entrySet().stream()
                            .collect(Collectors.toMap(Map.Entry::getKey, e -> Expectation.PERHAPS_REFUSED)),
                    names(uploads),
                    Invocation.Reply.ANY);
        }
        return invocation(
                "request",
                text,
                Map.of(),
                uploads,
                dialect < 2 ? Invocation.Reply.HTTP : Invocation.Reply.LOAD_BALANCER);
    }

    /** A list of uploads for {@code cleanUpUploads}. */
    Invocation cleanUp(Map<String, Move> uploads) {
        ArrayNode ids = Json.MAPPER.createArrayNode();
        uploads.keySet().forEach(ids::add);
        if (random.nextInt(5) == 0) {
            ids.add("no/id");
            ids.add("x".repeat(random.nextInt(5000)) + "/");
        }
        String event = random.nextBoolean() ? ids.toString() : "{\"uploadIds\":" + ids + "}";
        return invocation("clean-up", event, context(), uploads, Invocation.Reply.REPORT);
    }

    private static Invocation invocation(
            String name, String event, Map<String, String> headers, Map<String, Move> uploads, Invocation.Reply reply) {
        Map<String, Expectation> expectations = new LinkedHashMap<>();
        uploads.forEach((id, move) -> expectations.put(id, move.expectation()));
        return new Invocation(name, event, headers, expectations, names(uploads), reply);
    }

    private static Map<String, String> names(Map<String, Move> uploads) {
        Map<String, String> names = new LinkedHashMap<>();
        uploads.forEach((id, move) -> names.put(id, move.name()));
        return names;
    }
}
