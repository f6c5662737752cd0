package dev.cancelupload.http;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import java.io.Closeable;
import java.io.IOException;
import java.net.ProtocolException;
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
        this.reader = new ResponseReader(bytes -> stream.read(bytes, budget));
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
        try {
            if (proxy.isPresent()) {
                tcp = TcpStream.connect(proxy.get().host(), proxy.get().port(), budget);
                openTunnel(tcp, proxy.get().request(origin), budget);
            } else {
                tcp = TcpStream.connect(origin.host(), origin.port(), budget);
            }
            return new HttpConnection(origin.tls() ? tls.connect(tcp, origin.host(), origin.port(), budget) : tcp);
        } catch (IOException e) {
            if (tcp != null) {
                tcp.close();
            }
            String what = e instanceof SSLException ? "TLS handshake failed with " : "could not connect to ";
            String way = proxy.isPresent() ? " through the proxy " + proxy.get() + " of HTTPS_PROXY" : "";
            throw new TransportException(what + origin + way, false, e);
        }
    }

    private static void openTunnel(TcpStream tcp, byte[] request, Budget budget) throws IOException {
        tcp.write(request);
        int status =
                new ResponseReader(bytes -> tcp.read(bytes, budget)).read(true).status();
        if (status > 299) {
            throw new IOException("the proxy answered HTTP " + status);
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
        reusable = false;
        boolean sent = false;
        try {
            if (stream.hasUnread()) {
                throw new ProtocolException("the server had sent something before it");
            }
            budget.remainingMillis();
            sent = true;
            stream.write(request);
            HttpResponse response = reader.read(false);
            if (isMoreAfterResponse() && usedBefore) {
                throw new ProtocolException("more followed it, so that it may be another request's");
            }
            usedBefore = true;
            return response;
        } catch (IOException e) {
            throw new TransportException(sent ? "no usable answer came" : "the request was not sent", sent, e);
        }
    }

    private boolean isMoreAfterResponse() {
        try {
            boolean more = reader.hasMore() || stream.hasUnread();
            reusable = !more && reader.isReusable();
            return more;
        } catch (IOException e) {
            return false; // The server has closed the connection.
        }
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
            return !stream.hasUnread();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        stream.close();
    }
}
