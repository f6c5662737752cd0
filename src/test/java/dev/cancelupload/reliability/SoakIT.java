package dev.cancelupload.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.reliability.Deployed.Reply;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many invocations of one process, successes and quick faults mixed by a seed: each has exactly the expected result,
 * and memory, threads, file descriptors and connections do not grow.
 */
@Tag("reliability")
class SoakIT {

    private static final int INVOCATIONS = Integer.getInteger("reliability.invocations", 20_000);
    private static final int CLEAN_UPS = Integer.getInteger("reliability.cleanups", 20);
    private static final long SEED = Long.getLong("reliability.seed", 6);

    /** Heap that the collector has not released; a leak of 1 kB per invocation would exceed it. */
    private static final int MOST_GROWTH_MB = 16;

    /** Live objects, after a full collection. */
    private static final int MOST_HEAP_GROWTH_MB = 4;

    private static final int MOST_IDLE_CONNECTIONS = 16;

    /** The upstream's behaviour for an upload, encoded in its id. */
    private enum Kind {
        OK(610, null, 1),
        CHUNKED(70, null, 1),
        CLOSING(20, null, 1),
        UNKNOWN(50, FailureKind.UPLOAD_NOT_FOUND, 1),
        COMPLETED(60, FailureKind.UPLOAD_ALREADY_FINAL, 1),
        DENIED(10, FailureKind.CREDENTIALS_REJECTED, 1),
        ODD(20, FailureKind.REQUEST_REJECTED, 1),
        LIMITED(30, null, 2),
        BUSY(30, null, 3),
        DOWN(20, FailureKind.UPSTREAM_FAILURE, 1),
        HTML(10, FailureKind.UPSTREAM_FAILURE, 1),
        BROKEN(2, null, 2),
        INVALID(30, FailureKind.INVALID_UPLOAD_ID, 0);

        private static final int TOTAL =
                Arrays.stream(values()).mapToInt(kind -> kind.weight).sum();

        final int weight;
        final Optional<FailureKind> failure;
        final int attempts;

        Kind(int weight, FailureKind failure, int attempts) {
            this.weight = weight;
            this.failure = Optional.ofNullable(failure);
            this.attempts = attempts;
        }

        static Kind any(Random random) {
            int left = random.nextInt(TOTAL);
            for (Kind kind : values()) {
                left -= kind.weight;
                if (left < 0) {
                    return kind;
                }
            }
            throw new AssertionError();
        }

        static Kind of(String id) {
            return valueOf(id.substring(id.lastIndexOf('.') + 1));
        }

        String id(int number) {
            return (this == INVALID ? "no/id_" : "upload_") + number + "." + name();
        }

        boolean costsAConnection() {
            return this == CLOSING || this == BROKEN;
        }
    }

    /** The memory figures of the kernel, and of a JVM's heap. */
    private record Figures(long megabytes, long heapMegabytes, long threads, int descriptors) {
        static Figures of(Deployed function) throws IOException {
            return new Figures(
                    function.process.status("VmRSS") / 1024,
                    function.process.heap() / 1024 / 1024,
                    function.process.status("Threads"),
                    function.process.descriptors());
        }
    }

    @TempDir
    static Path folder;

    private final Map<String, Integer> attempts = new ConcurrentHashMap<>();
    private final Random random = new Random(SEED);
    private Certificates certificates;
    private Upstream openai;
    private int number;
    private long requests;
    private long lost;

    @BeforeEach
    void start() throws Exception {
        certificates = new Certificates(folder);
        openai = new Upstream(Layer.TLS_1_3, certificates.context("server", "localhost"))
                .expectingKey(OpenAI.KEY)
                .plays(this::answer);
    }

    @AfterEach
    void stop() throws IOException {
        openai.close();
    }

