package dev.cancelupload.adversary;

import dev.cancelupload.config.Export;
import dev.cancelupload.start.Bootstrap;
import dev.cancelupload.start.RuntimeApi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A process with the memory limit of the smallest function, which also measures the machine's delays. */
final class Sandbox implements AutoCloseable {

    /** The smallest MemorySize of the template. */
    static final int LEAST_MEMORY_MB = 128;

    /** Time beyond the budget after which no response is expected any more. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Duration LOOK = Duration.ofMillis(50);

    /**
     * The result of an invocation.
     *
     * @param kind {@code response} or {@code error}
     * @param body as posted, UTF-8
     * @param headers as posted
     * @param bytes the body's length
     * @param time from handing over the event to having the answer
     * @param missed what the machine was late meanwhile
     */
    record Post(String kind, String body, String headers, int bytes, Duration time, Duration missed) {
        boolean isError() {
            return kind.equals("error");
        }
    }

    private final Duration budget;
    private final Duration missedBefore = Machine.missed();
    private final Bootstrap process;
    private final CompletableFuture<Duration> missedInInit;
    private volatile long frozenAt;
    private volatile Duration frozen = Duration.ZERO;

    /**
     * Starts it.
     *
     * @param budget the value of {@code CANCEL_BUDGET}
     * @param environment all other variables but the export's and the Runtime API's
     */
    Sandbox(Export export, Duration budget, Map<String, String> environment) {
        this.budget = budget;
        Map<String, String> all = new HashMap<>(environment);
        all.put("CANCEL_BUDGET", budget.toMillis() + "ms");
        all.put("QUARKUS_FUNQY_EXPORT", export.functionName());
        process = limited(all);
        missedInInit = process.lambda().firstAsked().thenApply(asked -> Machine.missed()
                .minus(missedBefore));
    }

    /** Without a memory limit the test would prove nothing, so it fails. */
    private static Bootstrap limited(Map<String, String> environment) {
        try {
            return Bootstrap.withMemory(LEAST_MEMORY_MB, environment);
        } catch (IOException e) {
            throw new AssertionError(
                    "This test needs the executable, and a control group with a limit of memory, which takes root and a"
                            + " writable /sys/fs/cgroup: " + e,
                    e);
        }
    }

    /**
     * Waits until it asks for its first event.
     *
     * @param followUps how often the machine's delays are subtracted
     * @return how long that took
     */
    Duration init(int followUps) throws InterruptedException {
        Limit limit = new Limit();
        while (true) {
            try {
                Duration missed = missedInInit.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                long asked = process.lambda().firstAsked().join();
                return Duration.ofNanos(asked - process.started())
                        .minus(missed.multipliedBy(followUps))
                        .minus(frozen);
            } catch (TimeoutException e) {
                limit.check("asked for no event");
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Sends an event when the process requests one, and waits for the result. */
    Post invoke(String event) throws InterruptedException {
        return invoke(event, Map.of());
    }

    /** @param headers additional headers of the event */
    Post invoke(String event, Map<String, String> headers) throws InterruptedException {
        Limit limit = new Limit();
        RuntimeApi.Invocation next = new RuntimeApi.Invocation(event.getBytes(StandardCharsets.UTF_8), headers);
        while (!process.lambda().offer(next, LOOK)) {
            limit.check("did not ask for an event");
        }
        Duration missed = Machine.missed();
        Optional<RuntimeApi.Post> posted = process.lambda().posted(LOOK);
        for (; posted.isEmpty(); posted = process.lambda().posted(LOOK)) {
            limit.check("posted nothing");
        }
        RuntimeApi.Post post = posted.get();
        if (!post.requestId().equals(next.requestId())) {
            throw new AssertionError(
                    "the answer to the invocation " + post.requestId() + " came in " + next.requestId());
        }
        return new Post(
                post.kind(),
                post.body(),
                post.headers(),
                post.body().getBytes(StandardCharsets.UTF_8).length,
                Duration.ofNanos(post.at() - next.handedOver()),
                Machine.missed().minus(missed));
    }

    /** The deadline of an operation. */
    private final class Limit {
        private final long end = System.nanoTime() + budget.plus(PATIENCE).toNanos();
        private final Duration missed = Machine.missed();

        void check(String what) throws InterruptedException {
            if (!process.isAlive()) {
                throw new AssertionError(
                        "the process has ended with status " + process.exit() + " (137 is a kill): " + tail());
            }
            Duration late = Machine.missed().minus(missed);
            if (System.nanoTime() > end + late.toNanos()) {
                throw new AssertionError("the process " + what + " within "
                        + budget.plus(PATIENCE).toSeconds() + " s, and goes on: " + tail());
            }
        }
    }

    /** The end of the log, for messages. */
    String tail() {
        return process.tail();
    }

    /** The lines that were written since the last call, each complete. */
    List<String> newLines() throws IOException {
        return process.newLines();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** A value of {@code /proc/<pid>/status}: memory in kB, or a number. */
    long status(String field) throws IOException {
        return process.status(field);
    }

    int descriptors() throws IOException {
        return process.descriptors();
    }

    /** Freezes the process. The time that this takes does not count as init. */
    void freeze() throws IOException, InterruptedException {
        process.freeze();
        frozenAt = System.nanoTime();
    }

    /** Resumes the process. */
    void thaw() throws IOException, InterruptedException {
        frozen = frozen.plusNanos(System.nanoTime() - frozenAt);
        process.thaw();
    }

    /** Kills the process. */
    void kill() {
        process.kill();
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
