package dev.cancelupload.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.config.Export;
import dev.cancelupload.reliability.Deployed.Reply;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The memory of a TLS connection, which need not be on Java's heap, is freed however the connection ends. */
@Tag("reliability")
class ConnectionMemoryIT {

    private static final int UPLOADS = 1000;

    private static final int MEASURED_BATCHES = 10;

    /** A TLS session takes some 10 kB, and 10,000 of them 100 MB. Resident memory goes up and down by 5 MB. */
    private static final long MOST_GROWTH_KB = 8 * 1024;

    @TempDir
    static Path folder;

    private SSLContext anotherHost;
    private SSLContext untrusted;
    private final AtomicInteger connections = new AtomicInteger();

    @Test
    void thousandsOfConnectionsThatEndInEachWayLeaveNothingBehind() throws Exception {
        Certificates certificates = new Certificates(folder);
        anotherHost = certificates.context("other", "api.openai.com");
        untrusted = new Certificates(Files.createTempDirectory(folder, "others")).context("s", "localhost");
        try (Upstream openai = new Upstream(Layer.TLS_1_3, certificates.context("s", "localhost"))
                        .opensAll(this::open)
                        .plays(ConnectionMemoryIT::answerAndClose);
                Deployed function = new Deployed(
                        Export.CLEAN_UP_UPLOADS,
                        openai,
                        Map.of(
                                "SSL_CERT_FILE",
                                certificates.root().toString(),
                                "OPENAI_MAX_RETRIES",
                                "0",
                                "CANCEL_BUDGET",
                                "120s",
                                "OPENAI_TIMEOUT",
                                "60s"))) {
            cleanUp(function);
            cleanUp(function);
            long before = function.process.status("VmRSS");
            int connectionsBefore = openai.connections();
            for (int batch = 0; batch < MEASURED_BATCHES; batch++) {
                cleanUp(function);
            }
            long growth = function.process.status("VmRSS") - before;
            int opened = openai.connections() - connectionsBefore;
            System.out.printf("%d connections, %d kB more%n", opened, growth);
            assertTrue(opened >= MEASURED_BATCHES * UPLOADS * 9 / 10, () -> opened + " connections");
            assertTrue(growth < MOST_GROWTH_KB, () -> growth + " kB more");
        }
    }

    private static void cleanUp(Deployed function) throws InterruptedException {
        Reply reply = function.invoke(IntStream.range(0, UPLOADS)
                .mapToObj(number -> "\"upload_" + number + '"')
                .collect(Collectors.joining(",", "[", "]")));
        assertEquals("CleanUpIncomplete", reply.errorType());
    }

    private boolean open(Peer peer) throws IOException {
        switch (connections.getAndIncrement() % 5) {
            case 0 -> peer.handshake(anotherHost);
            case 1 -> peer.handshake(untrusted);
            case 2 -> {
                // Nothing in place of the server's part of the handshake.
            }
            case 3 -> {
                peer.handshake();
                peer.reset();
            }
            default -> {
                peer.handshake();
                return true;
            }
        }
        return false;
    }

    private static boolean answerAndClose(Upstream.Exchange exchange) throws IOException {
        exchange.write(Answers.cancelled(exchange.id()).replace("content-type", "connection: close\r\ncontent-type"));
        return false;
    }
}
