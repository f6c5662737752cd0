package dev.cancelupload.openai;

import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The attempts at cancelling one Upload. Whoever has it waits between them, and can do something else meanwhile. It is
 * used by one thread at a time.
 */
public final class CancelCall {

    /** An attempt with less time than this would only be cut off, perhaps after the request was sent. */
    static final Duration LEAST_ATTEMPT = Duration.ofMillis(250);

    /** What makes an attempt. */
    interface Attempts {
        /**
         * @param number of the attempt, the first being 1
         * @param onNewConnection whether one that was used before will not do
         */
        AttemptResult make(int number, boolean onNewConnection);
    }

    private final UploadId id;
    private final RetryPolicy retries;
    private final Budget budget;
    private final Attempts attempt;
    private int attempts;
    /** 1 once there was an attempt with a key that is replaced: it is none of those that the retries are counted by. */
    private int withFormerKey;

    private boolean mayHaveCancelled;
    /** Whether the last attempt had no answer, or another request's. */
    private boolean answerLost;

    private CancelledUpload cancelled;

    CancelCall(UploadId id, RetryPolicy retries, Budget budget, Attempts attempt) {
        this.id = id;
        this.retries = retries;
        this.budget = budget;
        this.attempt = attempt;
    }

    /**
     * Makes the next attempt.
     *
     * @return how long to wait before there is another; empty if the Upload {@linkplain #cancelled is cancelled}
     * @throws UploadFailure if it was not cancelled and no other attempt would change that, or none that fits the
     *     budget
     */
    public Optional<Duration> attempt() {
        if (budget.isSpent() || attempts > 0 && !fits(Duration.ZERO)) {
            throw failures().budgetSpent();
        }
        AttemptResult last = attempt.make(++attempts, answerLost);
        if (last instanceof AttemptResult.Succeeded succeeded) {
            cancelled = succeeded.cancelled();
            return Optional.empty();
        }
        if (last instanceof AttemptResult.KeyReplaced replaced) {
            if (withFormerKey == 0 && fits(Duration.ZERO)) {
                withFormerKey = 1;
                return Optional.of(Duration.ZERO);
            }
            last = replaced.refusal();
        }
        Optional<Duration> wait =
                retries.waitAfter(attempts - withFormerKey, last, Instant.now()).filter(this::fits);
        if (wait.isEmpty()) {
            throw failures().of(last, budget.isSpent());
        }
        mayHaveCancelled |= last.mayHaveCancelled();
        answerLost = last instanceof AttemptResult.Broken || last instanceof AttemptResult.Unusable;
        return wait;
    }

    /** Whether enough is left for an attempt after such a wait. */
    private boolean fits(Duration wait) {
        return budget.remaining().minus(wait).compareTo(LEAST_ATTEMPT) >= 0;
    }

    private FailureFactory failures() {
        return new FailureFactory(id, attempts, mayHaveCancelled);
    }

    /** The cancelled Upload, once {@link #attempt} was empty. */
    public CancelledUpload cancelled() {
        return cancelled;
    }
}
