package dev.cancelupload.http;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** One connection to the server, which carries one exchange at a time. */
final class HttpConnection implements Closeable {

    /** Longer than any healthy server needs, and short enough to leave an attempt the time for its answer. */
    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    /** Servers and NAT gateways drop idle connections, and a frozen sandbox does not hear of it. */
    private static final long LONGEST_IDLE_MILLIS = Duration.ofSeconds(60).toMillis();

    private final DeadlineSocket raw;
    private final InputStream in;
    private final OutputStream out;
    private final AnswerParser answers;
    private long idleSince;

    private HttpConnection(DeadlineSocket raw, InputStream in, OutputStream out) {
        this.raw = raw;
        this.in = in;
        this.out = out;
        this.answers = new AnswerParser(in);
    }

    /**
     * Connects, with TLS if the origin says so, through the proxy if there is one.
     *
     * @throws TransportException if there is no connection within the budget, or none that can be trusted
     */
    static HttpConnection open(
            Origin origin, Optional<Proxy> proxy, SSLSocketFactory tls, Lookup lookup, Budget attempt)
            throws TransportException {
        Budget budget = attempt.atMost(CONNECT_TIMEOUT);
        DeadlineSocket raw = null;
        try {
            raw = proxy.isPresent()
                    ? tunnel(proxy.get(), origin, lookup, budget)
                    : connect(origin.host(), origin.port(), lookup, budget);
            Socket socket = origin.tls() ? handshake(raw, origin, tls) : raw;
            return new HttpConnection(raw, socket.getInputStream(), socket.getOutputStream());
        } catch (TransportException e) {
            throw e;
        } catch (IOException e) {
            closeQuietly(raw);
            throw notConnected(origin, e);
        }
    }

    private static DeadlineSocket tunnel(Proxy proxy, Origin origin, Lookup lookup, Budget budget)
            throws TransportException {
        DeadlineSocket raw = null;
        try {
            raw = connect(proxy.host(), proxy.port(), lookup, budget);
            raw.getOutputStream().write(proxy.request(origin));
            int status = new AnswerParser(raw.getInputStream()).readTunnel();
            if (status >= 200 && status < 300) {
                return raw;
            }
            throw new IOException("it answered HTTP " + status);
        } catch (AnswerParser.PrematureEndException e) {
            closeQuietly(raw);
            throw noTunnel(proxy, origin, "it closed the connection", false);
        } catch (UnknownHostException e) {
            throw noTunnel(proxy, origin, "its name could not be resolved", false);
        } catch (IOException e) {
            closeQuietly(raw);
            throw noTunnel(proxy, origin, isTimeout(e) ? "not in time" : e.getMessage(), isTimeout(e));
        }
    }

    private static TransportException noTunnel(Proxy proxy, Origin origin, String reason, boolean timedOut) {
        return new TransportException(
                "could not connect to " + origin + " through the proxy " + proxy + " of HTTPS_PROXY (" + reason + ")",
                false,
                timedOut);
    }

    private static DeadlineSocket connect(String host, int port, Lookup lookup, Budget budget) throws IOException {
        IOException last = null;
        for (InetAddress address : lookup.resolve(host, budget)) {
            DeadlineSocket socket = new DeadlineSocket(budget);
            try {
                socket.connect(new InetSocketAddress(address, port), budget.leftForSocket());
                return socket;
            } catch (IOException e) {
                closeQuietly(socket);
                last = e;
            }
        }
        throw last == null ? new UnknownHostException(host) : last;
    }

    private static Socket handshake(DeadlineSocket raw, Origin origin, SSLSocketFactory tls) throws IOException {
        SSLSocket socket = (SSLSocket) tls.createSocket(raw, origin.host(), origin.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static TransportException notConnected(Origin origin, IOException e) {
        if (isTimeout(e)) {
            return new TransportException("could not connect to " + origin + " in time", false, true);
        }
        if (e instanceof UnknownHostException) {
            return new TransportException("could not resolve the name " + origin.host(), false, false);
        }
        if (e instanceof SSLException) {
            return new TransportException(
                    "could not agree on TLS with " + origin + " (" + e.getMessage() + ")", false, false);
        }
        return new TransportException("could not connect to " + origin + " (" + e.getMessage() + ")", false, false);
    }

    private static boolean isTimeout(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof DeadlineException || cause instanceof java.net.SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Sends a request and waits for its answer. The connection is of no use after an exception.
     *
     * @param request head and body as they go over the wire
     * @throws TransportException if no complete answer came within the budget
     */
    HttpAnswer exchange(byte[] request, Budget attempt) throws TransportException {
        raw.useWithin(attempt);
        try {
            out.write(request);
            out.flush();
            return answers.read();
        } catch (AnswerParser.MalformedAnswerException e) {
            throw new TransportException("the answer was not usable: " + e.getMessage(), true, false);
        } catch (IOException e) {
            if (isTimeout(e)) {
                throw new TransportException("no complete answer came in time", true, true);
            }
            throw new TransportException("the connection ended before the answer was complete", true, false);
        }
    }

    /** Whether another request can follow the answer that was read last. */
    boolean isReusable() {
        return answers.isReusable();
    }

    void rest() {
        restAt(System.currentTimeMillis());
    }

    void restAt(long timeOfDay) {
        idleSince = timeOfDay;
    }

    /** Whether an idle connection can still be used, as far as can be told without sending anything. */
    boolean isAlive() {
        // The time of day, since the other clock may stand still while the sandbox is frozen.
        return isAliveAt(System.currentTimeMillis());
    }

    boolean isAliveAt(long timeOfDay) {
        // Less than nothing if the clock was set back: then nobody knows how long it was.
        long idle = timeOfDay - idleSince;
        return idle >= 0 && idle < LONGEST_IDLE_MILLIS && (raw.isSilent() || hadNothingToSay() && raw.isSilent());
    }

    /**
     * Whether what the server sent was nothing for us: in TLS 1.3 session tickets follow the handshake, and lie unread in a
     * connection that has carried no request yet.
     */
    private boolean hadNothingToSay() {
        raw.useWithoutWaiting();
        try {
            in.read();
            return false;
        } catch (IOException e) {
            return isTimeout(e);
        }
    }

    /** Closes without a farewell, so that it cannot wait for anyone. */
    @Override
    public void close() {
        closeQuietly(raw);
    }

    private static void closeQuietly(Closeable socket) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
    }
}
