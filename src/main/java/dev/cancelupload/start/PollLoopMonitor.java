package dev.cancelupload.start;

import dev.cancelupload.log.JsonLogFormatter;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.QuarkusApplication;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;

/**
 * Exits the process when Quarkus's poll loop, which requests events from Lambda, has ended for any reason. Lambda then
 * starts another process. Without this the process would stay alive, and each of its invocations would last until
 * Lambda's timeout.
 */
public final class PollLoopMonitor implements QuarkusApplication {

    private static final String THREAD_NAME_PREFIX = "Lambda Thread";

    /** Longer than the start of a thread takes, and shorter than Lambda's limit for init. */
    private static final long START_TIMEOUT_MILLIS = 5000;

    private Throwable uncaught;

    /**
     * Waits for the end of the poll loop.
     *
     * @return the exit status of the process: 1, since on Lambda the loop never ends normally
     */
    @Override
    public int run(String... args) throws InterruptedException {
        return awaitEndOf(pollLoop());
    }

    /** @param pollLoop empty if it has already ended */
    int awaitEndOf(Optional<Thread> pollLoop) throws InterruptedException {
        if (pollLoop.isPresent()) {
            pollLoop.get().setUncaughtExceptionHandler((thread, error) -> uncaught = error);
            pollLoop.get().join();
        }
        if (!ApplicationLifecycleManager.isVmShuttingDown()) {
            log(
                    "The loop that asks Lambda for events has ended. The process exits, so that Lambda replaces it.",
                    uncaught);
        }
        return 1;
    }

    /**
     * Finds the thread of the poll loop, which Quarkus has started by now. It is in the list of threads only while it
     * runs; before and after look the same, so this waits for it to appear.
     *
     * @return empty if it does not appear within {@link #START_TIMEOUT_MILLIS}, and so must have ended
     */
    private static Optional<Thread> pollLoop() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_TIMEOUT_MILLIS);
        Optional<Thread> pollLoop = runningPollLoop();
        while (pollLoop.isEmpty() && System.nanoTime() - end < 0) {
            Thread.sleep(1);
            pollLoop = runningPollLoop();
        }
        return pollLoop;
    }

    private static Optional<Thread> runningPollLoop() {
        Thread[] threads = new Thread[Thread.activeCount() + 8];
        int count = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, count)
                .filter(thread -> thread.getName().startsWith(THREAD_NAME_PREFIX))
                .findFirst();
    }

    /** Writes the log line directly, since Quarkus's log may be closed by now. */
    static void log(String message, Throwable thrown) {
        ExtLogRecord line = new ExtLogRecord(Level.ERROR, message, PollLoopMonitor.class.getName());
        line.setLoggerName(PollLoopMonitor.class.getName());
        line.setThrown(thrown);
        System.out.print(new JsonLogFormatter().format(line));
        System.out.flush();
    }
}
