package dev.cancelupload.start;

import dev.cancelupload.config.CredentialsSource;
import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What init does on threads of its own while Quarkus starts: it opens the connection to OpenAI (DNS, TCP and TLS,
 * without a request), and fetches credentials that are not in the environment. Lambda runs init on a full CPU and
 * invocations on a share of one, so that the same work takes a fraction of the time during init. Neither can fail: what
 * is missing the first call does itself, and reports.
 */
final class AheadOfCalls {

    private static final Duration CONNECTING = Duration.ofMillis(500);
    private static final Duration FETCHING = Duration.ofSeconds(3);

    private static final Logger LOG = Logger.getLogger(AheadOfCalls.class);

    private record Task(Thread thread, long end) {}

    private final List<Task> tasks = new ArrayList<>();
    private final Components components;
    private volatile Optional<String> problem = Optional.empty();

    private AheadOfCalls(Components components) {
        this.components = components;
    }

    /** Starts the threads. */
    static AheadOfCalls start(Components components) {
        AheadOfCalls ahead = new AheadOfCalls(components);
        if (!(components.configuration().credentials() instanceof CredentialsSource.Key)) {
            ahead.start(
                    "credentials",
                    FETCHING,
                    () -> ahead.problem = components.credentials().fetchAhead());
        }
        ahead.start("early connection", CONNECTING, () -> components
                .transport()
                .connectAhead(components.configuration().baseUrl(), Budget.of(CONNECTING)));
        return ahead;
    }

    private void start(String name, Duration longest, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        tasks.add(new Task(thread, System.nanoTime() + longest.toNanos()));
    }

    /** Waits for the threads, at the end of init. The session tickets of the early connection arrive until then. */
    void await() {
        try {
            for (Task task : tasks) {
                task.thread().join(Math.max(1, (task.end() - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Not on its own thread, which may be faster than the set-up of the log.
        problem.ifPresent(LOG::warn);
        components.transport().readPendingRecords();
    }
}
