package dev.cancelupload.http;

import dev.cancelupload.time.Budget;

/**
 * How {@link HttpTransport} gets the response to a request of the REST client. A method of the client's interface takes
 * it as its last parameter, {@code @NotBody}.
 */
public sealed interface Exchange {

    /**
     * Sends the request to the server.
     *
     * @param budget the time for the exchange, from connecting to the last byte of the response
     * @param onNewConnection whether to use a new connection, on which nothing can be left of another request
     */
    record OverNetwork(Budget budget, boolean onNewConnection) implements Exchange {}

    /**
     * Sends nothing and returns a given response, for the warm-up.
     *
     * @param response as a server would send it
     */
    record CannedResponse(byte[] response) implements Exchange {}
}
