package dev.cancelupload.adversary;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.adversary.Target.Servers;
import dev.cancelupload.config.Export;
import dev.cancelupload.upstream.Answer;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every bound in time holds against any stream of bytes and TLS records. */
@Tag("reliability")
class DeadlinesIT {

    /** Much longer than any bound of these tests. */
    private static final Duration FLOOD = Duration.ofSeconds(20);

    /** Takes the JDK's TLS client several seconds to read, and a server one or two to create. */
    private static final int BURST = 60_000;

    /** Bytes that the kernel buffers for a sender while nothing reads them. */
    private static final int BUFFERED = 60_000;

    private static final Duration BUDGET = Duration.ofSeconds(2);

    @TempDir
    static Path folder;

    private static Servers servers;

    @BeforeAll
    static void certificates() throws Exception {
        servers = Servers.in(folder);
    }

    /** How a connection begins. */
    private record Beginning(String name, Upstream.Opening opening) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Beginning> beginnings() {
        return Stream.of(
                new Beginning("key updates without end", peer -> {
                    peer.handshake();
                    Moves.floodBeside(peer, FLOOD, true);
                    return true;
                }),
                new Beginning("key updates without end, whose answers nobody reads", peer -> {
                    peer.handshake();
                    Moves.flood(peer, FLOOD);
                    return false;
                }),
                new Beginning("one key update every ten milliseconds", peer -> {
                    peer.handshake();
                    Upstream.daemon(() -> {
                        try {
                            for (long end = System.nanoTime() + FLOOD.toNanos(); System.nanoTime() < end; ) {
                                peer.sendKeyUpdates(1);
                                Thread.sleep(10);
                            }
                        } catch (IOException | InterruptedException e) {
                            // It is gone.
                        }
                    });
                    return true;
                }),
                new Beginning("answers without end", peer -> {
                    peer.handshake();
                    byte[] answer = Answer.error(404, Moves.STRANGER, "n").bytes();
                    for (long end = System.nanoTime() + FLOOD.toNanos(); System.nanoTime() < end; ) {
                        peer.send(answer, answer, answer, answer);
                    }
                    return false;
                }),
                new Beginning("silence in place of a handshake", peer -> {
                    peer.stall();
                    return false;
                }),
                new Beginning("a handshake that drips", peer -> {
                    byte[] record = {0x16, 3, 3, 0x40, 0, 2, 0, 0x3f, (byte) 0xfc};
                    peer.raw(record);
                    for (long end = System.nanoTime() + FLOOD.toNanos(); System.nanoTime() < end; ) {
                        peer.raw(new byte[1]);
                        Thread.sleep(20);
                    }
                    return false;
                }));
    }

    @ParameterizedTest
    @MethodSource("beginnings")
    void initEndsWithinASecond(Beginning beginning) throws Exception {
        CountDownLatch spoken = new CountDownLatch(1);
        try (Target target = new Target(
                Export.CANCEL_UPLOAD,
                servers,
                connection -> Layer.TLS_1_3,
                Target.OPENAI_KEY,
                BUDGET,
                Map.of(),
                counted(beginning.opening, spoken))) {
            target.invariants.checkInit();
            awaitOpening(spoken);
            target.checkHonest();
        }
    }

    private static Upstream.Opening counted(Upstream.Opening opening, CountDownLatch spoken) {
        return peer -> {
            try {
                return opening.opens(peer);
            } finally {
                spoken.countDown();
            }
        };
    }

    /** Data after the request counts as its response; a server that sends for longer than this has started by then. */
    private static void awaitOpening(CountDownLatch spoken) throws InterruptedException {
        spoken.await(3, TimeUnit.SECONDS);
    }

