package dev.cancelupload.http;

import dev.cancelupload.http.PeerStream.Pending;
import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** One connection to the server, which carries one exchange at a time. */
final class HttpConnection implements Closeable {

    /** Longer than any healthy server needs, and short enough to leave an attempt the time for its answer. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Servers and NAT gateways drop idle connections, and a frozen sandbox does not hear of it. */
    private static final long LONGEST_IDLE_MILLIS = Duration.ofSeconds(60).toMillis();

    private final PeerStream stream;
    private final Incoming incoming;
    private final ResponseParser answers;
    private boolean used;
    private boolean reusable;
    private long idleSince;

    private HttpConnection(PeerStream stream) {
        this.stream = stream;
        this.incoming = new Incoming(stream);
        this.answers = new ResponseParser(incoming);
    }

    /**
     * Connects, with TLS if the origin says so, through the proxy if there is one.
     *
     * @throws TransportException if there is no connection within the budget, or none that can be trusted
     */
    static HttpConnection open(
            Origin origin, Optional<Proxy> proxy, SSLContext tls, HostResolver lookup, Budget attempt)
            throws TransportException {
        Budget budget = attempt.atMost(CONNECT_TIMEOUT);
        DeadlineSocket socket = null;
        HttpConnection connection = null;
        try {
            socket = proxy.isPresent()
                    ? tunnel(proxy.get(), origin, lookup, budget)
                    : connect(origin.host(), origin.port(), lookup, budget);
            connection =
                    new HttpConnection(origin.tls() ? TlsStream.over(socket, Tls.engine(tls, origin), budget) : socket);
            return connection;
        } catch (TransportException e) {
            throw e;
        } catch (IOException e) {
            throw notConnected(origin, e);
        } finally {
            if (connection == null && socket != null) {
                socket.close();
            }
        }
    }

    private static DeadlineSocket connect(String host, int port, HostResolver lookup, Budget budget)
            throws IOException {
        return DeadlineSocket.connect(List.of(lookup.resolve(host, budget)), port, budget);
    }

    private static DeadlineSocket tunnel(Proxy proxy, Origin origin, HostResolver lookup, Budget budget)
            throws TransportException {
        DeadlineSocket socket = null;
        boolean tunnelled = false;
        try {
            socket = connect(proxy.host(), proxy.port(), lookup, budget);
            socket.write(ByteBuffer.wrap(proxy.request(origin)), budget);
            Incoming incoming = new Incoming(socket);
            incoming.useWithin(budget);
            int status = new ResponseParser(incoming).readTunnel();
            if (status < 200 || status > 299) {
                throw new IOException("it answered HTTP " + status);
            }
            tunnelled = true;
            return socket;
        } catch (IOException e) {
            throw noTunnel(proxy, origin, e);
        } finally {
            if (!tunnelled && socket != null) {
                socket.close();
            }
        }
    }

    private static TransportException noTunnel(Proxy proxy, Origin origin, IOException e) {
        boolean timedOut = e instanceof DeadlineException;
        String reason = timedOut
                ? "not in time"
                : e instanceof UnknownHostException
                        ? "its name could not be resolved"
                        : e instanceof ResponseParser.PrematureEndException
                                ? "it closed the connection"
                                : TransportException.reason(e);
        return new TransportException(
                "could not connect to " + origin + " through the proxy " + proxy + " of HTTPS_PROXY (" + reason + ")",
                false,
                timedOut,
                e);
    }

    private static TransportException notConnected(Origin origin, IOException e) {
        if (e instanceof DeadlineException) {
            return new TransportException("could not connect to " + origin + " in time", false, true, e);
        }
        if (e instanceof UnknownHostException) {
            return new TransportException("could not resolve the name " + origin.host(), false, false, e);
        }
        String what = e instanceof SSLException ? "could not agree on TLS with " : "could not connect to ";
        return new TransportException(what + origin + " (" + TransportException.reason(e) + ")", false, false, e);
    }

