package dev.cancelupload.openai;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * Decides whether to retry and how long to wait, by the rules of OpenAI's official SDKs.
 *
 * <ul>
 *   <li>{@code x-should-retry: true} or {@code false} decides if OpenAI sends it.
 *   <li>Otherwise 408, 409, 429, every 5xx, a failed connection and the response to another request are retried, and
 *       nothing else.
 *   <li>{@code retry-after-ms}, then {@code retry-after} (seconds or HTTP date) determine the wait.
 *   <li>Otherwise the wait is 0.5 s, doubled for each retry up to 8 s, minus up to 25 % jitter.
 *   <li>There are at most {@code maxRetries} retries.
 * </ul>
 *
 * <p>Like the SDKs, this ignores a server that asks for more than a minute. Unlike them, {@link CancelCall} fails at
 * once if a wait does not fit the rest of the invocation's budget.
 *
 * @param maxRetries the greatest number of attempts after the first
 * @param random returns numbers from 0 to 1, for the jitter
 */
record RetryPolicy(int maxRetries, DoubleSupplier random) {

    static final Duration FIRST_WAIT = Duration.ofMillis(500);
    static final Duration MAX_WAIT = Duration.ofSeconds(8);
    static final Duration MAX_RETRY_AFTER = Duration.ofSeconds(60);
    static final double JITTER = 0.25;

    /**
     * Decides whether and when to retry.
     *
     * @param number of the attempt, the first being 1
     * @param attempt its result
     * @param now the current time, for a {@code retry-after} that is a date
     * @return how long to wait before the next attempt; empty for no retry
     */
    Optional<Duration> waitAfter(int number, AttemptResult attempt, Instant now) {
        if (number > maxRetries) {
            return Optional.empty();
        }
        if (attempt instanceof AttemptResult.HttpError error) {
            ErrorResponse response = error.response();
            return isRetryable(response.status(), response.headers())
                    ? Optional.of(retryAfter(response.headers(), now).orElseGet(() -> backoff(number)))
                    : Optional.empty();
        }
        boolean retryable = attempt instanceof AttemptResult.NoResponse
                || attempt instanceof AttemptResult.Unusable unusable && unusable.ofAnotherRequest();
        return retryable ? Optional.of(backoff(number)) : Optional.empty();
    }

    /** Whether a response with this status and these headers is retryable. */
    static boolean isRetryable(int status, ResponseHeaders headers) {
        String shouldRetry = headers.first("x-should-retry").orElse("");
        if (shouldRetry.equalsIgnoreCase("true")) {
            return true;
        }
        if (shouldRetry.equalsIgnoreCase("false")) {
            return false;
        }
        return status == 408 || status == 409 || status == 429 || status >= 500;
    }

    private Duration backoff(int number) {
        long doubled = FIRST_WAIT.toNanos() << Math.min(number - 1, 10);
        long wait = Math.min(doubled, MAX_WAIT.toNanos());
        return Duration.ofNanos((long) (wait * (1 - JITTER * random.getAsDouble())));
    }

    /** The wait that the headers ask for; empty if they ask for none, for a past time or for more than the maximum. */
    static Optional<Duration> retryAfter(ResponseHeaders headers, Instant now) {
        return headers.first("retry-after-ms")
                .flatMap(RetryAfter::millis)
                .or(() -> headers.first("retry-after")
                        .flatMap(value -> RetryAfter.seconds(value).or(() -> RetryAfter.untilDate(value, now))))
                .filter(wait -> !wait.isNegative() && !wait.isZero() && wait.compareTo(MAX_RETRY_AFTER) <= 0);
    }
}
