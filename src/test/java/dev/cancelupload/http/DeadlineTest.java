package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import dev.cancelupload.tls.Tls.Trust;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An attempt ends within its budget, whatever the server does or does not. */
class DeadlineTest {

    private static final Duration SHORT = Duration.ofMillis(500);
    /** Tolerance for a busy machine; without a bound none of these would ever end. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    /** What a server does after the head of a request, on a thread of its own, until the client has closed. */
    @FunctionalInterface
    private interface Play {
        void run(Peer peer) throws IOException, InterruptedException;
    }

    private static void play(Peer peer, Play play) {
        Thread thread = new Thread(() -> {
            try {
                play.run(peer);
            } catch (IOException | InterruptedException e) {
                // The client has closed.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void timesOut(Layer layer, Play play) throws Exception {
        try (Pair pair = new Pair(layer)) {
            Budget budget = Budget.of(SHORT);
            FutureTask<HttpResponse> call = pair.ask("a", SHORT);
            pair.expectOnNewConnection("a");
            play(pair.peer, play);
            TransportException e = Pair.failure(call);
            assertThat(budget.elapsed(), lessThan(SHORT.plus(GRACE)));
            assertEquals("no usable answer came: timed out", e.getMessage());
            assertTrue(e.timedOut());
            assertTrue(e.sent());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatSaysNothing(Layer layer) throws Exception {
        timesOut(layer, Peer::stall);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatAnswersByteAfterByte(Layer layer) throws Exception {
        timesOut(layer, peer -> {
            peer.send(peer.record("HTTP/1.1 200 OK\r\nx: "));
            while (true) {
                Thread.sleep(20);
                peer.send(peer.record("x"));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 6})
    void aHandshakeThatDoesNotGoOn(int bytes) throws Exception {
        Tls tls = Tls.create(Trust.only(Optional.empty()), Optional.empty());
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            play(null, none -> {
                Socket socket = server.accept();
                socket.getOutputStream().write(new byte[] {22, 3, 3, 0, 100, 2}, 0, bytes);
            });
            HttpRequest request = Pair.post("https://localhost:" + server.getLocalPort());
            Budget budget = Budget.of(SHORT);
            TransportException e = assertThrows(
                    TransportException.class, () -> new HttpTransport(Optional.empty(), tls).send(request, budget));
            assertThat(budget.elapsed(), lessThan(SHORT.plus(GRACE)));
            assertTrue(e.timedOut());
            assertFalse(e.sent());
            assertThat(e.getMessage(), containsString("timed out"));
        }
    }

    @Test
    void aBudgetThatIsSpentSendsNothing() throws Exception {
        try (Pair pair = new Pair(Layer.PLAIN)) {
            pair.exchange("a");
            TransportException e = Pair.failure(pair.ask("b", Duration.ZERO));
            assertTrue(e.timedOut());
            assertFalse(e.sent());
            assertEquals("the request was not sent: timed out", e.getMessage());
            assertEquals(1, pair.peer.requests());
        }
    }

    @Test
    void whateverFailsNoDescriptorStaysOpen() throws Exception {
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        Tls tls = Tls.create(Trust.only(Optional.empty()), Optional.empty());
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            play(null, none -> {
                while (true) {
                    server.accept().close();
                }
            });
            Optional<Proxy> none = Optional.empty();
            Optional<Proxy> closing = Optional.of(new Proxy("localhost", server.getLocalPort(), Optional.empty()));
            long before = 0;
            for (int i = 0; i < 60; i++) {
                if (i == 10) {
                    before = system.getOpenFileDescriptorCount();
                }
                fails("https://localhost:" + server.getLocalPort(), none, tls);
                fails("http://localhost:" + server.getLocalPort(), none, tls);
                fails("https://127.0.0.1:1", none, tls);
                fails("https://api.invalid", closing, tls);
            }
            assertThat(system.getOpenFileDescriptorCount(), lessThan(before + 20));
        }
    }

    private static void fails(String url, Optional<Proxy> proxy, Tls tls) {
        HttpTransport transport = new HttpTransport(proxy, tls);
        assertThrows(TransportException.class, () -> transport.send(Pair.post(url), Budget.of(Pair.LONG)));
    }
}
