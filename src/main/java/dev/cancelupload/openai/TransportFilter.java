package dev.cancelupload.openai;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.http.HttpRequest;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.client.ClientResponseContext;
import jakarta.ws.rs.client.ClientResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;

/**
 * Completes the REST client's requests with OpenAI's header fields and sends them by {@link HttpTransport}. It is the
 * last request filter and supplies the response by {@link ClientRequestContext#abortWith}, as JAX-RS intends; as the
 * first response filter it supplies the response's body.
 *
 * <p>The client's own transport lacks: one deadline over connect, head and body of an attempt; a limit on the size of a
 * response; whether a failed request was sent; whether an idle connection is still alive after the sandbox was frozen.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/authentication">Authentication</a>
 */
final class TransportFilter implements ClientRequestFilter, ClientResponseFilter {

    /** The priority to register it with, so that it is the last request filter and the first response filter. */
    static final int PRIORITY = Integer.MAX_VALUE;

    private static final byte[] NO_BODY = {};

    /** The request property in which Quarkus stores the arguments of the client's method. */
    private static final String INVOKED_METHOD_PARAMETERS = "io.quarkus.rest.client.invokedMethodParameters";

    /** The request property with the response's body. */
    private static final String BODY = TransportFilter.class.getName() + ".body";

    private final Configuration configuration;
    private final HttpTransport transport;
    private final String userAgent;

    /** @param version of this function, for {@code User-Agent} */
    TransportFilter(Configuration configuration, HttpTransport transport, String version) {
        this.configuration = configuration;
        this.transport = transport;
        this.userAgent = "cancel-upload/" + version;
    }

    /** @throws TransportException if there is no complete response within the exchange's budget */
    @Override
    public void filter(ClientRequestContext request) throws TransportException {
        List<?> parameters = (List<?>) request.getProperty(INVOKED_METHOD_PARAMETERS);
        Exchange exchange = (Exchange) parameters.get(parameters.size() - 1);
        addHeaders(request.getHeaders(), exchange);
        HttpResponse response = send(request, exchange);
        Response.ResponseBuilder builder = Response.status(response.status());
        response.headers().forEach((name, values) -> {
            // The body is parsed whatever its type is, and JAX-RS would fail on a malformed one.
            if (!name.equals("content-type")) {
                values.forEach(value -> builder.header(name, value));
            }
        });
        request.setProperty(BODY, new ByteArrayInputStream(response.body()));
        request.abortWith(builder.build());
    }

    private void addHeaders(MultivaluedMap<String, Object> headers, Exchange exchange) {
        headers.putSingle(HttpHeaders.AUTHORIZATION, exchange.token().authorization());
        headers.putSingle(HttpHeaders.ACCEPT, MediaType.APPLICATION_JSON);
        headers.putSingle(HttpHeaders.USER_AGENT, userAgent);
        configuration.organization().ifPresent(id -> headers.putSingle("OpenAI-Organization", id));
        configuration.project().ifPresent(id -> headers.putSingle("OpenAI-Project", id));
    }

    private HttpResponse send(ClientRequestContext request, Exchange exchange) throws TransportException {
        HttpRequest sent = new HttpRequest(request.getMethod(), request.getUri(), request.getStringHeaders(), NO_BODY);
        if (exchange.canned().isPresent()) {
            return exchange.canned().get();
        }
        return exchange.onNewConnection()
                ? transport.sendOnNewConnection(sent, exchange.budget())
                : transport.send(sent, exchange.budget());
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
}
