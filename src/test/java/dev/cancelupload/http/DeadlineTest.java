package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Openings.HandedOver;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every operation ends within its budget and leaves nothing open, whatever the peer sends or fails to read. */
class DeadlineTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(500);
    /** Tolerance for a busy machine; an operation without a bound would never end. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final byte[] REQUEST = "POST / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    static Path folder;

    private static SSLContext certificate;
    private static JdkTls tls;

    @BeforeAll
    static void certificates() throws Exception {
        Certificates certificates = new Certificates(folder);
        certificate = certificates.context("localhost", "localhost");
        tls = new JdkTls(Trust.only(Optional.of(certificates.root())), Optional.empty());
    }

    private final HandedOver peers = new HandedOver();

    private static HttpConnection open(Upstream server) throws TransportException {
        return HttpConnection.open(
                new Origin(server.isTls(), "localhost", server.port()),
                Optional.empty(),
                tls,
                HostResolver.WITHIN_BUDGET,
                Budget.of(LONG));
    }

    /** An action that continues until the peer has disconnected. */
    @FunctionalInterface
    private interface Stream {
        byte[] next(Peer peer) throws IOException;
    }

    private static void pour(Peer peer, Stream stream) {
        background(() -> {
            while (true) {
                peer.raw(stream.next(peer));
            }
        });
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException, InterruptedException;
    }

    private static void background(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException | InterruptedException e) {
                // The client has disconnected.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static TransportException failsWithin(Duration bound, HttpConnection connection, byte[] request) {
        long start = System.nanoTime();
        TransportException e =
                assertThrows(TransportException.class, () -> connection.exchange(request, Budget.of(SHORT)));
        assertThat(Duration.ofNanos(System.nanoTime() - start), lessThan(bound));
        return e;
    }

    @ParameterizedTest
    @EnumSource
    void dripping(Layer layer) throws Exception {
        try (Upstream server = new Upstream(layer, certificate).opensAll(peers);
                HttpConnection connection = open(server)) {
            Peer peer = peers.next();
            background(() -> {
                peer.request();
                byte[] record = peer.record("HTTP/1.1 200 OK\r\nx: " + "x".repeat(8000));
                for (byte b : record) {
                    Thread.sleep(20);
                    peer.raw(new byte[] {b});
                }
            });
            assertTrue(failsWithin(SHORT.plus(GRACE), connection, REQUEST).timedOut());
        }
    }

    @ParameterizedTest
    @EnumSource
    void interimAnswersWithoutEnd(Layer layer) throws Exception {
        try (Upstream server = new Upstream(layer, certificate).opensAll(peers);
                HttpConnection connection = open(server)) {
            Peer peer = peers.next();
            background(() -> {
                peer.request();
                pour(peer, p -> p.record("HTTP/1.1 102 Processing\r\n\r\n"));
            });
            assertThat(
                    failsWithin(SHORT.plus(GRACE), connection, REQUEST).getMessage(),
                    containsString("interim answers"));
        }
    }

    @Test
    void keyUpdatesWithoutEndBeforeTheRequest() throws Exception {
        try (Upstream server = new Upstream(Layer.TLS_1_3, certificate).opensAll(peers);
                HttpConnection connection = open(server)) {
            pour(peers.next(), Peer::keyUpdate);
            long start = System.nanoTime();
            while (connection.readPendingRecords()) {
                // The first one has not arrived yet.
                assertThat(Duration.ofNanos(System.nanoTime() - start), lessThan(LONG));
            }
            assertFalse(failsWithin(SHORT.plus(GRACE), connection, REQUEST).sent());
        }
    }

    /** The client's responses to key updates do not fit the send buffer, since the server does not read them. */
    @Test
    void keyUpdatesWithoutEndInPlaceOfAnAnswer() throws Exception {
        try (Upstream server = new Upstream(connection -> Layer.TLS_1_3, certificate, 4096).opensAll(peers);
                HttpConnection connection = open(server)) {
            Peer peer = peers.next();
            background(() -> {
                peer.request();
                pour(peer, Peer::keyUpdate);
            });
            assertThat(
                    failsWithin(SHORT.plus(GRACE), connection, REQUEST).getMessage(),
                    containsString("records without data"));
        }
    }

    @Test
    void anotherHandshakeIsRefused() throws Exception {
        try (Upstream server = new Upstream(Layer.TLS_1_2, certificate).opensAll(peers);
                HttpConnection connection = open(server)) {
            Peer peer = peers.next();
            background(() -> {
                peer.request();
                peer.raw(peer.keyUpdate());
            });
            assertThat(
                    failsWithin(SHORT.plus(GRACE), connection, REQUEST).getMessage(),
                    containsString("requested a renegotiation"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestThatThePeerDoesNotTake(Layer layer) throws Exception {
        try (Upstream server = new Upstream(connection -> layer, certificate, 4096).opensAll(peers);
                HttpConnection connection = open(server)) {
            peers.next();
            TransportException e = failsWithin(SHORT.plus(GRACE), connection, new byte[50_000_000]);
            assertTrue(e.timedOut());
            assertTrue(e.sent());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5, 6})
    void aHandshakeThatDoesNotGoOn(int bytes) throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            background(() -> {
                Socket socket = server.accept();
                socket.getOutputStream().write(new byte[] {22, 3, 3, 0, 100, 2}, 0, bytes);
            });
            Budget budget = Budget.of(SHORT);
            Origin origin = new Origin(true, "localhost", server.getLocalPort());
            TransportException e = assertThrows(
                    TransportException.class,
                    () -> HttpConnection.open(origin, Optional.empty(), tls, HostResolver.WITHIN_BUDGET, budget));
            assertTrue(e.timedOut());
            assertThat(budget.elapsed(), lessThan(SHORT.plus(GRACE)));
        }
    }

    /** An address whose accept queue is full, so that it does not respond, like a dead address. */
    private static List<Socket> fill(ServerSocket hole) throws IOException {
        List<Socket> waiting = new ArrayList<>();
        try {
            while (true) {
                Socket socket = new Socket();
                waiting.add(socket);
                socket.connect(hole.getLocalSocketAddress(), 300);
            }
        } catch (IOException e) {
            return waiting;
        }
    }

    @Test
    void anAddressBehindWhichPacketsVanishDoesNotHideTheNext() throws Exception {
        InetAddress dead = InetAddress.getByName("127.0.0.2");
        InetAddress live = InetAddress.getByName("127.0.0.1");
        try (ServerSocket server = new ServerSocket(0, 50, live);
                ServerSocket hole = new ServerSocket()) {
            hole.bind(new InetSocketAddress(dead, server.getLocalPort()), 1);
            List<Socket> waiting = fill(hole);
            Budget budget = Budget.of(LONG);
            DeadlineSocket.connect(List.of(dead, dead, live), server.getLocalPort(), budget)
                    .close();
            assertThat(budget.elapsed(), lessThan(GRACE));

            Budget tooShort = Budget.of(SHORT);
            assertThrows(
                    DeadlineException.class,
                    () -> DeadlineSocket.connect(List.of(dead, dead), server.getLocalPort(), tooShort));
            assertThat(tooShort.elapsed(), lessThan(SHORT.plus(GRACE)));
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void anAddressThatRefusesDoesNotHideTheNext() throws Exception {
        InetAddress live = InetAddress.getByName("127.0.0.1");
        InetAddress refusing = InetAddress.getByName("127.0.0.2");
        try (ServerSocket server = new ServerSocket(0, 50, live)) {
            DeadlineSocket.connect(List.of(refusing, live), server.getLocalPort(), Budget.of(LONG))
                    .close();
            IOException e = assertThrows(
                    IOException.class,
                    () -> DeadlineSocket.connect(List.of(refusing, refusing), server.getLocalPort(), Budget.of(LONG)));
            assertThat(e.getMessage(), containsString("refused"));
        }
    }

    @Test
    void whateverFailsNoDescriptorStaysOpen() throws Exception {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Origin unknown = new Origin(true, "api.invalid", 443);
        Proxy proxy = new Proxy("127.0.0.1", 1, Optional.empty());
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            background(() -> {
                while (true) {
                    server.accept().close();
                }
            });
            Origin closing = new Origin(true, "localhost", server.getLocalPort());
            Proxy closingProxy = new Proxy("localhost", server.getLocalPort(), Optional.empty());
            long before = 0;
            for (int i = 0; i < 60; i++) {
                if (i == 10) {
                    before = system.getOpenFileDescriptorCount();
                }
                failsToOpen(unknown, Optional.empty());
                failsToOpen(closing, Optional.empty());
                failsToOpen(new Origin(true, "127.0.0.1", 1), Optional.empty());
                failsToOpen(unknown, Optional.of(proxy));
                failsToOpen(unknown, Optional.of(closingProxy));
                failsToOpen(unknown, Optional.of(new Proxy("proxy.invalid", 1, Optional.empty())));
            }
            assertThat(system.getOpenFileDescriptorCount(), lessThan(before + 20));
        }
    }

    private static void failsToOpen(Origin origin, Optional<Proxy> proxy) {
        assertThrows(
                TransportException.class,
                () -> HttpConnection.open(origin, proxy, tls, HostResolver.WITHIN_BUDGET, Budget.of(LONG)));
    }

    @Test
    void sessionsOfOldConnectionsAreNotKept() throws Exception {
        for (Layer layer : new Layer[] {Layer.TLS_1_2, Layer.TLS_1_3}) {
            try (Upstream server = new Upstream(layer, certificate).opensAll(peers)) {
                for (int i = 0; i < 5; i++) {
                    try (HttpConnection connection = open(server)) {
                        peers.next();
                        assertTrue(connection.readPendingRecords());
                    }
                }
            }
        }
        assertThat(
                Collections.list(tls.context().getClientSessionContext().getIds())
                        .size(),
                lessThan(2));
        assertThat(
                new JdkTls(Trust.only(Optional.empty()), Optional.empty())
                        .context()
                        .getClientSessionContext()
                        .getSessionCacheSize(),
                lessThan(2));
    }
}
