package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.time.Budget;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Openings.HandedOver;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A response is only accepted for its own request, whatever a server sends and however it splits it into records. */
class AnswerOrderTest {

    /** The seed of all random choices: {@code -Dreliability.seed}. */
    private static final long SEED = Long.getLong("reliability.seed", 6);

    private static final int WALKS = 10;

    @TempDir
    static Path folder;

    private static SSLContext certificate;
    private static Tls tls;

    @BeforeAll
    static void certificates() throws Exception {
        Certificates certificates = new Certificates(folder);
        certificate = certificates.context("localhost", "localhost");
        tls = new JdkTls(Trust.only(Optional.of(certificates.root())), Optional.empty());
    }

    /** A client of one server, and the server's end of the last connection. */
    private static final class Pair implements AutoCloseable {

        final HandedOver peers = new HandedOver();
        final Upstream server;
        final HttpTransport transport = new HttpTransport(Optional.empty(), tls);
        Peer peer;

        Pair(Layer layer) throws Exception {
            server = new Upstream(layer, certificate).opensAll(peers);
        }

        Origin origin() {
            return new Origin(server.isTls(), "localhost", server.port());
        }

        /** Opens a connection, as init does. */
        void connectAhead() throws Exception {
            URI uri = URI.create((server.isTls() ? "https" : "http") + "://localhost:" + server.port());
            transport.connectAhead(uri, Budget.of(Duration.ofSeconds(10)));
            peer = peers.next();
        }

        FutureTask<HttpResponse> ask(String id) {
            byte[] request = ("POST /" + id + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            FutureTask<HttpResponse> call =
                    new FutureTask<>(() -> transport.exchange(origin(), request, Budget.of(Duration.ofSeconds(10))));
            new Thread(call, "client").start();
            return call;
        }

        /** Expects the request on a new connection. */
        void expectOnNewConnection(String id) throws Exception {
            peer = peers.next();
            assertEquals("POST /" + id + " HTTP/1.1", peer.request());
        }

        @Override
        public void close() throws Exception {
            server.close();
        }
    }

    private static String answer(String body) {
        return "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    /** A response of exactly this many bytes, head included. */
    private static String answer(String body, int length) {
        String padding = answer(body);
        return padding.replace(
                "content-length", "x: " + "x".repeat(length - padding.length() - 5) + "\r\ncontent-length");
    }

    private static String body(FutureTask<HttpResponse> call) throws Exception {
        return new String(call.get(10, TimeUnit.SECONDS).body(), StandardCharsets.ISO_8859_1);
    }

    private static TransportException failure(FutureTask<HttpResponse> call) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> call.get(10, TimeUnit.SECONDS));
        return (TransportException) e.getCause();
    }