    private boolean answer(Upstream.Exchange exchange) throws IOException {
        String id = exchange.id();
        Kind kind = Kind.of(id);
        int attempt = kind.attempts > 1 ? attempts.merge(id, 1, Integer::sum) : 1;
        if (attempt > 1 && attempt == kind.attempts) {
            attempts.remove(id);
            exchange.write(Answers.cancelled(id));
            return true;
        }
        switch (kind) {
            case OK -> exchange.write(Answers.cancelled(id));
            case CHUNKED -> exchange.write(chunked(OpenAI.upload(id, "cancelled")));
            case CLOSING -> {
                exchange.write(Answers.cancelled(id).replace("content-type", "connection: close\r\ncontent-type"));
                return false;
            }
            case UNKNOWN -> exchange.write(Answers.error(404, "No such Upload", ""));
            case COMPLETED -> exchange.write(Answers.error(400, "Upload is already completed", ""));
            case DENIED -> exchange.write(Answers.error(401, "Incorrect API key: " + OpenAI.KEY, ""));
            case ODD -> exchange.write(Answers.error(422, "Odd", ""));
            case LIMITED -> exchange.write(Answers.error(429, "Slow down", "retry-after-ms: 1\r\n"));
            case BUSY -> exchange.write(Answers.error(503, "Busy", "retry-after-ms: 1\r\n"));
            case DOWN -> exchange.write(Answers.error(500, "Down", "x-should-retry: false\r\n"));
            case HTML -> exchange.write(Answers.http(200, "", "<html>"));
            case BROKEN -> {
                exchange.peer().reset();
                return false;
            }
            case INVALID -> throw new AssertionError("sent: " + id);
        }
        return true;
    }

    private static String chunked(String body) {
        return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
                + Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
    }

    private String next() {
        Kind kind = Kind.any(random);
        requests += kind.attempts;
        lost += kind.costsAConnection() ? 1 : 0;
        return kind.id(number++);
    }

    private Deployed deployed(Export export) throws IOException {
        return new Deployed(
                export,
                openai,
                Map.of(
                        "SSL_CERT_FILE",
                        certificates.root().toString(),
                        "OPENAI_TIMEOUT",
                        "20s",
                        "CANCEL_BUDGET",
                        "60s"));
    }

    @Test
    void manyInvocationsAreServedAndLeaveNothingBehind() throws Exception {
        try (Deployed function = deployed(Export.CANCEL_UPLOAD)) {
            long start = System.nanoTime();
            Figures early = null;
            int batches = 0;
            for (int i = 0; i < INVOCATIONS; i++) {
                if (i == INVOCATIONS / 10) {
                    early = Figures.of(function);
                }
                if (random.nextInt(20) == 0) {
                    batches++;
                    batch(function);
                } else if (random.nextInt(100) == 0) {
                    assertEquals("WrongExport", function.invoke("[]").errorType());
                } else {
                    one(function);
                }
            }
            report(function, early, start, INVOCATIONS + " invocations, " + batches + " of them batches of 10");
        }
    }

    private void one(Deployed function) throws InterruptedException {
        String id = next();
        Kind kind = Kind.of(id);
        Reply reply = function.cancel(id);
        boolean expected = kind.failure.isEmpty()
                ? function.isCancelled(reply, id)
                : reply.isError() && reply.errorType().equals(kind.failure.get().errorType());
        assertTrue(expected, () -> "seed " + SEED + ", " + id + ": " + reply);
    }

