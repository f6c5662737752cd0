package dev.cancelupload.credentials;

import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Keeps a token that is fetched, and fetches the next one in time. However many requests need one, one of them fetches
 * at a time: the others go on with the old one while it is good, and otherwise wait for the new one.
 */
final class FetchedCredentials implements Credentials {

    /** Fetches a token. */
    interface Source {
        /** Where it comes from, for the log: completes "The … was not renewed". */
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

    /** A token in use, and times of day in milliseconds: when it was asked for, is to be renewed, and ends. */
    private record Held(BearerToken token, long askedAt, long renewAt, long endAt) {}

    /** Bound on a fetch without which there is no token. */
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(3);

    /** Bound on a renewal while the old token is good: a request does not wait long for it. */
    private static final Duration RENEWAL_TIMEOUT = Duration.ofSeconds(1);

    /** The least time between two renewals of which the first failed, and between two refused tokens. */
    private static final long RETRY_MILLIS = 30_000;

    private static final Logger LOG = Logger.getLogger(FetchedCredentials.class);

    private final Source source;

    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();

    /** Changed by whoever has the lock. */
    private volatile Held held;

    private long replacedAt;

    FetchedCredentials(Source source) {
        this(source, System::currentTimeMillis);
    }

    /** @param clock time of day in milliseconds; {@link System#nanoTime} may stop while a sandbox is frozen */
    FetchedCredentials(Source source, LongSupplier clock) {
        this.source = source;
        this.clock = clock;
    }

    @Override
    public Optional<String> fetchAhead() {
        try {
            current(Budget.of(FETCH_TIMEOUT.multipliedBy(2))); // A fetch takes half of it.
            return Optional.empty();
        } catch (CredentialsException e) {
            return Optional.of(e.getMessage() + " The first request asks again.");
        }
    }

    @Override
    public BearerToken current(Budget budget) throws CredentialsException {
        Held now = held;
        if (!isGood(now)) {
            return firstToken(shareOf(budget, FETCH_TIMEOUT));
        }
        if (isOver(now.askedAt, now.renewAt) && lock.tryLock()) {
            try {
                renew(now, shareOf(budget, RENEWAL_TIMEOUT));
            } finally {
                lock.unlock();
            }
        }
        return held.token;
    }

    /** Fetches, unless another thread has meanwhile. */
    private BearerToken firstToken(Budget budget) throws CredentialsException {
        lockWithin(budget);
        try {
            if (!isGood(held)) {
                fetch(budget);
            }
            return held.token;
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
            held = new Held(old.token, old.askedAt, clock.getAsLong() + RETRY_MILLIS, old.endAt);
            LOG.warn("The " + source.name() + " was not renewed, and the previous one stays in use: " + e.getMessage());
        }
    }

    @Override
    public boolean replace(BearerToken refused, Budget budget) throws CredentialsException {
        Budget share = shareOf(budget, FETCH_TIMEOUT);
        lockWithin(share);
        try {
            if (isInUse(refused) && isOver(replacedAt, replacedAt + RETRY_MILLIS)) {
                LOG.warn("OpenAI refused the " + source.name() + ", which is fetched again");
                fetch(share);
                replacedAt = clock.getAsLong();
            }
            return !isInUse(refused);
        } finally {
            lock.unlock();
        }
    }

    private boolean isInUse(BearerToken token) {
        return held.token.isSameAs(token);
    }

    private boolean isGood(Held token) {
        return token != null && (token.endAt == Long.MAX_VALUE || !isOver(token.askedAt, token.endAt));
    }

    /** Whether a time is over; it is too if the clock was set back, since nobody knows then. */
    private boolean isOver(long from, long to) {
        long now = clock.getAsLong();
        return now < from || now >= to;
    }

    /** Fetches while the lock is held. */
    private void fetch(Budget budget) throws CredentialsException {
        long asked = clock.getAsLong();
        Fetched fetched = source.fetch(budget);
        held = new Held(
                fetched.token,
                asked,
                asked + fetched.renewAfter.toMillis(),
                fetched.end.map(end -> asked + end.toMillis()).orElse(Long.MAX_VALUE));
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

    /** Limits a fetch to half of the invocation's remaining time, so that the rest is left for OpenAI. */
    private static Budget shareOf(Budget budget, Duration max) {
        return budget.atMost(budget.remaining().dividedBy(2)).atMost(max);
    }
}
