package dev.cancelupload.start;

import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.time.Budget;
import java.net.URI;
import java.time.Duration;

/**
 * Opens the connection to OpenAI during init: DNS, TCP and TLS, without a request. Lambda runs init on a full CPU and
 * invocations on a share of one, so that the same work takes a fraction of the time during init.
 *
 * @param baseUrl the server
 * @param transport keeps the connection for the first request
 */
record EarlyConnection(URI baseUrl, HttpTransport transport) implements InitTask {

    /** After this the first invocation connects by itself, and reports the failure if there is one. */
    private static final Duration TIMEOUT = Duration.ofMillis(500);

    /** Starts connecting, unless {@code CONNECT_AT_INIT} is false. */
    static void start(Components components) {
        if (components.configuration().connectAtInit()) {
            InitTasks.start(new EarlyConnection(components.configuration().baseUrl(), components.transport()));
        }
    }

    @Override
    public String name() {
        return "early connection";
    }

    @Override
    public void run() {
        transport.connectAhead(baseUrl, Budget.of(TIMEOUT));
    }

    @Override
    public Duration longestWait() {
        return TIMEOUT;
    }

    /** Runs as late as possible, since the server's session tickets arrive after the handshake. */
    @Override
    public void finish() {
        transport.readPendingRecords();
    }
}
