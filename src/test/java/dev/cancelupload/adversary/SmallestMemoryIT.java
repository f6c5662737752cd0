package dev.cancelupload.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.adversary.Target.Servers;
import dev.cancelupload.config.Export;
import dev.cancelupload.upstream.Answer;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With 128 MB, the template's minimum, nothing that a peer sends ends the process or makes its memory grow forever. */
@Tag("reliability")
class SmallestMemoryIT {

    /** More than the collector's slack, and less than a leak in these tests would leave. */
    private static final int MOST_GROWTH_MB = 16;

    @TempDir
    static Path folder;

    private static Servers servers;

    private final Random random = new Random(Long.getLong("reliability.seed", 6));

    @BeforeAll
    static void certificates() throws Exception {
        servers = Servers.in(folder);
    }

    private static Target target(Export export, Layer layer) throws IOException {
        return new Target(export, servers, layer, Map.of("OPENAI_MAX_RETRIES", "0"));
    }

    private static Move error(int kilobytes, String filling) {
        String text = filling.repeat(kilobytes * 1000 / (filling.equals("\u0001") ? 6 : 1));
        return new Move(
                Move.Kind.POISON, "error of " + kilobytes + " KB", 1, Expectation.FAILED, (exchange, random) -> {
                    exchange.peer()
                            .send(exchange.answer(
                                            422,
                                            Answer.errorJson(Answer.quoted(
                                                    "Request " + exchange.id() + "_" + exchange.nonce() + " " + text)))
                                    .bytes());
                    return true;
                });
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 100, 1000})
    void aCleanUpOfAThousandWithLargeErrorsIsReportedAndLogged(int kilobytes) throws Exception {
        Move[] moves = new Move[1000];
        Arrays.fill(moves, error(kilobytes, "x"));
        for (int i = 0; i < 1000; i += 50) {
            moves[i] = Target.HONEST;
        }
        try (Target target = target(Export.CLEAN_UP_UPLOADS, Layer.PLAIN)) {
            target.check(moves);
            target.check(Target.HONEST, Target.HONEST);
        }
    }

    @Test
    void aCleanUpOfAThousandWithErrorsOfControlCharactersFitsLambda() throws Exception {
        Move[] moves = new Move[1000];
        Arrays.fill(moves, error(60, "\u0001"));
        try (Target target = target(Export.CLEAN_UP_UPLOADS, Layer.PLAIN)) {
            target.check(moves);
            target.checkHonest();
        }
    }

    /** Searching one for the key takes megabytes, if nothing limits it. */
    @ParameterizedTest
    @EnumSource(
            value = Export.class,
            names = {"CANCEL_UPLOAD", "CLEAN_UP_UPLOADS"})
    void aHundredAnswersAtOnceThatDecodeToEverMoreTextFitTheMemory(Export export) throws Exception {
        Move[] moves = new Move[100];
        Arrays.fill(moves, Moves.decodesToMore());
        Map<String, String> variables = Map.of("OPENAI_MAX_RETRIES", "0", "CLEAN_UP_CONCURRENCY", "100");
        try (Target target = new Target(export, servers, Layer.PLAIN, variables)) {
            target.check(moves);
            target.checkHonest();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 6150})
    void aCleanUpOfAThousandInvalidIdsFitsLambda(int length) throws Exception {
        try (Target target = target(Export.CLEAN_UP_UPLOADS, Layer.PLAIN)) {
            target.check(new Senders(random, true).invalidIds(length));
            target.checkHonest();
        }
    }

    /** If the process is killed during a batch, the log has the finished uploads. */
    @Test
    void anUploadIsInTheLogWhenItIsFinishedAndNotWhenItsBatchIs() throws Exception {
        int concurrency = 8;
        int answered = 100;
        AtomicInteger requests = new AtomicInteger();
        CountDownLatch allWait = new CountDownLatch(concurrency);
        try (Target target = target(Export.CLEAN_UP_UPLOADS, Layer.PLAIN)) {
            target.upstream.plays(exchange -> {
                if (requests.incrementAndGet() <= answered) {
                    return exchange.honest();
                }
                allWait.countDown();
                exchange.peer().stall();
                return false;
            });
            List<String> ids = Stream.generate(target::id).limit(200).toList();
            Upstream.daemon(() -> {
                try {
                    target.sandbox.invoke("[\"" + String.join("\",\"", ids) + "\"]");
                } catch (AssertionError | InterruptedException e) {
                    // The process was killed, or the test has failed.
                }
            });
            // Each waiting thread had finished another upload before.
            allWait.await();
            target.sandbox.kill();
            long lines = target.sandbox.newLines().stream()
                    .filter(line -> line.contains("\"cancelled\""))
                    .count();
            assertEquals(answered, lines, "lines of finished uploads");
        }
    }

    static Stream<Arguments> largest() {
        return Arrays.stream(Export.values())
                .flatMap(export -> Senders.FILLINGS.keySet().stream().map(filling -> Arguments.of(export, filling)));
    }

    @ParameterizedTest
    @MethodSource("largest")
    void noEventEndsTheProcess(Export export, String filling) throws Exception {
        String event = Senders.FILLINGS.get(filling).of(Senders.LARGEST_EVENT, random);
        try (Target target = target(export, Layer.PLAIN)) {
            for (int i = 0; i < 2; i++) {
                target.check(new Invocation("event of 6 MB, " + filling, event, Invocation.Reply.ANY));
                target.checkHonest();
            }
        }
    }

    static Stream<String> fillings() {
        return Senders.FILLINGS.keySet().stream();
    }

    /** A hostile sender does not affect other senders. */
    @ParameterizedTest
    @MethodSource("fillings")
    void noMessageTakesOthersWithIt(String filling) throws Exception {
        try (Target target = target(Export.CANCEL_UPLOAD, Layer.PLAIN)) {
            Map<String, Expectation> uploads = new LinkedHashMap<>();
            List<String> records = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                String id = target.id();
                uploads.put(id, Expectation.CANCELLED);
                records.add(Senders.message("m-" + id, id));
                String body = Senders.FILLINGS.get(filling).of(Senders.LARGEST_MESSAGE, random);
                records.add(Senders.message("hostile-" + i, body));
            }
            String event = Senders.records(records);
            if (event.length() > Senders.LARGEST_EVENT) {
                // Nested escapes exceed the limit; leave one message out.
                event = Senders.records(records.subList(0, 4));
                uploads.keySet().removeAll(List.copyOf(uploads.keySet()).subList(2, 5));
            }
            target.check(new Invocation(
                    "messages of 900 KB, " + filling, event, Map.of(), uploads, Map.of(), Invocation.Reply.BATCH));
            target.checkHonest();
        }
    }

    @Test
    void aBatchOfTenThousandMessagesIsServed() throws Exception {
        try (Target target = target(Export.CANCEL_UPLOAD, Layer.TLS_1_3)) {
            Move[] moves = new Move[10_000];
            Arrays.fill(moves, Target.HONEST);
            target.check(moves);
            target.checkHonest();
        }
    }

    @ParameterizedTest
    @EnumSource
    void fieldNamesOfEventsAreNotKept(Export export) throws Exception {
        try (Target target = target(export, Layer.PLAIN)) {
            assertFlat(target, 15, 60, () -> {
                String id = target.id();
                String names = Senders.uniqueNames(300_000, random);
                String event =
                        switch (export) {
                            case CANCEL_UPLOAD -> "{\"uploadId\":\"" + id + "\",\"names\":" + names + "}";
                            case CANCEL_UPLOAD_HTTP -> Target.request(id, ",\"multiValueHeaders\":" + names);
                            case CLEAN_UP_UPLOADS -> "{\"uploadIds\":[\"" + id + "\"],\"names\":" + names + "}";
                        };
                target.check(new Invocation(
                        "new field names",
                        event,
                        Map.of(),
                        Map.of(id, Expectation.PERHAPS_REFUSED),
                        Map.of(),
                        Invocation.Reply.ANY));
            });
        }
    }

    /** Also small ones, which are certainly read. */
    @Test
    void headerNamesOfRequestsAreNotKept() throws Exception {
        try (Target target = target(Export.CANCEL_UPLOAD_HTTP, Layer.PLAIN)) {
            assertFlat(target, 400, 2000, () -> {
                String id = target.id();
                String event = Target.request(id, "")
                        .replace("\"headers\":{}", "\"headers\":" + Senders.uniqueNames(7000, random));
                target.check(new Invocation(
                        "new header names",
                        event,
                        Map.of(),
                        Map.of(id, Expectation.PERHAPS_REFUSED),
                        Map.of(),
                        Invocation.Reply.ANY));
            });
        }
    }

    @Test
    void fieldNamesOfMessagesAreNotKept() throws Exception {
        try (Target target = target(Export.CANCEL_UPLOAD, Layer.PLAIN)) {
            assertFlat(target, 15, 60, () -> {
                String id = target.id();
                target.check(new Invocation(
                        "new field names in a message",
                        Senders.records(List.of(
                                Senders.message("m-" + id, id),
                                Senders.message("hostile", Senders.uniqueNames(300_000, random)))),
                        Map.of(),
                        Map.of(id, Expectation.CANCELLED),
                        Map.of(),
                        Invocation.Reply.BATCH));
            });
        }
    }

    @Test
    void fieldNamesOfAnswersAreNotKept() throws Exception {
        Move names = new Move(Move.Kind.POISON, "new field names", 1, Expectation.CANCELLED, (exchange, random) -> {
            String more = Senders.uniqueNames(30_000, random);
            exchange.peer()
                    .send(exchange.cancelled()
                            .body(Answer.uploadJson(exchange.id(), exchange.nonce(), "cancelled")
                                    .replace("{", more.substring(0, more.length() - 1) + ",")
                                    .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                            .bytes());
            return true;
        });
        try (Target target = target(Export.CANCEL_UPLOAD, Layer.PLAIN)) {
            assertFlat(target, 100, 600, () -> target.check(names));
        }
    }

    private interface Step {
        void go() throws IOException, InterruptedException;
    }

    /** Memory does not grow with the number of steps. */
    private static void assertFlat(Target target, int few, int many, Step step) throws Exception {
        long early = 0;
        for (int i = 0; i < many; i++) {
            if (i == few) {
                early = target.sandbox.status("VmRSS") / 1024;
            }
            step.go();
        }
        long late = target.sandbox.status("VmRSS") / 1024;
        System.out.printf("%d MB resident after %d, %d MB after %d%n", early, few, late, many);
        assertTrue(
                late <= early + MOST_GROWTH_MB,
                early + " MB resident after " + few + ", " + late + " MB after " + many);
    }

    static Stream<Arguments> contexts() {
        List<String> values = List.of(
                "{\"client\":{\"installation_id\":\"i\"},\"custom\":{\"a\":\"b\"},\"env\":{\"c\":\"d\"}}",
                "{\"custom\":[1,2,3]}",
                "{\"identityId\":\"us-east-1:1\",\"identityPoolId\":\"us-east-1:2\"}",
                "{\"cognitoIdentityId\":\"us-east-1:1\",\"cognitoIdentityPoolId\":\"us-east-1:2\"}",
                "nonsense",
                "[".repeat(2000),
                "{\"custom\":{\"a\":\"" + "x".repeat(3000) + "\"}}");
        return Stream.of("Lambda-Runtime-Client-Context", "Lambda-Runtime-Cognito-Identity")
                .flatMap(header -> values.stream().map(value -> Arguments.of(header, value)));
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void whatACallerSaysBesideAnEventDoesNoHarm(String header, String value) throws Exception {
        try (Target target = target(Export.CANCEL_UPLOAD, Layer.PLAIN)) {
            String id = target.id();
            target.check(new Invocation(
                    "cancel",
                    '"' + id + '"',
                    Map.of(header, value),
                    Map.of(id, Expectation.CANCELLED),
                    Map.of(),
                    Invocation.Reply.UPLOAD));
            target.checkHonest();
        }
    }
}
