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
 * Ends the process when Quarkus's poll loop, which asks Lambda for events, has ended for whatever reason. Lambda then
 * starts another one. By itself a process without its loop lives on, and each invocation that it gets lasts until
 * Lambda's time-out.
 */
public final class PollLoopMonitor implements QuarkusApplication {

    /** The beginning of the thread's name. */
    private static final String THREAD = "Lambda Thread";

    /** Longer than any machine takes to start a thread, and shorter than Lambda waits for init. */
    private static final long LONGEST_WAIT_MILLIS = 5000;

    private Throwable thrown;

    /**
     * Waits for the end of the loop.
     *
     * @return the status of the process's exit: 1, since on Lambda the loop does not end by itself
     */
    @Override
    public int run(String... args) throws InterruptedException {
        return awaitEndOf(loop());
    }

    /** @param loop empty if it has ended already */
    int awaitEndOf(Optional<Thread> loop) throws InterruptedException {
        if (loop.isPresent()) {
            loop.get().setUncaughtExceptionHandler((thread, error) -> thrown = error);
            loop.get().join();
        }
        if (!ApplicationLifecycleManager.isVmShuttingDown()) {
            log(
                    "The loop that asks Lambda for events has ended. The process exits, so that Lambda replaces it.",
                    thrown);
        }
        return 1;
    }

    /**
     * The thread, which Quarkus has started by now. It is not among the threads of the process before it runs, nor
     * after it has ended, and these two look the same: so it is waited for.
     *
     * @return empty if it is not there after {@link #LONGEST_WAIT_MILLIS}, and so must have ended
     */
    private static Optional<Thread> loop() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MILLIS);
        Optional<Thread> loop = running();
        while (loop.isEmpty() && System.nanoTime() - end < 0) {
            Thread.sleep(1);
            loop = running();
        }
        return loop;
    }

    private static Optional<Thread> running() {
        Thread[] threads = new Thread[Thread.activeCount() + 8];
        int count = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, count)
                .filter(thread -> thread.getName().startsWith(THREAD))
                .findFirst();
    }

    /** Writes the line itself, since Quarkus's log may be closed by now. */
    static void log(String message, Throwable thrown) {
        ExtLogRecord line = new ExtLogRecord(Level.ERROR, message, PollLoopMonitor.class.getName());
        line.setLoggerName(PollLoopMonitor.class.getName());
        line.setThrown(thrown);
        System.out.print(new JsonLogFormatter().format(line));
        System.out.flush();
    }
}
