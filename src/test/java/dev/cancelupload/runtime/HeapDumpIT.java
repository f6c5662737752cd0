package dev.cancelupload.runtime;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.upstream.OpenAI;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A heap dump would have the API key in it: whatever asks the executable for one, there is none. */
class HeapDumpIT {

    private static final int SIGUSR1 = 10;

    private static Bootstrap bootstrap(String... arguments) throws IOException {
        // Nobody listens there; nothing is sent.
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

    /** Otherwise it would go on without its event loop, and Lambda wait for it until the function's timeout. */
    @Test
    void anExhaustedHeapEndsTheProcessWithoutADump() throws Exception {
        try (Bootstrap bootstrap = bootstrap("-Xmx8m")) {
            invokeInVain(bootstrap, '"' + "a".repeat(6_000_000) + '"');
            assertEquals(3, bootstrap.exit());
            assertThat(bootstrap.log(), containsString("Terminating due to java.lang.OutOfMemoryError"));
            assertEquals(List.of(), bootstrap.files());
        }
    }

    private static void invokeInVain(Bootstrap bootstrap, String event) {
        Thread thread = new Thread(
                () -> {
                    try {
                        bootstrap.invoke(event);
                    } catch (AssertionError e) {
                        // It ends without an answer.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "invocation");
        thread.setDaemon(true);
        thread.start();
    }
}
