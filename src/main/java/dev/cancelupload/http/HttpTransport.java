package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Sends the REST client's requests over HTTP/1.1 with its own connection pool, on the calling thread. It is the last
 * request filter and supplies the response by {@link ClientRequestContext#abortWith}, as JAX-RS intends; as the first
 * response filter it supplies the response's body.
 *
 * <p>The client's own transport lacks: one deadline over connect, head and body of an attempt; a limit on the size of a
 * response; whether a failed request was sent; whether an idle connection is still alive after the sandbox was frozen.
 * Redirects are not followed, so that the key is sent only to the configured host.
 */
public final class HttpTransport implements ClientRequestFilter, ClientResponseFilter {

    /** The priority to register it with, so that it is the last request filter and the first response filter. */
    public static final int PRIORITY = Integer.MAX_VALUE;

    /** Enough for the highest concurrency, so that a clean-up can reuse all its connections. */
    private static final int MAX_IDLE = 100;

    /** The request property in which Quarkus stores the arguments of the client's method. */
    private static final String INVOKED_METHOD_PARAMETERS = "io.quarkus.rest.client.invokedMethodParameters";

    /** The request property with the response's body. */
    private static final String BODY = HttpTransport.class.getName() + ".body";

    private final Optional<Proxy> proxy;
    private final Tls tls;
    private final Deque<HttpConnection> idle = new ConcurrentLinkedDeque<>();

    /**
     * @param proxy to connect through; empty for direct connections
     * @param tls used for https only
     */
    public HttpTransport(Optional<Proxy> proxy, Tls tls) {
        this.proxy = proxy;
        this.tls = tls;
    }

    /**
     * Opens a connection for the first request. If that fails, the request opens its own and reports the failure.
     *
     * @param uri any URL of the server
     * @param budget for connecting, without the DNS look-up, which takes as long as the resolver does
     */
    public void connectAhead(URI uri, Budget budget) {
        try {
            returnToPool(HttpConnection.open(Origin.of(uri), proxy, tls, HostResolver.UNBOUNDED, budget));
        } catch (TransportException e) {
            // The first request connects again and reports the failure.
        }
    }

    /**
     * Reads the TLS records that follow the handshake, such as session tickets, so that nothing is left to read before
     * the first request.
     */
    public void readPendingRecords() {
        HttpConnection connection = idle.poll();
        if (connection != null && connection.readPendingRecords()) {
            idle.push(connection);
        } else if (connection != null) {
            connection.close();
        }
    }

    /**
     * Sends a request without the REST client, on a connection that is not pooled.
     *
     * @param uri of the server; the path is always {@code /}
     * @param headers in their order; {@code Host} and {@code Content-Length} are added
     * @return the response with any status
     * @throws TransportException if there is no complete response within the budget
     */
    public HttpResponse post(URI uri, Map<String, String> headers, byte[] body, Budget budget)
            throws TransportException {
        StringBuilder head =
                new StringBuilder(2048).append("POST / HTTP/1.1\r\nHost: ").append(uri.getRawAuthority());
        headers.forEach(
                (name, value) -> head.append("\r\n").append(name).append(": ").append(value));
        byte[] start = head.append("\r\nConnection: close\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n\r\n")
                .toString()
                .getBytes(StandardCharsets.ISO_8859_1);
        byte[] request = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, request, start.length, body.length);
        try (HttpConnection connection =
                HttpConnection.open(Origin.of(uri), proxy, tls, HostResolver.WITHIN_BUDGET, budget)) {
            return connection.exchange(request, budget);
        }
    }

    /** @throws TransportException if there is no complete response within the attempt's budget */
    @Override
    public void filter(ClientRequestContext request) throws IOException {
        HttpResponse response = send(request);
        Response.ResponseBuilder builder = Response.status(response.status());
        for (Map.Entry<String, List<String>> field : response.headers().entrySet()) {
            for (String value : field.getValue()) {
                if (field.getKey().equals("content-type") && !isMediaType(value)) {
                    continue; // JAX-RS would fail on it, and the body is parsed without it.
                }
                builder.header(field.getKey(), value);
            }
        }
        request.setProperty(BODY, new ByteArrayInputStream(response.body()));
        request.abortWith(builder.build());
    }

    /**
     * Supplies the body. As the entity of the response the REST client would look for a writer, which writes it to a
     * buffer, and read it from there.
     */
    @Override
    public void filter(ClientRequestContext request, ClientResponseContext response) {
        // Without a response the REST client calls this too.
        if (request.getProperty(BODY) instanceof InputStream body) {
            response.setEntityStream(body);
        }
    }

    private HttpResponse send(ClientRequestContext request) throws IOException {
        Exchange exchange = exchangeOf(request);
        if (exchange instanceof Exchange.CannedResponse canned) {
            return new ResponseParser(new ByteArrayInputStream(canned.response())).read();
        }
        Exchange.OverNetwork network = (Exchange.OverNetwork) exchange;
        Origin origin = Origin.of(request.getUri());
        return network.onNewConnection()
                ? replaceIdleConnection(origin, head(request), network.budget())
                : exchange(origin, head(request), network.budget());
    }

    private static Exchange exchangeOf(ClientRequestContext request) {
        List<?> parameters = (List<?>) request.getProperty(INVOKED_METHOD_PARAMETERS);
        return (Exchange) parameters.get(parameters.size() - 1);
    }

    private static boolean isMediaType(String value) {
        try {
            MediaType.valueOf(value);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Uses an idle connection if there is one, otherwise a new one. */
    HttpResponse exchange(Origin origin, byte[] request, Budget budget) throws TransportException {
        for (HttpConnection connection = idleConnection(); connection != null; connection = idleConnection()) {
            try {
                return exchange(connection, request, budget);
            } catch (TransportException e) {
                if (e.sent() || e.timedOut()) {
                    throw e;
                }
                // The connection was dropped while idle: try the next one.
            }
        }
        return exchangeOnNewConnection(origin, request, budget);
    }

    /** Uses a new connection, since an idle one may fail as the last did, and closes an idle one in exchange. */
    private HttpResponse replaceIdleConnection(Origin origin, byte[] request, Budget budget) throws TransportException {
        HttpConnection replaced = idle.poll();
        if (replaced != null) {
            replaced.close();
        }
        return exchangeOnNewConnection(origin, request, budget);
    }

    private HttpResponse exchangeOnNewConnection(Origin origin, byte[] request, Budget budget)
            throws TransportException {
        return exchange(HttpConnection.open(origin, proxy, tls, HostResolver.WITHIN_BUDGET, budget), request, budget);
    }

    private HttpResponse exchange(HttpConnection connection, byte[] request, Budget budget) throws TransportException {
        boolean keep = false;
        try {
            HttpResponse response = connection.exchange(request, budget);
            keep = connection.isReusable() && idle.size() < MAX_IDLE;
            return response;
        } finally {
            if (keep) {
                returnToPool(connection);
            } else {
                connection.close();
            }
        }
    }

    /** Closes the idle connections, after a response that belonged to another request. */
    public void closeIdle() {
        for (HttpConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    private void returnToPool(HttpConnection connection) {
        connection.markIdle();
        idle.push(connection);
    }

    /** Any idle connection is suitable, since all requests go to one origin. */
    private HttpConnection idleConnection() {
        for (HttpConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
            if (connection.isRecentlyUsed()) {
                return connection;
            }
            connection.close();
        }
        return null;
    }

    private static byte[] head(ClientRequestContext request) {
        URI uri = request.getUri();
        StringBuilder head = new StringBuilder(512)
                .append(request.getMethod())
                .append(' ')
                .append(uri.getRawPath())
                .append(" HTTP/1.1\r\n")
                .append("Host: ")
                .append(uri.getRawAuthority())
                .append("\r\n");
        request.getStringHeaders()
                .forEach((name, values) -> values.forEach(
                        value -> head.append(name).append(": ").append(value).append("\r\n")));
        return head.append("Content-Length: 0\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
