package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** EndOfLoopIT tests the executable, which cannot be made to throw an Error. */
class PollLoopMonitorTest {

    @Test
    void anErrorThatEndsTheLoopIsInTheOneLineThatIsLogged() throws Exception {
        JsonNode line = end(() -> {
            throw new StackOverflowError("too deep");
        });
        assertThat(line.get("stackTrace").textValue(), containsString("StackOverflowError: too deep"));
    }

    @Test
    void aLoopThatReturnsIsLoggedAsWell() throws Exception {
        assertFalse(end(() -> {}).has("stackTrace"));
    }

    @Test
    void aLoopThatHasEndedAlreadyIsLoggedToo() throws Exception {
        PrintStream console = System.out;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setOut(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            assertEquals(1, new PollLoopMonitor().awaitEndOf(Optional.empty()));
        } finally {
            System.setOut(console);
        }
        assertThat(
                log.toString(StandardCharsets.UTF_8),
                containsString("The loop that asks Lambda for events has ended."));
    }

    @Test
    void aLoopThatGoesOnIsWaitedFor() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        Thread loop = new Thread(() -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        loop.start();
        FutureTask<Integer> status = new FutureTask<>(() -> new PollLoopMonitor().awaitEndOf(Optional.of(loop)));
        Thread monitor = new Thread(status);
        monitor.start();
        while (monitor.isAlive() && monitor.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertTrue(monitor.isAlive());
        over.countDown();
        assertEquals(1, status.get());
    }

    private static JsonNode end(Runnable loop) throws Exception {
        CountDownLatch awaited = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            try {
                awaited.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            loop.run();
        });
        thread.start();
        PrintStream console = System.out;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setOut(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            new Thread(() -> {
                        // The exception handler is set when the monitor waits for the end.
                        while (thread.getUncaughtExceptionHandler() == thread.getThreadGroup()) {
                            Thread.onSpinWait();
                        }
                        awaited.countDown();
                    })
                    .start();
            assertEquals(1, new PollLoopMonitor().awaitEndOf(Optional.of(thread)));
        } finally {
            System.setOut(console);
        }
        JsonNode line = Json.parse(log.toString(StandardCharsets.UTF_8)).orElseThrow();
        assertEquals("ERROR", line.get("level").textValue());
        assertThat(line.get("message").textValue(), containsString("The loop that asks Lambda for events has ended."));
        return line;
    }
}