    @ParameterizedTest
    @EnumSource
    void anotherAnswerInTheRecordOfTheFirstIsNobodys(Layer layer) throws Exception {
        try (Pair pair = new Pair(layer)) {
            FutureTask<HttpResponse> first = pair.ask("a");
            pair.expectOnNewConnection("a");
            // Fills the parser's buffer, so that the second record stays in the TLS layer.
            pair.peer.raw(pair.peer.record(answer("a", 8192) + answer("stray")));
            assertEquals("a", body(first));
            FutureTask<HttpResponse> second = pair.ask("b");
            pair.expectOnNewConnection("b");
            pair.peer.raw(pair.peer.record(answer("b")));
            assertEquals("b", body(second));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatComesBetweenTwoRequestsIsNobodys(Layer layer) throws Exception {
        for (String stray : new String[] {answer("stray"), "HTTP/1.1 103 Early\r\n\r\n", "H"}) {
            try (Pair pair = new Pair(layer)) {
                FutureTask<HttpResponse> first = pair.ask("a");
                pair.expectOnNewConnection("a");
                pair.peer.raw(pair.peer.record(answer("a")));
                assertEquals("a", body(first));
                pair.peer.raw(pair.peer.record(stray));
                FutureTask<HttpResponse> second = pair.ask("b");
                assertNull(pair.peer.request());
                pair.expectOnNewConnection("b");
                pair.peer.raw(pair.peer.record(answer("b")));
                assertEquals("b", body(second));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPartOfARecordBeforeTheRequestIsNotCompletedAfterIt(Layer layer) throws Exception {
        for (int cut : new int[] {1, 4, 5, 6, 30}) {
            aPartOfARecordIsNotCompleted(layer, cut);
        }
    }

    private static void aPartOfARecordIsNotCompleted(Layer layer, int cut) throws Exception {
        try (Pair pair = new Pair(layer)) {
            FutureTask<HttpResponse> first = pair.ask("a");
            pair.expectOnNewConnection("a");
            pair.peer.raw(pair.peer.record(answer("a")));
            assertEquals("a", body(first));
            byte[] record = pair.peer.record(answer("stray"));
            pair.peer.raw(Arrays.copyOf(record, cut));
            FutureTask<HttpResponse> second = pair.ask("b");
            assertNull(pair.peer.request());
            pair.expectOnNewConnection("b");
            pair.peer.raw(pair.peer.record(answer("b")));
            assertEquals("b", body(second));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerBeforeTheFirstRequestIsNone(Layer layer) throws Exception {
        try (Pair pair = new Pair(layer)) {
            pair.connectAhead();
            pair.peer.raw(pair.peer.record(answer("stray")));
            FutureTask<HttpResponse> call = pair.ask("a");
            assertNull(pair.peer.request());
            pair.expectOnNewConnection("a");
            pair.peer.raw(pair.peer.record(answer("a")));
            assertEquals("a", body(call));
        }
    }

    @ParameterizedTest
    @EnumSource
    void onAConnectionOpenedForTheRequestItIsNoneEither(Layer layer) throws Exception {
        HandedOver peers = new HandedOver();
        try (Upstream server = new Upstream(layer, certificate).opensAll(peers);
                HttpConnection connection = HttpConnection.open(
                        new Origin(server.isTls(), "localhost", server.port()),
                        Optional.empty(),
                        tls,
                        HostResolver.WITHIN_BUDGET,
                        Budget.of(Duration.ofSeconds(10)))) {
            Peer peer = peers.next();
            peer.raw(peer.record(answer("stray")));
            TransportException e = assertThrows(
                    TransportException.class,
                    () -> connection.exchange(new byte[1], Budget.of(Duration.ofSeconds(10))));
            assertThat(e.getMessage(), containsString("before the request was sent"));
            assertFalse(e.sent());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatMoreFollowsOnAConnectionUsedBeforeMayBeThatOfTheRequestBefore(Layer layer) throws Exception {
        for (String more : new String[] {"", answer("b"), "H"}) {
            for (boolean oneRecord : new boolean[] {true, false}) {
                try (Pair pair = new Pair(layer)) {
                    FutureTask<HttpResponse> first = pair.ask("a");
                    pair.expectOnNewConnection("a");
                    pair.peer.raw(pair.peer.record(answer("a")));
                    assertEquals("a", body(first));
                    FutureTask<HttpResponse> second = pair.ask("b");
                    assertEquals("POST /b HTTP/1.1", pair.peer.request());
                    if (oneRecord) {
                        pair.peer.raw(pair.peer.record(answer("late a") + more));
                    } else {
                        pair.peer.raw(pair.peer.record(answer("late a")), pair.peer.record(more));
                    }
                    if (more.isEmpty()) {
                        assertEquals("late a", body(second));
                    } else {
                        TransportException e = failure(second);
                        assertTrue(e.sent());
                        assertThat(e.getMessage(), containsString("more followed it"));
                        assertNull(pair.peer.request());
                    }
                }
            }
        }
    }

    @Test
    void sessionTicketsAndKeyUpdatesOfAnHonestServerDisturbNoOne() throws Exception {
        try (Pair pair = new Pair(Layer.TLS_1_3)) {
            pair.connectAhead();
            Peer peer = pair.peer;
            for (String id : new String[] {"a", "b", "c"}) {
                FutureTask<HttpResponse> call = pair.ask(id);
                assertEquals("POST /" + id + " HTTP/1.1", peer.request());
                peer.raw(peer.keyUpdate(), peer.record(answer(id)));
                assertEquals(id, body(call));
            }
        }
    }

    @Test
    void anAnswerWithAFarewellIsAnAnswer() throws Exception {
        for (Layer layer : Layer.values()) {
            try (Pair pair = new Pair(layer)) {
                for (String id : new String[] {"a", "b"}) {
                    FutureTask<HttpResponse> call = pair.ask(id);
                    pair.expectOnNewConnection(id);
                    pair.peer.raw(pair.peer.record(answer(id)));
                    pair.peer.close();
                    assertEquals(id, body(call));
                }
            }
        }
    }

    /** With an upstream that shuffles responses, each call gets its own response or an error, never another's. */
    @ParameterizedTest
    @EnumSource
    void inARandomWalkEachCallGetsItsOwnAnswerOrNone(Layer layer) throws Exception {
        for (int walk = 0; walk < WALKS; walk++) {
            long seed = SEED * 1000 + walk;
            Random random = new Random(seed);
            try (Pair pair = new Pair(layer)) {
                if (random.nextBoolean()) {
                    pair.connectAhead();
                }
                for (int call = 0; call < 20; call++) {
                    step(pair, "upload_" + call, random);
                }
            } catch (Exception | AssertionError e) {
                throw new AssertionError(layer + ", seed " + seed, e);
            }
        }
    }

    private static void step(Pair pair, String id, Random random) throws Exception {
        if (pair.peer != null && random.nextInt(3) == 0) {
            tryToSend(pair.peer, noise(pair.peer, random));
        }
        FutureTask<HttpResponse> call = pair.ask(id);
        if (pair.peer == null || pair.peer.request() == null) {
            pair.expectOnNewConnection(id);
        }
        String right = random.nextBoolean() ? answer(id) : answer(id, 8192 * (1 + random.nextInt(2)));
        byte[] later = new byte[0];
        switch (random.nextInt(6)) {
            case 0 -> pair.peer.raw(pair.peer.record(right + answer("stray")));
            case 1 -> pair.peer.raw(pair.peer.record(right), noise(pair.peer, random));
            case 2 -> {
                byte[] record = pair.peer.record(right);
                byte[] stray = noise(pair.peer, random);
                int cut = random.nextInt(stray.length);
                pair.peer.raw(record, Arrays.copyOf(stray, cut));
                later = Arrays.copyOfRange(stray, cut, stray.length);
            }
            case 3 -> {
                byte[] record = pair.peer.record(right);
                int cut = random.nextInt(record.length);
                pair.peer.raw(Arrays.copyOf(record, cut));
                pair.peer.raw(Arrays.copyOfRange(record, cut, record.length));
            }
            default -> pair.peer.raw(pair.peer.record(right));
        }
        try {
            assertEquals(id, body(call));
        } catch (ExecutionException e) {
            assertThat(e.getCause().getMessage(), containsString("more followed it"));
        }
        tryToSend(pair.peer, later);
    }

    private static byte[] noise(Peer peer, Random random) throws Exception {
        return peer.record(
                switch (random.nextInt(4)) {
                    case 0 -> "HTTP/1.1 103 Early\r\n\r\n";
                    case 1 -> "\r\n";
                    case 2 -> answer("stray", 8192);
                    default -> answer("stray");
                });
    }

    private static void tryToSend(Peer peer, byte[]... records) {
        try {
            peer.raw(records);
        } catch (IOException e) {
            // The client has closed, as expected.
        }
    }
}
