package dev.cancelupload.http;

import dev.cancelupload.http.PeerStream.Unread;
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
import javax.net.ssl.SSLException;

/** A connection to the server for one exchange at a time. */
final class HttpConnection implements Closeable {

    /** Longer than a healthy server needs, and short enough to leave time for the response. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Servers and NAT gateways drop idle connections, which a frozen sandbox does not notice. */
    private static final long MAX_IDLE_MILLIS = Duration.ofSeconds(60).toMillis();

    private final PeerStream stream;
    private final BudgetedInput input;
    private final ResponseParser parser;
    private boolean usedBefore;
    private boolean reusable;
    private long idleSince;

    private HttpConnection(PeerStream stream) {
        this.stream = stream;
        this.input = new BudgetedInput(stream);
        this.parser = new ResponseParser(input);
    }

    /**
     * Connects: with TLS if the origin is https, and through the proxy if there is one.
     *
     * @throws TransportException if connecting fails, takes longer than the budget, or the server cannot be trusted
     */
    static HttpConnection open(Origin origin, Optional<Proxy> proxy, Tls tls, HostResolver resolver, Budget attempt)
            throws TransportException {
        Budget budget = attempt.atMost(CONNECT_TIMEOUT);
        DeadlineSocket socket = null;
        HttpConnection connection = null;
        try {
            socket = proxy.isPresent()
                    ? openTunnel(proxy.get(), origin, resolver, budget)
                    : connect(origin.host(), origin.port(), resolver, budget);
            connection = new HttpConnection(origin.tls() ? tls.connect(socket, origin, budget) : socket);
            return connection;
        } catch (TransportException e) {
            throw e;
        } catch (IOException e) {
            throw connectFailure(origin, e);
        } finally {
            if (connection == null && socket != null) {
                socket.close();
            }
        }
    }

    private static DeadlineSocket connect(String host, int port, HostResolver resolver, Budget budget)
            throws IOException {
        return DeadlineSocket.connect(List.of(resolver.resolve(host, budget)), port, budget);
    }

    private static DeadlineSocket openTunnel(Proxy proxy, Origin origin, HostResolver resolver, Budget budget)
            throws TransportException {
        DeadlineSocket socket = null;
        boolean tunnelled = false;
        try {
            socket = connect(proxy.host(), proxy.port(), resolver, budget);
            socket.write(ByteBuffer.wrap(proxy.request(origin)), budget);
            BudgetedInput input = new BudgetedInput(socket);
            input.setBudget(budget);
            int status = new ResponseParser(input).readTunnelStatus();
            if (status < 200 || status > 299) {
                throw new IOException("it answered HTTP " + status);
            }
            tunnelled = true;
            return socket;
        } catch (IOException e) {
            throw tunnelFailure(proxy, origin, e);
        } finally {
            if (!tunnelled && socket != null) {
                socket.close();
            }
        }
    }

