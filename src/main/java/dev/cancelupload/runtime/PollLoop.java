package dev.cancelupload.runtime;

import dev.cancelupload.log.JsonLogFormatter;
import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.QuarkusApplication;
import java.util.Arrays;
import java.util.Optional;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.Level;

/**
 * Ends the process when Quarkus's poll loop, which asks Lambda for events, has ended for whatever reason. Lambda then starts
 * another one. By itself a process without its loop lives on, and each invocation that it gets lasts until Lambda's time-out.
 */
public final class PollLoop implements QuarkusApplication {

    /** The beginning of the thread's name. */
    private static final String THREAD = "Lambda Thread";

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

    /** The thread, which Quarkus has started by now; empty if it has ended already. */
    private static Optional<Thread> loop() {
        Thread[] threads = new Thread[Thread.activeCount() + 8];
        int count = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, count)
                .filter(thread -> thread.getName().startsWith(THREAD))
                .findFirst();
    }

    /** Writes the line itself, since Quarkus's log may be closed by now. */
    static void log(String message, Throwable thrown) {
        ExtLogRecord line = new ExtLogRecord(Level.ERROR, message, PollLoop.class.getName());
        line.setLoggerName(PollLoop.class.getName());
        line.setThrown(thrown);
        System.out.print(new JsonLogFormatter().format(line));
        System.out.flush();
    }
}