    /** Sent before the function checks, so that it finds one after the other at any reading speed. */
    @Test
    void keyUpdatesThatWaitOnTheFirstConnectionDelayNoInit() throws Exception {
        CompletableFuture<Sandbox> started = new CompletableFuture<>();
        CountDownLatch spoken = new CountDownLatch(1);
        Upstream.Opening opening = peer -> {
            peer.handshake();
            Sandbox sandbox = started.join();
            sandbox.freeze();
            try {
                burst(peer);
            } finally {
                sandbox.thaw();
            }
            return true;
        };
        try (Target target = new Target(
                Export.CANCEL_UPLOAD,
                servers,
                connection -> Layer.TLS_1_3,
                Target.OPENAI_KEY,
                BUDGET,
                Map.of(),
                counted(opening, spoken))) {
            started.complete(target.sandbox);
            target.invariants.checkInit();
            assertTrue(spoken.await(60, TimeUnit.SECONDS), "the process is still frozen");
            target.checkHonest();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keyUpdatesThatWaitOnAnIdleConnectionDelayNoInvocation(Export export) throws Exception {
        try (Target target = target(export, Map.of())) {
            target.checkHonest();
            for (Peer peer : target.upstream.open()) {
                burst(peer);
            }
            target.checkHonest();
        }
    }

    /** On return the connection's buffers are full, and the rest follows. */
    private static void burst(Peer peer) throws IOException {
        byte[] all = peer.keyUpdates(BURST);
        peer.raw(Arrays.copyOf(all, BUFFERED));
        Upstream.daemon(() -> {
            try {
                peer.raw(Arrays.copyOfRange(all, BUFFERED, all.length));
            } catch (IOException e) {
                // The function has closed the connection.
            }
        });
    }

    @Test
    void keyUpdatesOnAnIdleConnectionWhoseAnswersNobodyReadsDelayNoInvocation() throws Exception {
        try (Target target = target(Export.CANCEL_UPLOAD, Map.of())) {
            target.check(
                    new Move(Move.Kind.KEY_UPDATES, "then a flood", 1, Expectation.CANCELLED, (exchange, random) -> {
                        exchange.honest();
                        Moves.flood(exchange.peer(), FLOOD);
                        return false;
                    }));
            target.checkHonest();
        }
    }

    static Stream<Move> streams() {
        List<String> names = List.of(
                "key updates in place of an answer",
                "key updates in place of an answer, whose answers nobody reads",
                "silence",
                "a record that never ends",
                "interim answers without end",
                "headers without end",
                "a header without end",
                "a body without end",
                "trailers without end",
                "tiny chunks without end");
        return Stream.concat(
                Moves.all().stream().filter(move -> names.contains(move.name())),
                Stream.of(
                        drip("drips one interim answer after the other", "HTTP/1.1 102 Processing\r\n\r\n"),
                        drip("drips a header", "x")));
    }

    private static Move drip(String name, String bytes) {
        return new Move(Move.Kind.FAULT, name, 1, Expectation.FAILED, (exchange, random) -> {
            for (long end = System.nanoTime() + FLOOD.toNanos(); System.nanoTime() < end; ) {
                exchange.peer().send(bytes.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
                Thread.sleep(30);
            }
            return false;
        });
    }

    /** OPENAI_TIMEOUT is 1 s with one attempt, so that CANCEL_BUDGET never applies. */
    @ParameterizedTest
    @MethodSource("streams")
    void anAttemptEndsWithinItsTimeout(Move stream) throws Exception {
        Move always = new Move(stream.kind(), stream.name(), 1, Expectation.FAILED, stream.play());
        try (Target target = target(Export.CANCEL_UPLOAD, Map.of("OPENAI_MAX_RETRIES", "0"))) {
            Sandbox.Post post = target.check(always);
            Duration most = Duration.ofMillis(2000).plus(post.missed());
            assertTrue(
                    post.time().compareTo(most) <= 0,
                    "it took " + post.time() + ", the machine missed " + post.missed());
            target.checkHonest();
        }
    }

    /** All attempts of all uploads, at the same time. */
    @ParameterizedTest
    @MethodSource("streams")
    void aBatchEndsWithinItsBudget(Move stream) throws Exception {
        Move always = new Move(stream.kind(), stream.name(), 1, Expectation.FAILED, (exchange, random) -> stream.play()
                .answers(exchange.asFirst(), random));
        try (Target target = target(Export.CANCEL_UPLOAD, Map.of())) {
            Move[] batch = new Move[12];
            Arrays.fill(batch, always);
            target.check(batch);
            target.checkHonest();
        }
    }

    /** They all arrive in time, and are searched for the key one after the other. */
    @ParameterizedTest
    @EnumSource(
            value = Export.class,
            names = {"CANCEL_UPLOAD", "CLEAN_UP_UPLOADS"})
    void manyAnswersThatDecodeToEverMoreTextAreSearchedWithinTheBudget(Export export) throws Exception {
        try (Target target = target(export, Map.of("CLEAN_UP_CONCURRENCY", "100"))) {
            Move[] batch = new Move[100];
            Arrays.fill(batch, Moves.decodesToMore());
            target.check(batch);
            target.checkHonest();
        }
    }

    private static Target target(Export export, Map<String, String> variables) throws IOException {
        return new Target(export, servers, connection -> Layer.TLS_1_3, Target.OPENAI_KEY, BUDGET, variables);
    }
}
