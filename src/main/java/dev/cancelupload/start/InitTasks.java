package dev.cancelupload.start;

import java.util.ArrayList;
import java.util.List;

/** Runs {@link InitTask}s. Only the main thread uses it. */
final class InitTasks {

    private record Started(InitTask task, Thread thread) {}

    private static final List<Started> STARTED = new ArrayList<>();

    private InitTasks() {}

    static void start(InitTask task) {
        Thread thread = new Thread(task::run, task.name());
        thread.setDaemon(true);
        thread.start();
        STARTED.add(new Started(task, thread));
    }

    /**
     * Waits for the started tasks and finishes them.
     *
     * @throws IllegalStateException if interrupted: the function must not start before its key is read
     */
    static void await() {
        try {
            for (Started started : STARTED) {
                started.thread().join(started.task().longestWait().toMillis());
                started.task().finish();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during init", e);
        }
    }
}
