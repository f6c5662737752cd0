package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import javax.net.ssl.SSLContext;

/**
 * Carries the REST client's requests over HTTP/1.1 on connections of its own, on the calling thread. It is the last
 * request filter and answers by {@link ClientRequestContext#abortWith}, which JAX-RS provides for this.
 *
 * <p>The client's own transport could not keep this product's promises: one deadline over connect, head and body of an
 * attempt; a bound on the size of an answer; whether a failed request was sent; whether an idle connection is still
 * alive after the sandbox was frozen. It follows no redirect, so that the key goes to the configured address only.
 */
public final class HttpTransport implements ClientRequestFilter {

    /** The priority to register it with: that of the last filter. */
    public static final int PRIORITY = Integer.MAX_VALUE;

    /** As many as there are calls at a time, so that a clean-up makes no more connections than that. */
    private static final int MOST_IDLE = 100;

    /** Quarkus's request property with the arguments of the client's method. */
    private static final String INVOKED_METHOD_PARAMETERS = "io.quarkus.rest.client.invokedMethodParameters";

    private final Optional<Proxy> proxy;
    private final SSLContext tls;
    private final Deque<HttpConnection> idle = new ConcurrentLinkedDeque<>();

    /**
     * @param proxy makes the tunnels, if there is one
     * @param tls makes the TLS connections; only used for https
     */
    public HttpTransport(Optional<Proxy> proxy, SSLContext tls) {
        this.proxy = proxy;
        this.tls = tls;
    }

    /**
     * Opens a connection for the first request to come. If that fails, the request will open its own and say why.
     *
     * @param uri any address of the server
     * @param budget for everything but the look-up of the name, which takes as long as the resolver does
     */
    public void connectAhead(URI uri, Budget budget) {
        try {
            rest(HttpConnection.open(Origin.of(uri), proxy, tls, HostResolver.UNBOUNDED, budget));
        } catch (TransportException e) {
            // Nothing was lost.
        }
    }

    /**
     * Reads what the server has sent after the handshake: the session tickets of TLS 1.3. The first request then finds
     * a connection on which nothing is left to read.
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
     * Sends a request without the REST client, on a connection of its own.
     *
     * @param uri of the server; its path is ignored, and {@code /} sent
     * @param headers in the order in which they are sent; {@code Host} and {@code Content-Length} are added
     * @return whatever the server answers
     * @throws TransportException if there is no complete answer within the budget
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

    /** @throws TransportException if there is no complete answer within the attempt's budget */
    @Override
    public void filter(ClientRequestContext request) throws IOException {
        HttpResponse answer = send(request);
        Response.ResponseBuilder response = Response.status(answer.status());
        for (Map.Entry<String, List<String>> field : answer.headers().entrySet()) {
            for (String value : field.getValue()) {
                if (field.getKey().equals("content-type") && !isMediaType(value)) {
                    continue; // JAX-RS would fail on it, and the body tells by itself what it is.
                }
                response.header(field.getKey(), value);
            }
        }
        request.abortWith(
                response.entity(new ByteArrayInputStream(answer.body())).build());
    }

    private HttpResponse send(ClientRequestContext request) throws IOException {
        Exchange exchange = exchangeOf(request);
        if (exchange instanceof Exchange.CannedResponse canned) {
            return new ResponseParser(new ByteArrayInputStream(canned.response())).read();
        }
        Exchange.OverNetwork network = (Exchange.OverNetwork) exchange;
        Origin origin = Origin.of(request.getUri());
        return network.onNewConnection()
                ? inPlaceOfIdle(origin, head(request), network.budget())
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

    /** On an idle connection if there is one, else on a new one. */
    HttpResponse exchange(Origin origin, byte[] request, Budget budget) throws TransportException {
        for (HttpConnection connection = idleConnection(); connection != null; connection = idleConnection()) {
            try {
                return exchange(connection, request, budget);
            } catch (TransportException e) {
                if (e.sent() || e.timedOut()) {
                    throw e;
                }
                // It was of no use any more, which shows only now.
            }
        }
        return onNew(origin, request, budget);
    }

    /**
     * What made an attempt fail on one connection may be wrong with another; and there are to be no more than before.
     */
    private HttpResponse inPlaceOfIdle(Origin origin, byte[] request, Budget budget) throws TransportException {
        HttpConnection other = idle.poll();
        if (other != null) {
            other.close();
        }
        return onNew(origin, request, budget);
    }

    private HttpResponse onNew(Origin origin, byte[] request, Budget budget) throws TransportException {
        return exchange(HttpConnection.open(origin, proxy, tls, HostResolver.WITHIN_BUDGET, budget), request, budget);
    }

    private HttpResponse exchange(HttpConnection connection, byte[] request, Budget budget) throws TransportException {
        boolean keep = false;
        try {
            HttpResponse answer = connection.exchange(request, budget);
            keep = connection.isReusable() && idle.size() < MOST_IDLE;
            return answer;
        } finally {
            if (keep) {
                rest(connection);
            } else {
                connection.close();
            }
        }
    }

    /** Closes the connections that no request is using, if something was wrong about an answer. */
    public void closeIdle() {
        for (HttpConnection connection = idle.poll(); connection != null; connection = idle.poll()) {
            connection.close();
        }
    }

    private void rest(HttpConnection connection) {
        connection.markIdle();
        idle.push(connection);
    }

    /** All requests go to one origin, so that any idle connection will do. */
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