    private static TransportException tunnelFailure(Proxy proxy, Origin origin, IOException e) {
        boolean timedOut = e instanceof DeadlineException;
        String reason = timedOut
                ? "timed out"
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

    private static TransportException connectFailure(Origin origin, IOException e) {
        if (e instanceof DeadlineException) {
            return new TransportException("could not connect to " + origin + " in time", false, true, e);
        }
        if (e instanceof UnknownHostException) {
            return new TransportException("could not resolve the name " + origin.host(), false, false, e);
        }
        String what = e instanceof SSLException ? "TLS handshake failed with " : "could not connect to ";
        return new TransportException(what + origin + " (" + TransportException.reason(e) + ")", false, false, e);
    }

    /**
     * Sends a request and waits for its response. After an exception the connection cannot be used again.
     *
     * <p>HTTP/1.1 assigns responses to requests by their order alone. So a request is sent only if nothing is left to
     * read; and if more data follows the response on a connection that was used before, the response is rejected: it
     * may be a late one to an earlier request, and the data after it the response to this one.
     *
     * @param request head and body as sent over the wire
     * @throws TransportException if no complete response arrives within the budget
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-9.2">RFC 9112: Associating Responses</a>
     */
    HttpResponse exchange(byte[] request, Budget attempt) throws TransportException {
        requireNothingUnread();
        if (attempt.isSpent()) {
            throw new TransportException("timed out before the request was sent", false, true, null);
        }
        input.setBudget(attempt);
        HttpResponse response;
        try {
            send(request, attempt);
            response = parser.read();
        } catch (ResponseParser.MalformedResponseException e) {
            throw new TransportException("the answer was not usable: " + e.getMessage(), true, false, e);
        } catch (DeadlineException e) {
            throw new TransportException("timed out before the answer was complete", true, true, e);
        } catch (IOException e) {
            throw new TransportException(
                    "the connection ended before the answer was complete" + reasonInBrackets(e), true, false, e);
        }
        Unread after = checkUnreadAfterResponse();
        if (after == Unread.DATA && usedBefore) {
            throw new TransportException(
                    "the answer was not usable: more followed it, so that it may be another request's",
                    true,
                    false,
                    null);
        }
        usedBefore = true;
        reusable = after == Unread.NOTHING && parser.isReusable();
        return response;
    }

    private void requireNothingUnread() throws TransportException {
        Unread before;
        try {
            before = stream.checkUnread();
        } catch (IOException e) {
            throw new TransportException(
                    "the connection ended before the request was sent" + reasonInBrackets(e), false, false, e);
        }
        if (before == Unread.END_OF_STREAM) {
            throw new TransportException("the connection ended before the request was sent", false, false, null);
        }
        if (before == Unread.DATA) {
            throw new TransportException("the server sent something before the request was sent", false, false, null);
        }
    }

    private void send(byte[] request, Budget attempt) throws IOException {
        try {
            stream.write(ByteBuffer.wrap(request), attempt);
        } catch (DeadlineException e) {
            throw e;
        } catch (IOException e) {
            // If the server sent a TLS alert before it closed, this throws it: it says more than e.
            stream.checkUnread();
            throw e;
        }
    }

    private Unread checkUnreadAfterResponse() {
        if (!parser.isFullyRead()) {
            return Unread.DATA;
        }
        try {
            return stream.checkUnread();
        } catch (IOException e) {
            return Unread.END_OF_STREAM;
        }
    }

    private static String reasonInBrackets(IOException e) {
        return e instanceof ResponseParser.PrematureEndException ? "" : " (" + TransportException.reason(e) + ")";
    }

    /** Whether another request can follow the last response. */
    boolean isReusable() {
        return reusable;
    }

    /** Remembers when the connection became idle. */
    void markIdle() {
        markIdleAt(System.currentTimeMillis());
    }

    void markIdleAt(long timeOfDay) {
        idleSince = timeOfDay;
    }

    /** Whether it has been idle for so short a time that the server has probably not dropped it. */
    boolean isRecentlyUsed() {
        // Wall-clock time, since the monotonic clock may stop while the sandbox is frozen.
        return isRecentlyUsedAt(System.currentTimeMillis());
    }

    boolean isRecentlyUsedAt(long timeOfDay) {
        // Negative if the clock went backwards; the idle time is then unknown.
        long idle = timeOfDay - idleSince;
        return idle >= 0 && idle < MAX_IDLE_MILLIS;
    }

    /**
     * Reads the TLS records that follow a handshake, such as session tickets, without waiting.
     *
     * @return whether nothing else is left to read
     */
    boolean readPendingRecords() {
        try {
            return stream.checkUnread() == Unread.NOTHING;
        } catch (IOException e) {
            return false;
        }
    }

    /** Closes TCP without TLS close_notify, which could block. */
    @Override
    public void close() {
        stream.close();
    }

    /** The input of the connection, bounded by the budget of the current attempt. */
    private static final class BudgetedInput extends InputStream {

        private final PeerStream stream;
        private Budget budget;

        BudgetedInput(PeerStream stream) {
            this.stream = stream;
        }

        void setBudget(Budget budget) {
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