    private void batch(Deployed function) throws InterruptedException {
        ObjectNode event = Json.object();
        ArrayNode records = event.putArray("Records");
        List<String> hopeless = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String id = next();
            records.addObject()
                    .put("messageId", "m" + i)
                    .put("eventSource", "aws:sqs")
                    .put("body", i % 2 == 0 ? id : "{\"uploadId\":\"" + id + "\"}");
            if (fails(id)) {
                hopeless.add("m" + i);
            }
        }
        Reply reply = function.invoke(event.toString());
        assertEquals(
                hopeless,
                reply.json().path("batchItemFailures").findValuesAsText("itemIdentifier"),
                () -> "seed " + SEED + ", " + event + ": " + reply);
    }

    private static boolean fails(String id) {
        return Kind.of(id).failure.filter(f -> !f.nothingToCancel()).isPresent();
    }

    @Test
    void cleanUpsOfAThousandAreServedAndLeaveNothingBehind() throws Exception {
        try (Deployed function = deployed(Export.CLEAN_UP_UPLOADS)) {
            long start = System.nanoTime();
            Figures early = null;
            for (int i = 0; i < CLEAN_UPS; i++) {
                if (i == CLEAN_UPS / 5) {
                    early = Figures.of(function);
                }
                cleanUp(function, i % 2 == 0);
            }
            report(function, early, start, CLEAN_UPS + " clean-ups of 1000");
        }
    }

    private void cleanUp(Deployed function, boolean retryables) throws InterruptedException {
        Set<String> ids = new LinkedHashSet<>();
        while (ids.size() < 1000) {
            String id = next();
            if (retryables || Kind.of(id).failure.filter(FailureKind::retryable).isEmpty()) {
                ids.add(id);
            } else {
                requests -= Kind.of(id).attempts;
            }
        }
        ArrayNode event = Json.MAPPER.createArrayNode();
        ids.forEach(event::add);
        Reply reply = function.invoke(event.toString());
        Set<String> left = ids.stream()
                .filter(id -> Kind.of(id).failure.filter(FailureKind::retryable).isPresent())
                .collect(Collectors.toSet());
        if (!left.isEmpty()) {
            assertEquals("CleanUpIncomplete", reply.errorType());
            String message = reply.json().get("errorMessage").textValue();
            assertTrue(message.startsWith(left.size() + " of 1000 uploads are left"), message);
            left.forEach(id -> assertTrue(message.contains(id + " (UpstreamFailure)"), message));
            return;
        }
        JsonNode report = reply.json();
        assertEquals(named(ids, null), texts(report.get("cancelled")));
        assertEquals(named(ids, true), texts(report.get("final")));
        assertEquals(named(ids, false), texts(report.get("failed")));
        assertEquals(0, report.get("notTried").size());
    }

    /** The uploads that succeed ({@code null}), are already final or fail. */
    private static Set<String> named(Set<String> ids, Boolean nothingToCancel) {
        return ids.stream()
                .filter(id -> Kind.of(id)
                        .failure
                        .map(f -> Boolean.valueOf(f.nothingToCancel()).equals(nothingToCancel))
                        .orElse(nothingToCancel == null))
                .collect(Collectors.toSet());
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new LinkedHashSet<>();
        list.forEach(entry -> texts.add(
                entry.isTextual() ? entry.textValue() : entry.get("uploadId").textValue()));
        return texts;
    }

    private void report(Deployed function, Figures early, long start, String what) throws Exception {
        Duration time = Duration.ofNanos(System.nanoTime() - start);
        Figures late = settled(function, early);
        System.out.printf(
                "%s: %s in %d s, %d requests on %d connections (%d ended by the server); early %s, late %s, at most %d"
                        + " MB%n",
                function.export.functionName(),
                what,
                time.toSeconds(),
                openai.requests(),
                openai.connections(),
                lost,
                early,
                late,
                function.process.status("VmHWM") / 1024);
        assertEquals(requests, openai.requests(), "requests");
        // After a lost response the next attempt replaces an idle connection by a new one.
        assertTrue(openai.connections() <= MOST_IDLE_CONNECTIONS + 2 * lost, "connections are not reused");
        assertTrue(late.megabytes() <= early.megabytes() + MOST_GROWTH_MB, "memory grows");
        assertTrue(late.heapMegabytes() <= early.heapMegabytes() + MOST_HEAP_GROWTH_MB, "the heap grows");
        assertTrue(late.threads() <= early.threads(), "threads are left");
        assertTrue(late.descriptors() <= early.descriptors() + MOST_IDLE_CONNECTIONS, "descriptors are left");
    }

    /** The threads of a batch end shortly after its result. */
    private static Figures settled(Deployed function, Figures early) throws Exception {
        Figures figures = Figures.of(function);
        for (int i = 0; i < 40 && figures.threads() > early.threads(); i++) {
            Thread.sleep(50);
            figures = Figures.of(function);
        }
        return figures;
    }
}
