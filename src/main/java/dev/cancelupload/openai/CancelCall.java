package dev.cancelupload.openai;

import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The attempts to cancel one Upload. The caller waits between them, so that it can do other work meanwhile. For use by
 * one thread at a time.
 */
public final class CancelCall {

    /** An attempt with less time than this would only time out, perhaps after the request was sent. */
    static final Duration MIN_ATTEMPT = Duration.ofMillis(250);

    /** Makes an attempt. */
    interface Attempts {
        /**
         * @param number of the attempt, the first being 1
         * @param onNewConnection whether not to reuse a connection
         */
        AttemptResult make(int number, boolean onNewConnection);
    }

    private final UploadId id;
    private final RetryPolicy retries;
    private final Budget budget;
    private final Attempts attempt;
    private int attempts;
    /** 1 after an attempt with a key that was replaced since, which does not count as a retry. */
    private int attemptsWithReplacedKey;

    private boolean mayHaveCancelled;
    /** Whether the last attempt had no response, or that of another request. */
    private boolean responseLost;

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
     * @return how long to wait before the next attempt; empty if the Upload {@linkplain #cancelled is cancelled}
     * @throws UploadFailure if it was not cancelled, and another attempt would not help or does not fit the budget
     */
    public Optional<Duration> attempt() {
        if (budget.isSpent() || attempts > 0 && !fitsBudget(Duration.ZERO)) {
            throw failures().budgetSpent();
        }
        AttemptResult last = attempt.make(++attempts, responseLost);
        if (last instanceof AttemptResult.Succeeded succeeded) {
            cancelled = succeeded.cancelled();
            return Optional.empty();
        }
        if (last instanceof AttemptResult.KeyReplaced replaced) {
            if (attemptsWithReplacedKey == 0 && fitsBudget(Duration.ZERO)) {
                attemptsWithReplacedKey = 1;
                return Optional.of(Duration.ZERO);
            }
            last = replaced.refusal();
        }
        Optional<Duration> wait = retries.waitAfter(attempts - attemptsWithReplacedKey, last, Instant.now())
                .filter(this::fitsBudget);
        if (wait.isEmpty()) {
            throw failures().of(last, budget.isSpent());
        }
        mayHaveCancelled |= last.mayHaveCancelled();
        responseLost = last instanceof AttemptResult.NoResponse || last instanceof AttemptResult.Unusable;
        return wait;
    }

    /** Whether the budget leaves enough time for an attempt after this wait. */
    private boolean fitsBudget(Duration wait) {
        return budget.remaining().minus(wait).compareTo(MIN_ATTEMPT) >= 0;
    }

    private FailureFactory failures() {
        return new FailureFactory(id, attempts, mayHaveCancelled, budget);
    }

    /** The cancelled Upload, after {@link #attempt} returned empty. */
    public CancelledUpload cancelled() {
        return cancelled;
    }
}
