package dev.cancelupload.openai;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * When to try again, and after how long: the rules of OpenAI's official SDKs.
 *
 * <ul>
 *   <li>{@code x-should-retry: true} or {@code false} decides, if OpenAI sends it.
 *   <li>Otherwise 408, 409, 429, every 5xx, a failed connection and an answer to another request are tried again, and
 *       nothing else is.
 *   <li>{@code retry-after-ms}, then {@code retry-after} (seconds or HTTP date) say how long to wait.
 *   <li>Otherwise the wait is 0.5 s, doubling up to 8 s, less up to a quarter of it.
 *   <li>At most {@code maxRetries} times.
 * </ul>
 *
 * <p>As the SDKs do, it takes no notice of a server that asks for more than a minute. Unlike them, {@link CancelCall}
 * gives up at once when a wait does not fit into what is left of the invocation's budget.
 *
 * @param maxRetries how many attempts may follow the first
 * @param random gives numbers from 0 to 1, for the jitter
 */
record RetryPolicy(int maxRetries, DoubleSupplier random) {

    static final Duration FIRST_WAIT = Duration.ofMillis(500);
    static final Duration LONGEST_WAIT = Duration.ofSeconds(8);
    static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(60);
    static final double JITTER = 0.25;

    /**
     * Whether and when to try again.
     *
     * @param number the attempt's number, the first being 1
     * @param attempt what became of it
     * @param now the time, for a {@code retry-after} that is a date
     * @return how long to wait before the next attempt; empty if there is to be none
     */
    Optional<Duration> waitAfter(int number, AttemptResult attempt, Instant now) {
        if (number > maxRetries) {
            return Optional.empty();
        }
        if (attempt instanceof AttemptResult.Answered answered) {
            ErrorResponse answer = answered.answer();
            return retries(answer.status(), answer.headers())
                    ? Optional.of(retryAfter(answer.headers(), now).orElseGet(() -> backoff(number)))
                    : Optional.empty();
        }
        boolean lost = attempt instanceof AttemptResult.Broken
                || attempt instanceof AttemptResult.Unusable unusable && unusable.anothers();
        return lost ? Optional.of(backoff(number)) : Optional.empty();
    }

    /** Whether an answer is one to try again after. */
    static boolean retries(int status, ResponseHeaders headers) {
        String decided = headers.first("x-should-retry").orElse("");
        if (decided.equalsIgnoreCase("true")) {
            return true;
        }
        if (decided.equalsIgnoreCase("false")) {
            return false;
        }
        return status == 408 || status == 409 || status == 429 || status >= 500;
    }

    private Duration backoff(int number) {
        long doubled = FIRST_WAIT.toNanos() << Math.min(number - 1, 10);
        long wait = Math.min(doubled, LONGEST_WAIT.toNanos());
        return Duration.ofNanos((long) (wait * (1 - JITTER * random.getAsDouble())));
    }

    /** What the headers ask for; empty if they ask for nothing that lies ahead, or is too far ahead. */
    static Optional<Duration> retryAfter(ResponseHeaders headers, Instant now) {
        return headers.first("retry-after-ms")
                .flatMap(RetryAfter::millis)
                .or(() -> headers.first("retry-after")
                        .flatMap(value -> RetryAfter.seconds(value).or(() -> RetryAfter.untilDate(value, now))))
                .filter(wait -> !wait.isNegative() && !wait.isZero() && wait.compareTo(LONGEST_RETRY_AFTER) <= 0);
    }
}
