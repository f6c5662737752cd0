package dev.cancelupload.start;

import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.time.Budget;
import java.net.URI;
import java.time.Duration;

/**
 * Opens the connection to OpenAI during init: name, TCP, TLS, and nothing sent. Lambda gives init a whole processor and
 * invocations a part of one, so that what init does costs the first caller a fraction.
 *
 * @param baseUrl the server
 * @param transport keeps the connection for the first request
 */
record EarlyConnection(URI baseUrl, HttpTransport transport) implements InitTask {

    /** A slower server is not waited for; the first invocation then connects, and reports what is wrong. */
    private static final Duration LONGEST = Duration.ofMillis(500);

    /** Starts to connect, unless {@code CONNECT_AT_INIT} is false. */
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
        transport.connectAhead(baseUrl, Budget.of(LONGEST));
    }

    @Override
    public Duration longestWait() {
        return LONGEST;
    }

    /** As late as possible: the server's session tickets arrive after the handshake. */
    @Override
    public void finish() {
        transport.settle();
    }
}
