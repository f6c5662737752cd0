package dev.cancelupload.http;

import static dev.cancelupload.http.Pair.answer;
import static dev.cancelupload.http.Pair.body;
import static dev.cancelupload.http.Pair.failure;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.time.Budget;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which connection a request goes over, and what a failure tells. */
class ConnectionPoolTest {

    @ParameterizedTest
    @EnumSource
    void theConnectionOfInitIsThatOfTheFirstRequestAndOfTheNext(Layer layer) throws Exception {
        try (Pair pair = new Pair(layer)) {
            pair.connectAhead();
            pair.transport.readPendingRecords();
            pair.exchange("a");
            pair.exchange("b");
            assertEquals(2, pair.peer.requests());
        }
    }

    @Test
    void aRequestIsSentWithItsHeadersPathQueryAndBody() throws Exception {
        try (Pair pair = new Pair(Layer.PLAIN)) {
            pair.connectAhead();
            URI uri = pair.request("a%2Fb?c=d%20e").uri();
            HttpRequest request = new HttpRequest("PUT", uri, Map.of("X-A", List.of("1", "2")), new byte[] {'h', 'i'});
            FutureTask<HttpResponse> call = Pair.start(() -> pair.transport.send(request, Budget.of(Pair.LONG)));
            String head = "PUT /a%2Fb?c=d%20e HTTP/1.1\r\nHost: " + uri.getRawAuthority()
                    + "\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 2\r\n";
            assertEquals(head, pair.peer.readHead());
            pair.send(answer("ok"));
            assertEquals("ok", body(call));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\nb", "a\r"})
    void aLineBreakInAHeaderIsSentNowhere(String value) throws Exception {
        try (Pair pair = new Pair(Layer.PLAIN)) {
            Map<String, List<String>> headers = Map.of("X-Client-Request-Id", List.of(value));
            HttpRequest request = new HttpRequest("POST", pair.request("a").uri(), headers, new byte[0]);
            assertThrows(IllegalArgumentException.class, () -> pair.transport.send(request, Budget.of(Pair.LONG)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatTheServerClosedWhileItWasIdleIsReplaced(Layer layer) throws Exception {
        for (boolean saysGoodbye : new boolean[] {true, false}) {
            try (Pair pair = new Pair(layer)) {
                pair.exchange("a");
                if (saysGoodbye) {
                    pair.peer.closeNotify();
                }
                pair.peer.close();
                pair.peer = null;
                pair.exchange("b");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatWasIdleForAMinuteIsReplaced(Layer layer) throws Exception {
        for (long millis : new long[] {60_000, -1}) {
            try (Pair pair = new Pair(layer)) {
                pair.exchange("a");
                pair.timeOfDay.addAndGet(59_999);
                pair.exchange("b");
                pair.timeOfDay.addAndGet(millis);
                pair.exchangeOnNewConnection("c");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerBeforeTheServerClosesIsAnAnswer(Layer layer) throws Exception {
        try (Pair pair = new Pair(layer)) {
            for (String id : new String[] {"a", "b"}) {
                FutureTask<HttpResponse> call = pair.ask(id);
                pair.expectOnNewConnection(id);
                pair.peer.send(pair.peer.record("HTTP/1.1 200 OK\r\n\r\n" + id));
                pair.peer.closeNotify();
                pair.peer.close();
                assertEquals(id, body(call));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestOnANewConnectionTakesNoIdleOneAndClosesOne(Layer layer) throws Exception {
        try (Pair pair = new Pair(layer)) {
            pair.exchange("a");
            Peer old = pair.peer;
            FutureTask<HttpResponse> call =
                    Pair.start(() -> pair.transport.sendOnNewConnection(pair.request("b"), Budget.of(Pair.LONG)));
            pair.expectOnNewConnection("b");
            pair.send(answer("b"));
            assertEquals("b", body(call));
            assertNull(old.request());
            pair.exchange("c");
        }
    }

    @Test
    void idleConnectionsAreClosedOnDemand() throws Exception {
        try (Pair pair = new Pair(Layer.PLAIN)) {
            pair.exchange("a");
            pair.transport.closeIdle();
            assertNull(pair.peer.request());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aConnectionThatEndsInPlaceOfAnAnswerMayHaveTakenTheRequest(Layer layer) throws Exception {
        for (boolean reset : new boolean[] {true, false}) {
            try (Pair pair = new Pair(layer)) {
                pair.exchange("a");
                FutureTask<HttpResponse> call = pair.ask("b");
                pair.expect("b");
                pair.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{");
                if (reset) {
                    pair.peer.reset();
                } else {
                    pair.peer.close();
                }
                TransportException e = failure(call);
                assertTrue(e.sent());
                assertFalse(e.timedOut());
                assertThat(e.getMessage(), containsString("no usable answer came: "));
            }
        }
    }

    @Test
    void whatIsNoAnswerIsSaid() throws Exception {
        try (Pair pair = new Pair(Layer.PLAIN)) {
            FutureTask<HttpResponse> call = pair.ask("a");
            pair.expectOnNewConnection("a");
            pair.send("SSH-2.0-OpenSSH\r\n");
            TransportException e = failure(call);
            assertTrue(e.sent());
            assertEquals("no usable answer came: it is not HTTP/1.1", e.getMessage());
        }
    }

    @Test
    void aServerThatIsNotThereIsNamed() {
        for (String server : new String[] {"127.0.0.1:1", "[::1]:1"}) {
            TransportException e = failsToConnect("http://" + server + "/v1");
            assertThat(e.getMessage(), containsString("could not connect to " + server + ": "));
        }
        assertThat(
                failsToConnect("https://api.invalid/v1").getMessage(),
                containsString("could not resolve the name api.invalid"));
    }

    private static TransportException failsToConnect(String url) {
        HttpTransport transport = new HttpTransport(Optional.empty(), null);
        TransportException e =
                assertThrows(TransportException.class, () -> transport.send(Pair.post(url), Budget.of(Pair.LONG)));
        assertFalse(e.sent());
        assertFalse(e.timedOut());
        return e;
    }

    @Test
    void aReasonIsOneShortLineOfVisibleCharacters() {
        String text = "No name matching a\r\nb\u0000\u001b[31m\u009b\u2028\u202e" + "x".repeat(5000);
        TransportException e = new TransportException("failed", false, new IOException(text));
        assertEquals("failed: No name matching a??b??[31m???" + "x".repeat(170) + "...", e.getMessage());
    }
}
