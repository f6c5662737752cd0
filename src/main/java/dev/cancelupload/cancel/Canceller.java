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

/** Cancels one upload or many, and returns the outcome of each. The failure of one does not affect the others. */
public final class Canceller {

    private static final Logger LOG = Logger.getLogger(Canceller.class);

    private final UploadsClient client;
    private final Configuration configuration;

    /** @param configuration the time budget and the concurrency */
    public Canceller(UploadsClient client, Configuration configuration) {
        this.client = client;
        this.configuration = configuration;
    }

    /** The budget of an invocation that starts now. */
    public Budget budget() {
        return Budget.of(configuration.budget());
    }

    /**
     * Cancels one upload.
     *
     * @param clientRequestId the caller's identifier of the request for OpenAI's support, if it has one
     */
    public Outcome cancel(NamedUpload upload, Optional<String> clientRequestId, Budget budget) {
        Job job = new Job(upload, clientRequestId, budget);
        for (Optional<Duration> wait = job.attempt(); wait.isPresent(); wait = job.attempt()) {
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
     * Cancels many uploads, {@code CLEAN_UP_CONCURRENCY} at a time and within one budget. While one waits for its next
     * attempt, its thread works on others.
     *
     * @param finished is called with each outcome and its position, on the thread that finished it
     * @return the {@linkplain Outcome#summary summaries} in the order of the Uploads
     */
    public List<Outcome> cancelAll(List<NamedUpload> uploads, Budget budget, ObjIntConsumer<Outcome> finished) {
        Outcome[] outcomes = new Outcome[uploads.size()];
        CountDownLatch unfinished = new CountDownLatch(uploads.size());
        int threads = Math.max(1, Math.min(configuration.cleanUpConcurrency(), uploads.size()));
        ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(threads);
        try {
            for (int i = 0; i < outcomes.length; i++) {
                int position = i;
                Job job = new Job(uploads.get(i), Optional.empty(), budget);
                workers.execute(() -> attempt(workers, job, () -> {
                    outcomes[position] = job.outcome.summary();
                    try {
                        finished.accept(outcomes[position], position);
                    } finally {
                        unfinished.countDown();
                    }
                }));
            }
            unfinished.await();
            return Arrays.asList(outcomes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in the middle of a batch", e);
        } finally {
            workers.shutdownNow();
        }
    }

    private static void attempt(ScheduledThreadPoolExecutor workers, Job job, Runnable whenFinished) {
        Optional<Duration> wait = job.attempt();
        if (wait.isPresent()) {
            workers.schedule(
                    () -> attempt(workers, job, whenFinished), wait.get().toNanos(), TimeUnit.NANOSECONDS);
        } else {
            whenFinished.run();
        }
    }

    /** Cancels one upload step by step. */
    private final class Job {

        private final NamedUpload upload;
        private final Optional<String> clientRequestId;
        private final Budget budget;
        private CancelCall call;
        private long start;
        /** Null until the upload is finished. */
        private Outcome outcome;

        Job(NamedUpload upload, Optional<String> clientRequestId, Budget budget) {
            this.upload = upload;
            this.clientRequestId = clientRequestId;
            this.budget = budget;
        }

        /**
         * Makes one attempt.
         *
         * @return how long to wait before the next; empty if there is an outcome
         */
        Optional<Duration> attempt() {
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
                                        + " was not confirmed as cancelled because of a defect of this function ("
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
