package dev.cancelupload.openai;

import dev.cancelupload.config.ApiKeys;
import dev.cancelupload.config.Configuration;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.client.ClientRequestContext;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;

/**
 * Adds the header fields of every request to OpenAI.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/authentication">Authentication</a>
 */
@Priority(Priorities.AUTHENTICATION)
final class RequestHeaders implements ClientRequestFilter {

    private final Configuration configuration;
    private final ApiKeys keys;
    private final String userAgent;

    /**
     * @param keys provides the key for each request
     * @param version of this function, for {@code User-Agent}
     */
    RequestHeaders(Configuration configuration, ApiKeys keys, String version) {
        this.configuration = configuration;
        this.keys = keys;
        this.userAgent = "cancel-upload/" + version;
    }

    @Override
    public void filter(ClientRequestContext request) {
        MultivaluedMap<String, Object> headers = request.getHeaders();
        headers.putSingle(HttpHeaders.AUTHORIZATION, keys.current().authorization());
        headers.putSingle(HttpHeaders.ACCEPT, MediaType.APPLICATION_JSON);
        headers.putSingle(HttpHeaders.USER_AGENT, userAgent);
        configuration.organization().ifPresent(id -> headers.putSingle("OpenAI-Organization", id));
        configuration.project().ifPresent(id -> headers.putSingle("OpenAI-Project", id));
    }
}
