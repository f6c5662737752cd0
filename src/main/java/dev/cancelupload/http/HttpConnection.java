package dev.cancelupload.http;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.ByteStream.Unread;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import dev.cancelupload.tls.Tls;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** A connection to the server for one exchange at a time. */
final class HttpConnection implements Closeable {

    /** Longer than a healthy server needs, and short enough to leave time for the response. */
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final ByteStream stream;
    private final ResponseReader reader;
    /** Of the exchange that is going on. */
    private Budget budget;

    private boolean usedBefore;
    private boolean reusable;

    private HttpConnection(ByteStream stream) {
        this.stream = stream;
        this.reader = new ResponseReader(bytes -> stream.read(bytes, 0, bytes.length, budget));
    }

    /**
     * Connects: with TLS if the origin is https, and through the proxy if there is one.
     *
     * @throws TransportException if connecting fails, takes longer than the budget, or the server cannot be trusted
     */
    static HttpConnection open(Origin origin, Optional<Proxy> proxy, Tls tls, Budget attempt)
            throws TransportException {
        Budget budget = attempt.atMost(CONNECT_TIMEOUT);
        TcpStream tcp = null;
        boolean opened = false;
        try {
            tcp = proxy.isPresent()
                    ? openTunnel(proxy.get(), origin, budget)
                    : TcpStream.connect(origin.host(), origin.port(), budget);
            ByteStream stream = origin.tls() ? tls.connect(tcp, origin.host(), origin.port(), budget) : tcp;
            opened = true;
            return new HttpConnection(stream);
        } catch (TransportException e) {
            throw e;
        } catch (DeadlineException e) {
            throw new TransportException("could not connect to " + origin + " in time", false, true, e);
        } catch (UnknownHostException e) {
            throw new TransportException("could not resolve the name " + origin.host(), false, false, e);
        } catch (IOException e) {
            String what = e instanceof SSLException ? "TLS handshake failed with " : "could not connect to ";
            throw new TransportException(what + origin + inBrackets(e), false, false, e);
        } finally {
            if (!opened && tcp != null) {
                tcp.close();
            }
        }
    }

    private static TcpStream openTunnel(Proxy proxy, Origin origin, Budget budget) throws TransportException {
        TcpStream tcp = null;
        boolean opened = false;
        try {
            TcpStream connected = TcpStream.connect(proxy.host(), proxy.port(), budget);
            tcp = connected;
            byte[] request = proxy.request(origin);
            tcp.write(request, request.length, budget);
            ResponseReader reader = new ResponseReader(bytes -> connected.read(bytes, 0, bytes.length, budget));
            int status = reader.read(true).status();
            if (status > 299) {
                throw new IOException("it answered HTTP " + status);
            }
            if (reader.hasMore()) {
                throw new IOException("its answer has data after its head");
            }
            opened = true;
            return tcp;
        } catch (IOException e) {
            boolean timedOut = e instanceof DeadlineException;
            String reason = timedOut
                    ? " (timed out)"
                    : e instanceof UnknownHostException ? " (its name could not be resolved)" : inBrackets(e);
            String what = "could not connect to " + origin + " through the proxy " + proxy + " of HTTPS_PROXY";
            throw new TransportException(what + reason, false, timedOut, e);
        } finally {
            if (!opened && tcp != null) {
                tcp.close();
            }
        }
    }

    /**
     * Sends a request and waits for its response. After an exception the connection cannot be used again.
     *
     * <p>HTTP/1.1 assigns responses to requests by their order alone. So a request is sent only if nothing is left to
     * read; and if more follows the response on a connection that was used before, the response is refused: it may be a
     * late one to an earlier request, and what follows the one to this request.
     *
     * @param request head and body as sent over the wire
     * @throws TransportException if no complete response arrives within the budget
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-9.2">RFC 9112: Associating Responses</a>
     */
    HttpResponse exchange(byte[] request, Budget budget) throws TransportException {
        this.budget = budget;
        requireNothingUnread();
        if (budget.isSpent()) {
            throw new TransportException("timed out before the request was sent", false, true, null);
        }
        HttpResponse response;
        try {
            send(request);
            response = reader.read(false);
        } catch (ProtocolException e) {
            throw new TransportException("the answer was not usable: " + e.getMessage(), true, false, e);
        } catch (DeadlineException e) {
            throw new TransportException("timed out before the answer was complete", true, true, e);
        } catch (EOFException e) {
            throw new TransportException("the connection ended before the answer was complete", true, false, e);
        } catch (IOException e) {
            throw new TransportException(
                    "the connection ended before the answer was complete" + inBrackets(e), true, false, e);
        }
        Unread after = unreadAfterResponse();
        if (after == Unread.DATA && usedBefore) {
            throw new TransportException(
                    "the answer was not usable: more followed it, so that it may be another request's",
                    true,
                    false,
                    null);
        }
        usedBefore = true;
        reusable = after == Unread.NOTHING && reader.isReusable();
        return response;
    }

    private void requireNothingUnread() throws TransportException {
        String problem;
        try {
            switch (stream.checkUnread()) {
                case NOTHING -> {
                    return;
                }
                case DATA -> problem = "the server sent something before the request was sent";
                default -> problem = "the connection ended before the request was sent";
            }
        } catch (IOException e) {
            problem = "the connection ended before the request was sent" + inBrackets(e);
        }
        throw new TransportException(problem, false, false, null);
    }

    private void send(byte[] request) throws IOException {
        try {
            stream.write(request, request.length, budget);
        } catch (DeadlineException e) {
            throw e;
        } catch (IOException e) {
            // If the server sent a TLS alert before it closed, this throws it: it says more than e.
            stream.checkUnread();
            throw e;
        }
    }

    private Unread unreadAfterResponse() {
        try {
            return reader.hasMore() ? Unread.DATA : stream.checkUnread();
        } catch (IOException e) {
            return Unread.END_OF_STREAM;
        }
    }

    private static String inBrackets(IOException e) {
        return " (" + TransportException.reason(e) + ")";
    }

    /** Whether another request can follow the last response. */
    boolean isReusable() {
        return reusable;
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

    @Override
    public void close() {
        stream.close();
    }
}
