package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import java.net.URI;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.LongSupplier;

/**
 * Sends requests to one server over HTTP/1.1, each on the calling thread, and keeps the connections.
 *
 * <p>What is at hand otherwise lacks: one deadline over connect, head and body of an attempt; a limit on the size of a
 * response; whether a failed request was sent; whether an idle connection is still alive after the sandbox was frozen.
 * Redirects are not followed, so that the key is sent only to the configured host.
 */
public final class HttpTransport {

    /** Servers and NAT gateways drop idle connections, which a frozen sandbox does not notice. */
    private static final long MAX_IDLE_MILLIS = 60_000;

    /** A connection without a request, and the time of day when its last one ended. */
    private record Idle(HttpConnection connection, long since) {}

    private final Optional<Proxy> proxy;
    private final Tls tls;
    private final LongSupplier timeOfDay;
    /** Of one server, so that any suits any request. No more than were ever in use at a time. */
    private final Deque<Idle> idle = new ConcurrentLinkedDeque<>();

    /**
     * @param proxy to connect through; empty for direct connections
     * @param tls used for https only
     */
    public HttpTransport(Optional<Proxy> proxy, Tls tls) {
        // The monotonic clock may stop while the sandbox is frozen.
        this(proxy, tls, System::currentTimeMillis);
    }

    HttpTransport(Optional<Proxy> proxy, Tls tls, LongSupplier timeOfDay) {
        this.proxy = proxy;
        this.tls = tls;
        this.timeOfDay = timeOfDay;
    }

    /**
     * Opens a connection for the first request. If that fails, the request opens its own and reports the failure.
     *
     * @param uri any URL of the server
     */
    public void connectAhead(URI uri, Budget budget) {
        try {
            keep(HttpConnection.open(Origin.of(uri), proxy, tls, budget));
        } catch (TransportException e) {
            // The first request connects again.
        }
    }

    /** Reads session tickets of {@link #connectAhead}, so that nothing is left to read before the first request. */
    public void readPendingRecords() {
        HttpConnection connection = idleConnection();
        if (connection != null && connection.readPendingRecords()) {
            keep(connection);
        } else if (connection != null) {
            connection.close();
        }
    }

    /**
     * Sends a request, on an idle connection if there is one. One that turns out to be closed before the request was
     * sent is replaced without a word.
     *
     * @param budget for all of it, from connecting to the last byte of the response
     * @return the response with any status
     * @throws TransportException if there is no complete response within the budget
     */
    public HttpResponse send(HttpRequest request, Budget budget) throws TransportException {
        byte[] bytes = request.bytes();
        for (HttpConnection connection = idleConnection(); connection != null; connection = idleConnection()) {
            try {
                return send(connection, bytes, budget);
            } catch (TransportException e) {
                if (e.sent() || e.timedOut()) {
                    throw e;
                }
            }
        }
        return send(HttpConnection.open(Origin.of(request.uri()), proxy, tls, budget), bytes, budget);
    }

    /**
     * Like {@link #send}, on a new connection, since an idle one may fail as the last did; closes an idle one in
     * exchange.
     */
    public HttpResponse sendOnNewConnection(HttpRequest request, Budget budget) throws TransportException {
        Idle replaced = idle.poll();
        if (replaced != null) {
            replaced.connection.close();
        }
        return send(HttpConnection.open(Origin.of(request.uri()), proxy, tls, budget), request.bytes(), budget);
    }

    private HttpResponse send(HttpConnection connection, byte[] request, Budget budget) throws TransportException {
        try {
            return connection.exchange(request, budget);
        } finally {
            if (connection.isReusable()) {
                keep(connection);
            } else {
                connection.close();
            }
        }
    }

    /** Closes the idle connections, after a response that belonged to another request. */
    public void closeIdle() {
        for (Idle next = idle.poll(); next != null; next = idle.poll()) {
            next.connection.close();
        }
    }

    private void keep(HttpConnection connection) {
        idle.push(new Idle(connection, timeOfDay.getAsLong()));
    }

    private HttpConnection idleConnection() {
        for (Idle next = idle.poll(); next != null; next = idle.poll()) {
            long millis = timeOfDay.getAsLong() - next.since;
            // Negative if the clock was set back, so that the time is unknown.
            if (millis >= 0 && millis < MAX_IDLE_MILLIS) {
                return next.connection;
            }
            next.connection.close();
        }
        return null;
    }
}
