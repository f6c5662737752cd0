package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cancelupload.upstream.OpenAI;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The executable never writes a heap dump, which would contain the API key. */
class HeapDumpIT {

    private static final int SIGUSR1 = 10;

    private static Bootstrap bootstrap(String... arguments) throws IOException {
        // Nothing listens there, and nothing is sent.
        return new Bootstrap(
                Map.of("OPENAI_API_KEY", OpenAI.KEY, "OPENAI_BASE_URL", "http://127.0.0.1:1/v1"), arguments);
    }

    @Test
    void theSignalThatAsksForAHeapDumpIsOneLikeAnyOther() throws Exception {
        try (Bootstrap bootstrap = bootstrap()) {
            bootstrap.invoke("\"no/id\"");
            bootstrap.signal("-USR1");
            assertEquals(128 + SIGUSR1, bootstrap.exit());
            assertEquals(List.of(), bootstrap.files());
        }
    }

    @Test
    void theOptionThatDumpsTheHeapIsRefused() throws Exception {
        try (Bootstrap bootstrap = bootstrap("-XX:+DumpHeapAndExit")) {
            assertEquals(1, bootstrap.exit());
            assertThat(bootstrap.log(), containsString("Unable to dump heap"));
            assertEquals(List.of(), bootstrap.files());
        }
    }

    @Test
    void theOptionThatDumpsAnExhaustedHeapIsUnknown() throws Exception {
        try (Bootstrap bootstrap = bootstrap("-XX:+HeapDumpOnOutOfMemoryError")) {
            assertEquals(1, bootstrap.exit());
            assertThat(bootstrap.log(), containsString("Could not find option 'HeapDumpOnOutOfMemoryError'"));
        }
    }

    /** Otherwise it would stay alive without its poll loop, and Lambda would wait until the function's timeout. */
    @Test
    void anExhaustedHeapEndsTheProcessWithoutADump() throws Exception {
        HttpServer openai = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        ExecutorService threads = Executors.newCachedThreadPool();
        openai.setExecutor(threads);
        openai.createContext("/", HeapDumpIT::answerAtLength);
        openai.start();
        Map<String, String> environment = Map.of(
                "OPENAI_API_KEY",
                OpenAI.KEY,
                "OPENAI_BASE_URL",
                "http://127.0.0.1:" + openai.getAddress().getPort(),
                "QUARKUS_FUNQY_EXPORT",
                "cleanUpUploads",
                "CLEAN_UP_CONCURRENCY",
                "100");
        // A hundred concurrent responses of the maximum size fit the smallest memory of a function.
        String ids = IntStream.range(0, 1000)
                .mapToObj(i -> "\"upload_" + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        try (Bootstrap bootstrap = new Bootstrap(environment, "-Xmx5m", "-XX:MaxNewSize=4m")) {
            invokeInVain(bootstrap, ids);
            assertEquals(3, bootstrap.exit());
            assertThat(bootstrap.log(), containsString("Terminating due to java.lang.OutOfMemoryError"));
            assertEquals(List.of(), bootstrap.files());
        } finally {
            openai.stop(0);
            threads.shutdownNow();
        }
    }

    private static void answerAtLength(HttpExchange exchange) throws IOException {
        byte[] body = OpenAI.envelope("x".repeat(60_000), null).getBytes(StandardCharsets.US_ASCII);
        exchange.sendResponseHeaders(422, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void invokeInVain(Bootstrap bootstrap, String event) {
        Thread thread = new Thread(
                () -> {
                    try {
                        bootstrap.invoke(event);
                    } catch (AssertionError e) {
                        // It exits without a response.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "invocation");
        thread.setDaemon(true);
        thread.start();
    }
}
