package dev.cancelupload;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.http.Budget;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.openai.UploadsClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
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
     * @param id gives the id, or throws an {@link UploadFailure} that becomes the outcome
     * @param clientRequestId the caller's own identifier of the request for OpenAI's support, if it has one
     */
    public Outcome cancel(Supplier<String> id, Optional<String> clientRequestId, Budget budget) {
        long start = System.nanoTime();
        String uploadId = "";
        try {
            uploadId = id.get();
            return new Outcome(
                    uploadId,
                    Optional.of(client.cancel(new UploadId(uploadId), clientRequestId, budget)),
                    Optional.empty(),
                    millisSince(start));
        } catch (UploadFailure e) {
            return new Outcome(uploadId, Optional.empty(), Optional.of(e), millisSince(start));
        } catch (RuntimeException e) {
            LOG.error("A defect of this function", e);
            UploadFailure failure = UploadFailure.of(
                    FailureKind.INTERNAL_ERROR,
                    "Upload " + UploadId.shown(uploadId)
                            + " was not seen to be cancelled because of a defect of this function ("
                            + e.getClass().getSimpleName()
                            + "). Its log has more.");
            return new Outcome(uploadId, Optional.empty(), Optional.of(failure), millisSince(start));
        }
    }

    /**
     * Cancels many uploads, {@code CLEAN_UP_CONCURRENCY} at a time and within one budget.
     *
     * @param ids each gives an id, or throws an {@link UploadFailure} that becomes its outcome
     * @return the outcomes in the order of the ids
     */
    public List<Outcome> cancelAll(List<Supplier<String>> ids, Budget budget) {
        int concurrency = Math.min(configuration.cleanUpConcurrency(), ids.size());
        if (concurrency <= 1) {
            return ids.stream().map(id -> cancel(id, Optional.empty(), budget)).toList();
        }
        ExecutorService threads = Executors.newFixedThreadPool(concurrency);
        try {
            List<Future<Outcome>> futures = new ArrayList<>(ids.size());
            for (Supplier<String> id : ids) {
                futures.add(threads.submit(() -> cancel(id, Optional.empty(), budget)));
            }
            List<Outcome> outcomes = new ArrayList<>(ids.size());
            for (Future<Outcome> future : futures) {
                outcomes.add(future.get());
            }
            return outcomes;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in the middle of a batch", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private static long millisSince(long start) {
        return (System.nanoTime() - start) / 1_000_000;
    }
}
