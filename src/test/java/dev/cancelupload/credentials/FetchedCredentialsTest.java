package dev.cancelupload.credentials;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How long a token is used, and who fetches the next one. Tokens live 300 seconds and are renewed after 240. */
class FetchedCredentialsTest {

    private static final String FIRST = "Bearer token-number-1";
    private static final String SECOND = "Bearer token-number-2";

    private final AtomicLong clock = new AtomicLong(1_800_000_000_000L);
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger issued = new AtomicInteger();
    private volatile boolean fails;
    private volatile boolean lives = true;
    private volatile CountDownLatch gate = new CountDownLatch(0);

    private final FetchedCredentials credentials = new FetchedCredentials(
            new FetchedCredentials.Source() {
                @Override
                public String name() {
                    return "token";
                }

                @Override
                public FetchedCredentials.Fetched fetch(Budget budget) throws CredentialsException {
                    fetches.incrementAndGet();
                    try {
                        if (!gate.await(budget.remaining().toNanos(), TimeUnit.NANOSECONDS) || fails) {
                            throw CredentialsException.unavailable("There is none.");
                        }
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return new FetchedCredentials.Fetched(
                            new BearerToken("token-number-" + issued.incrementAndGet()),
                            Duration.ofSeconds(240),
                            lives ? Optional.of(Duration.ofSeconds(300)) : Optional.empty());
                }
            },
            clock::get);

    private static Budget budget() {
        return Budget.of(Duration.ofSeconds(20));
    }

    private String current() throws CredentialsException {
        return credentials.current(budget()).authorization();
    }

    private void after(int seconds) {
        clock.addAndGet(1000L * seconds);
    }

    private <T> List<Future<T>> atOnce(int count, Callable<T> call) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(count);
        CountDownLatch started = new CountDownLatch(count);
        List<Future<T>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            results.add(pool.submit(() -> {
                started.countDown();
                started.await();
                return call.call();
            }));
        }
        started.await();
        pool.shutdown();
        return results;
    }

    private static <T> Set<T> all(List<Future<T>> results) throws Exception {
        List<T> values = new ArrayList<>();
        for (Future<T> result : results) {
            values.add(result.get(20, TimeUnit.SECONDS));
        }
        return Set.copyOf(values);
    }

    // Its life

    @Test
    void aTokenIsUsedUntilItIsDueForRenewal() throws Exception {
        assertEquals(FIRST, current());
        after(239);
        assertEquals(FIRST, current());
        after(1);
        assertEquals(SECOND, current());
    }

    @Test
    void aRenewalThatFailsKeepsTheOldOneUntilItEnds() throws Exception {
        assertEquals(FIRST, current());
        fails = true;
        after(240);
        assertEquals(FIRST, current());
        after(59);
        assertEquals(FIRST, current());
        after(1);
        assertThrows(CredentialsException.class, this::current);
        fails = false;
        assertEquals(SECOND, current());
    }

    @Test
    void aRenewalThatFailedIsNotTriedAgainForHalfAMinute() throws Exception {
        current();
        fails = true;
        after(240);
        current();
        after(29);
        current();
        assertEquals(2, fetches.get());
        after(1);
        current();
        assertEquals(3, fetches.get());
    }

    @Test
    void aKeyWithoutAnEndStaysInUseHoweverLongItCannotBeRead() throws Exception {
        lives = false;
        current();
        fails = true;
        after(86_400);
        assertEquals(FIRST, current());
    }

    // Concurrency

    @Test
    void aHundredThatNeedTheFirstTokenFetchItOnce() throws Exception {
        gate = new CountDownLatch(1);
        List<Future<String>> results = atOnce(100, this::current);
        gate.countDown();
        assertEquals(Set.of(FIRST), all(results));
        assertEquals(1, fetches.get());
    }

    @Test
    void oneRenewsAndTheOthersGoOnWithTheOldOneMeanwhile() throws Exception {
        current();
        after(240);
        gate = new CountDownLatch(1);
        ExecutorService renewer = Executors.newSingleThreadExecutor();
        Future<String> renewed = renewer.submit(this::current);
        while (fetches.get() == 1) {
            Thread.onSpinWait();
        }
        assertEquals(Set.of(FIRST), all(atOnce(99, this::current)));
        gate.countDown();
        assertEquals(SECOND, renewed.get());
        assertEquals(2, fetches.get());
        renewer.shutdown();
    }

    @Test
    void aRenewalThatHangsHoldsItsCallUpForASecond() throws Exception {
        current();
        after(240);
        gate = new CountDownLatch(1);
        long start = System.nanoTime();
        assertEquals(FIRST, current());
        assertThat(Duration.ofNanos(System.nanoTime() - start), lessThan(Duration.ofSeconds(5)));
    }

    @Test
    void aFetchTakesHalfOfTheTimeThatIsLeft() {
        gate = new CountDownLatch(1);
        long start = System.nanoTime();
        assertThrows(CredentialsException.class, () -> credentials.current(Budget.of(Duration.ofSeconds(2))));
        assertThat(Duration.ofNanos(System.nanoTime() - start), lessThan(Duration.ofMillis(1900)));
    }

    // After a 401

    @Test
    void aStormOfRefusalsFetchesOneTokenForAll() throws Exception {
        BearerToken refused = credentials.current(budget());
        assertEquals(Set.of(true), all(atOnce(100, () -> credentials.replace(refused, budget()))));
        assertEquals(SECOND, current());
        assertEquals(2, fetches.get());
    }

    @Test
    void aTokenThatIsRefusedAtOnceAgainIsNotReplacedForHalfAMinute() throws Exception {
        credentials.replace(credentials.current(budget()), budget());
        after(29);
        assertFalse(credentials.replace(credentials.current(budget()), budget()));
        after(1);
        assertTrue(credentials.replace(credentials.current(budget()), budget()));
    }

    @Test
    void aFailureToReplaceIsToldToAllAndTheNextOneAsksAgain() throws Exception {
        BearerToken refused = credentials.current(budget());
        fails = true;
        List<Future<String>> results =
                atOnce(8, () -> assertThrows(CredentialsException.class, () -> credentials.replace(refused, budget()))
                        .getMessage());
        assertEquals(Set.of("There is none."), all(results));
        assertEquals(FIRST, current());
        fails = false;
        assertTrue(credentials.replace(refused, budget()));
    }

    @Test
    void aTokenIsFetchedAgainIfTheClockWasSetBack() throws Exception {
        assertEquals(FIRST, current());
        after(-3600);
        assertEquals(SECOND, current());
    }

    @Test
    void aClockThatWasSetBackPutsOffNoReplacement() throws Exception {
        lives = false;
        assertTrue(credentials.replace(credentials.current(budget()), budget()));
        after(-3600);
        assertTrue(credentials.replace(credentials.current(budget()), budget()));
    }

    // During init

    @Test
    void whatWasFetchedDuringInitIsThere() throws Exception {
        credentials.fetchAhead();
        assertEquals(FIRST, credentials.current(Budget.of(Duration.ZERO)).authorization());
        assertEquals(1, fetches.get());
    }
}
