package dev.cancelupload.cancel;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.openai.Cancellation;
import dev.cancelupload.openai.Cancellation.Step;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.openai.UploadsClient;
import dev.cancelupload.time.Budget;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Cancels one Upload or many, and returns the outcome of each. */
public final class Canceller {

    private static final Logger LOG = Logger.getLogger(Canceller.class);

    private final UploadsClient client;
    private final Configuration configuration;

    /** @param configuration the time for one Upload, and the concurrency */
    public Canceller(UploadsClient client, Configuration configuration) {
        this.client = client;
        this.configuration = configuration;
    }

    /**
     * Cancels one Upload, in {@code CANCEL_BUDGET} at most.
     *
     * @param clientRequestId the caller's identifier of the request for OpenAI's support, if it has one
     * @param invocation the time of the invocation
     */
    public Outcome cancel(UploadId id, Optional<String> clientRequestId, Budget invocation) {
        Cancellation cancellation = client.cancellation(id, clientRequestId, invocation.atMost(configuration.budget()));
        try {
            Step step = cancellation.next();
            while (step instanceof Step.Wait wait) {
                TimeUnit.NANOSECONDS.sleep(wait.time().toNanos());
                step = cancellation.next();
            }
            return ((Step.Done) step).outcome();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return defect(id, e);
        } catch (RuntimeException | Error e) {
            return defect(id, e);
        }
    }

    private static Outcome defect(UploadId id, Throwable e) {
        LOG.error("A defect of this function", e);
        return new Outcome.NotCancelled(
                id,
                Failure.of(
                        FailureKind.INTERNAL_ERROR,
                        "Upload " + id + " was not confirmed as cancelled because of a defect of this function ("
                                + e.getClass().getSimpleName() + "). Its log has more."),
                0);
    }

    /**
     * Cancels many Uploads, {@code CLEAN_UP_CONCURRENCY} at a time. While one waits for its next attempt, its thread
     * works on others. After a failure that all others would have too, no further request is sent.
     *
     * @param ids each is tried once, however often it is in the list
     * @param invocation the time of the invocation, which the whole batch shares
     * @param finished is called with each outcome, on the thread that has finished it
     * @return the {@linkplain Outcome#summary summaries}, in the order of the list
     */
    public Report cancelAll(List<UploadId> ids, Budget invocation, Consumer<Outcome> finished) {
        List<UploadId> distinct = ids.stream().distinct().toList();
        int threads = Math.max(1, Math.min(configuration.cleanUpConcurrency(), distinct.size()));
        ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(threads);
        try {
            Batch batch = new Batch(workers, finished, distinct.size());
            for (UploadId id : distinct) {
                Cancellation cancellation = client.cancellation(id, Optional.empty(), invocation);
                workers.execute(() -> batch.work(id, cancellation));
            }
            batch.unfinished.await();
            Map<UploadId, Outcome> outcomes = new LinkedHashMap<>();
            distinct.forEach(id -> outcomes.put(id, batch.outcomes.get(id)));
            return new Report(outcomes, Optional.ofNullable(batch.stop.get()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in the middle of a batch", e);
        } finally {
            workers.shutdownNow();
        }
    }

    private static final class Batch {

        private final ScheduledThreadPoolExecutor workers;
        private final Consumer<Outcome> finished;
        private final CountDownLatch unfinished;
        private final Map<UploadId, Outcome> outcomes = new ConcurrentHashMap<>();
        /** The failure after which no further request is sent; null if there was none. */
        private final AtomicReference<Failure> stop = new AtomicReference<>();

        Batch(ScheduledThreadPoolExecutor workers, Consumer<Outcome> finished, int size) {
            this.workers = workers;
            this.finished = finished;
            this.unfinished = new CountDownLatch(size);
        }

        /** Makes one attempt. Whatever is thrown, the batch neither hangs nor loses an Upload. */
        void work(UploadId id, Cancellation cancellation) {
            Step step;
            try {
                Failure cause = stop.get();
                step = cause == null ? cancellation.next() : new Step.Done(cancellation.stop(cause));
            } catch (RuntimeException | Error e) {
                step = new Step.Done(defect(id, e));
            }
            if (step instanceof Step.Wait wait) {
                workers.schedule(() -> work(id, cancellation), wait.time().toNanos(), TimeUnit.NANOSECONDS);
                if (stop.get() != null) {
                    endWaits();
                }
            } else {
                finish(id, ((Step.Done) step).outcome());
            }
        }

        /** What the log throws is not the Upload's failure. */
        private void finish(UploadId id, Outcome outcome) {
            outcome.failure().filter(failure -> failure.kind().stopsBatch()).ifPresent(failure -> {
                if (stop.compareAndSet(null, failure)) {
                    endWaits();
                }
            });
            outcomes.put(id, outcome.summary());
            try {
                finished.accept(outcome);
            } catch (RuntimeException | Error e) {
                LOG.error("A defect of this function", e);
            } finally {
                unfinished.countDown();
            }
        }

        /** Those that wait for their next attempt make none any more, and need not wait. */
        private void endWaits() {
            for (Runnable waiting : workers.getQueue().toArray(new Runnable[0])) {
                if (workers.remove(waiting)) {
                    workers.execute(waiting);
                }
            }
        }
    }
}