    /**
     * Sends a request and waits for its answer. The connection is of no use after an exception.
     *
     * <p>HTTP/1.1 has nothing but the order to tell whose an answer is. So a request is sent only while nothing is
     * pending, and an answer that is followed by more, on a connection that has carried a request before, is nobody's:
     * it may be a late one to the request before, and what follows the answer to this one.
     *
     * @param request head and body as they go over the wire
     * @throws TransportException if no complete answer came within the budget
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-9.2">RFC 9112: Associating a Response to a
     *     Request</a>
     */
    HttpResponse exchange(byte[] request, Budget attempt) throws TransportException {
        requireNothingPending();
        if (attempt.isSpent()) {
            throw new TransportException("the time was over before the request was sent", false, true, null);
        }
        incoming.useWithin(attempt);
        HttpResponse answer;
        try {
            send(request, attempt);
            answer = answers.read();
        } catch (ResponseParser.MalformedAnswerException e) {
            throw new TransportException("the answer was not usable: " + e.getMessage(), true, false, e);
        } catch (DeadlineException e) {
            throw new TransportException("no complete answer came in time", true, true, e);
        } catch (IOException e) {
            throw new TransportException(
                    "the connection ended before the answer was complete" + inBrackets(e), true, false, e);
        }
        Pending after = pendingAfterAnswer();
        if (after == Pending.BYTES && used) {
            throw new TransportException(
                    "the answer was not usable: more followed it, so that it may be another request's",
                    true,
                    false,
                    null);
        }
        used = true;
        reusable = after == Pending.NOTHING && answers.isReusable();
        return answer;
    }

    private void requireNothingPending() throws TransportException {
        Pending before;
        try {
            before = stream.pending();
        } catch (IOException e) {
            throw new TransportException(
                    "the connection ended before the request was sent" + inBrackets(e), false, false, e);
        }
        if (before == Pending.END) {
            throw new TransportException("the connection ended before the request was sent", false, false, null);
        }
        if (before == Pending.BYTES) {
            throw new TransportException("the server sent something before the request was sent", false, false, null);
        }
    }

    private void send(byte[] request, Budget attempt) throws IOException {
        try {
            stream.write(ByteBuffer.wrap(request), attempt);
        } catch (DeadlineException e) {
            throw e;
        } catch (IOException e) {
            // What the server said before it closed tells more: a TLS alert is thrown here.
            stream.pending();
            throw e;
        }
    }

    private Pending pendingAfterAnswer() {
        if (!answers.isDrained()) {
            return Pending.BYTES;
        }
        try {
            return stream.pending();
        } catch (IOException e) {
            return Pending.END;
        }
    }

    private static String inBrackets(IOException e) {
        return e instanceof ResponseParser.PrematureEndException ? "" : " (" + TransportException.reason(e) + ")";
    }

    /** Whether another request can follow the answer that was read last. */
    boolean isReusable() {
        return reusable;
    }

    void rest() {
        restAt(System.currentTimeMillis());
    }

    void restAt(long timeOfDay) {
        idleSince = timeOfDay;
    }

    /** Whether it has been idle for so short a time that the server will still know of it. */
    boolean isRecent() {
        // The time of day, since the other clock may stand still while the sandbox is frozen.
        return isRecentAt(System.currentTimeMillis());
    }

    boolean isRecentAt(long timeOfDay) {
        // Less than nothing if the clock was set back: then nobody knows how long it was.
        long idle = timeOfDay - idleSince;
        return idle >= 0 && idle < LONGEST_IDLE_MILLIS;
    }

    /**
     * Reads away what may follow a handshake, without waiting.
     *
     * @return whether nothing else is pending
     */
    boolean settle() {
        try {
            return stream.pending() == Pending.NOTHING;
        } catch (IOException e) {
            return false;
        }
    }

    /** Closes without a farewell, so that it cannot wait for anyone. */
    @Override
    public void close() {
        stream.close();
    }

    /** What comes, within the budget of the attempt. */
    private static final class Incoming extends InputStream {

        private final PeerStream stream;
        private Budget budget;

        Incoming(PeerStream stream) {
            this.stream = stream;
        }

        void useWithin(Budget budget) {
            this.budget = budget;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            return length == 0 ? 0 : stream.read(ByteBuffer.wrap(bytes, offset, length), budget);
        }
    }
}
