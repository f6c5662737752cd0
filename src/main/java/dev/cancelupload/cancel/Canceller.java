package dev.cancelupload.cancel;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.openai.CancelCall;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.NamedUpload;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.openai.UploadsClient;
import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjIntConsumer;
import org.jboss.logging.Logger;

/** Cancels one upload or many, and tells what became of each; whatever happens to one does not touch the others. */
public final class Canceller {

    private static final Logger LOG = Logger.getLogger(Canceller.class);

    private final UploadsClient client;
    private final Configuration configuration;

    /** @param configuration the time budget and the concurrency */
    public Canceller(UploadsClient client, Configuration configuration) {
        this.client = client;
        this.configuration = configuration;
    }

    /** The time of an invocation that starts now. */
    public Budget budget() {
        return Budget.of(configuration.budget());
    }

    /**
     * Cancels one upload.
     *
     * @param clientRequestId the caller's own identifier of the request for OpenAI's support, if it has one
     */
    public Outcome cancel(NamedUpload upload, Optional<String> clientRequestId, Budget budget) {
        Job job = new Job(upload, clientRequestId, budget);
        for (Optional<Duration> wait = job.step(); wait.isPresent(); wait = job.step()) {
            pause(wait.get());
        }
        return job.outcome;
    }

    private static void pause(Duration wait) {
        try {
            TimeUnit.NANOSECONDS.sleep(wait.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two attempts", e);
        }
    }

    /**
     * Cancels many uploads, {@code CLEAN_UP_CONCURRENCY} at a time and within one budget. One that waits for its next
     * attempt is in nobody's way: meanwhile another has its turn.
     *
     * @param finished is told each outcome and its position as soon as there is one, on the thread that has it
     * @return the {@linkplain Outcome#outline outlines} in the order of the Uploads
     */
    public List<Outcome> cancelAll(List<NamedUpload> uploads, Budget budget, ObjIntConsumer<Outcome> finished) {
        Outcome[] outcomes = new Outcome[uploads.size()];
        CountDownLatch left = new CountDownLatch(uploads.size());
        int threads = Math.max(1, Math.min(configuration.cleanUpConcurrency(), uploads.size()));
        ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(threads);
        try {
            for (int i = 0; i < outcomes.length; i++) {
                int position = i;
                Job job = new Job(uploads.get(i), Optional.empty(), budget);
                workers.execute(() -> work(workers, job, () -> {
                    outcomes[position] = job.outcome.outline();
                    try {
                        finished.accept(outcomes[position], position);
                    } finally {
                        left.countDown();
                    }
                }));
            }
            left.await();
            return Arrays.asList(outcomes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in the middle of a batch", e);
        } finally {
            workers.shutdownNow();
        }
    }

    private static void work(ScheduledThreadPoolExecutor workers, Job job, Runnable whenDone) {
        Optional<Duration> wait = job.step();
        if (wait.isPresent()) {
            workers.schedule(() -> work(workers, job, whenDone), wait.get().toNanos(), TimeUnit.NANOSECONDS);
        } else {
            whenDone.run();
        }
    }

    /** One upload on its way to an outcome. */
    private final class Job {

        private final NamedUpload upload;
        private final Optional<String> clientRequestId;
        private final Budget budget;
        private CancelCall call;
        private long start;
        /** Null until there is one. */
        private Outcome outcome;

        Job(NamedUpload upload, Optional<String> clientRequestId, Budget budget) {
            this.upload = upload;
            this.clientRequestId = clientRequestId;
            this.budget = budget;
        }

        /** One attempt. @return how long to wait before the next; empty if there is an outcome */
        Optional<Duration> step() {
            try {
                if (call == null) {
                    start = System.nanoTime();
                    if (upload instanceof NamedUpload.Invalid invalid) {
                        throw invalid.why();
                    }
                    call = client.cancel(((NamedUpload.Valid) upload).id(), clientRequestId, budget);
                }
                Optional<Duration> wait = call.attempt();
                if (wait.isEmpty()) {
                    outcome = new Outcome.Success(upload.given(), call.cancelled(), millis());
                }
                return wait;
            } catch (UploadFailure e) {
                outcome = new Outcome.Failure(upload.given(), e, millis());
            } catch (RuntimeException e) {
                LOG.error("A defect of this function", e);
                outcome = new Outcome.Failure(
                        upload.given(),
                        UploadFailure.of(
                                FailureKind.INTERNAL_ERROR,
                                "Upload " + UploadId.shown(upload.given())
                                        + " was not seen to be cancelled because of a defect of this function ("
                                        + e.getClass().getSimpleName()
                                        + "). Its log has more."),
                        millis());
            }
            return Optional.empty();
        }

        private long millis() {
            return (System.nanoTime() - start) / 1_000_000;
        }
    }
}
