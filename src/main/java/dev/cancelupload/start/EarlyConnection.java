package dev.cancelupload.start;

import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.Tls;
import dev.cancelupload.time.Budget;
import io.quarkus.runtime.ImageMode;
import java.time.Duration;

/**
 * The connection to OpenAI, opened beside Quarkus's start: name, TCP, TLS, and nothing sent. Lambda gives init a whole
 * processor and invocations a part of one, so that what init does costs the first caller a fraction.
 */
final class EarlyConnection {

    /** A server that takes longer than this is not waited for; the first invocation will find out what the matter is. */
    private static final Duration LONGEST = Duration.ofMillis(500);

    static {
        // What the JDK finds out in a handshake without a server, it finds out while the executable is built.
        if (ImageMode.current() == ImageMode.NATIVE_BUILD) {
            Tls.warmUp();
        }
    }

    private final HttpTransport transport;
    private final Thread thread;

    private EarlyConnection(HttpTransport transport, Thread thread) {
        this.transport = transport;
        this.thread = thread;
    }

    /** Begins to connect, unless {@code CONNECT_AT_INIT} says not to. */
    static EarlyConnection begin(Components deployment) {
        HttpTransport transport = deployment.transport();
        Thread thread = new Thread(
                () -> transport.connectAhead(deployment.configuration().baseUrl(), Budget.of(LONGEST)),
                "early connection");
        thread.setDaemon(true);
        if (deployment.configuration().connectAtInit()) {
            thread.start();
        }
        return new EarlyConnection(transport, thread);
    }

    /** Waits until there is a connection, or none will be. */
    void await() {
        try {
            thread.join(LONGEST.toMillis());
            transport.settle();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
