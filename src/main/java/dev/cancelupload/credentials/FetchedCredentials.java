package dev.cancelupload.credentials;

import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Keeps a token that is fetched, and fetches the next one in time. However many requests need one, one of them fetches:
 * the others go on with the old one while it is good, and otherwise wait for the new one.
 */
final class FetchedCredentials implements Credentials {

    /** Fetches a token. */
    interface Source {
        /** Where it comes from, for the log: completes "The … was not fetched". */
        String name();

        /** @throws CredentialsException if there is none within the budget */
        Fetched fetch(Budget budget) throws CredentialsException;
    }

    /**
     * A token and its life, counted from before it was asked for.
     *
     * @param renewAfter when the next one is fetched
     * @param end when it is not good any more; empty if that never happens by itself
     */
    record Fetched(BearerToken token, Duration renewAfter, Optional<Duration> end) {}

    /** Bound on a fetch without which there is no token. */
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(3);

    /** Bound on a renewal while the old token is good: a request does not wait long for it. */
    private static final Duration RENEWAL_TIMEOUT = Duration.ofSeconds(1);

    /** The least time between two renewals of which the first failed, and between two refused tokens. */
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(30);

    private static final Logger LOG = Logger.getLogger(FetchedCredentials.class);

    /** A token that was fetched. @param failedAt of its last renewal that failed; null without one */
    private record Held(Fetched fetched, Moment fetchedAt, Moment failedAt) {}

    /** @param wall time of day; @param monotonic time since any start; both in milliseconds */
    private record Moment(long wall, long monotonic) {}

    private final Source source;
    private final LongSupplier wallMillis;
    private final LongSupplier monotonicMillis;

    /** Held while a token is fetched. Guards the fields below; those that are volatile are read without it. */
    private final ReentrantLock lock = new ReentrantLock();

    private volatile Held held;
    private volatile int fetches;
    private CredentialsException lastFailure;
    private Moment replacedAt;

    FetchedCredentials(Source source) {
        this(source, System::currentTimeMillis, () -> System.nanoTime() / 1_000_000);
    }

    /**
     * @param wallMillis the time of day, which somebody may set back
     * @param monotonicMillis the time since any start, which may stop while the sandbox is frozen
     */
    FetchedCredentials(Source source, LongSupplier wallMillis, LongSupplier monotonicMillis) {
        this.source = source;
        this.wallMillis = wallMillis;
        this.monotonicMillis = monotonicMillis;
    }

    @Override
    public Optional<String> fetchAhead() {
        lock.lock();
        try {
            fetch(Budget.of(FETCH_TIMEOUT));
            return Optional.empty();
        } catch (CredentialsException e) {
            // The first request, which may be waiting already, does not take this failure for its own.
            lastFailure = null;
            return Optional.of(e.getMessage() + " The first request asks again.");
        } finally {
            lock.unlock();
        }
    }

    @Override
    public BearerToken current(Budget budget) throws CredentialsException {
        Held now = held;
        if (isGood(now)) {
            if (isDue(now) && lock.tryLock()) {
                try {
                    renew(now, shareOf(budget, RENEWAL_TIMEOUT));
                } finally {
                    lock.unlock();
                }
            }
            return held.fetched.token();
        }
        return fetchOnce(shareOf(budget, FETCH_TIMEOUT)).token();
    }

    /** Fetches, or takes what another thread has fetched meanwhile: its token or its failure. */
    private Fetched fetchOnce(Budget budget) throws CredentialsException {
        int before = fetches;
        lockWithin(budget);
        try {
            if (isGood(held)) {
                return held.fetched;
            }
            if (fetches != before && lastFailure != null) {
                throw lastFailure;
            }
            return fetch(budget);
        } finally {
            lock.unlock();
        }
    }

    private void renew(Held old, Budget budget) {
        if (held != old) {
            return;
        }
        try {
            fetch(budget);
        } catch (CredentialsException e) {
            held = new Held(old.fetched, old.fetchedAt, now());
            LOG.warn("The " + source.name() + " was not renewed, and the previous one stays in use: " + e.getMessage());
        }
    }

    @Override
    public boolean replace(BearerToken refused, Budget budget) throws CredentialsException {
        if (isAnother(refused)) {
            return true;
        }
        Budget share = shareOf(budget, FETCH_TIMEOUT);
        lockWithin(share);
        try {
            if (isAnother(refused)) {
                return true;
            }
            if (replacedAt == null || elapsed(replacedAt) >= RETRY_INTERVAL.toMillis()) {
                replacedAt = now();
                LOG.warn("OpenAI refused the " + source.name() + ", which is fetched again");
                fetch(share);
            } else if (lastFailure != null) {
                throw lastFailure;
            }
            return isAnother(refused);
        } finally {
            lock.unlock();
        }
    }

    private boolean isAnother(BearerToken refused) {
        Held now = held;
        return now != null && !now.fetched.token().isSameAs(refused);
    }

    /** Fetches while the lock is held. */
    private Fetched fetch(Budget budget) throws CredentialsException {
        Moment asked = now();
        try {
            Fetched fetched = source.fetch(budget);
            held = new Held(fetched, asked, null);
            lastFailure = null;
            return fetched;
        } catch (CredentialsException e) {
            lastFailure = e;
            throw e;
        } finally {
            fetches++;
        }
    }

    private void lockWithin(Budget budget) throws CredentialsException {
        try {
            if (lock.tryLock(budget.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw CredentialsException.unavailable("The " + source.name() + " is being fetched, which took too long.");
    }

    private boolean isGood(Held token) {
        return token != null
                && (token.fetched.end().isEmpty()
                        || elapsed(token.fetchedAt) < token.fetched.end().get().toMillis());
    }

    private boolean isDue(Held token) {
        return elapsed(token.fetchedAt) >= token.fetched.renewAfter().toMillis()
                && (token.failedAt == null || elapsed(token.failedAt) >= RETRY_INTERVAL.toMillis());
    }

    private Moment now() {
        return new Moment(wallMillis.getAsLong(), monotonicMillis.getAsLong());
    }

    /** By the clock that says more: the one may have been set back, the other may have stopped in a frozen sandbox. */
    private long elapsed(Moment since) {
        return Math.max(wallMillis.getAsLong() - since.wall, monotonicMillis.getAsLong() - since.monotonic);
    }

    /** Limits a fetch to half of the invocation's remaining time, so that the rest is left for OpenAI. */
    private static Budget shareOf(Budget budget, Duration max) {
        Duration half = budget.remaining().dividedBy(2);
        return budget.atMost(half.compareTo(max) < 0 ? half : max);
    }
}
