package dev.cancelupload.openai;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Parses the values of {@code retry-after} and {@code retry-after-ms}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3">RFC 9110: Retry-After</a>
 */
final class RetryAfter {

    private static final int MAX_DIGITS = 20;
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d*)?");

    private RetryAfter() {}

    /** Parses milliseconds, which may have a fraction; empty if the value is not a number. */
    static Optional<Duration> millis(String value) {
        return number(value, 1);
    }

    /** Parses seconds, which may have a fraction; empty if the value is not a number. */
    static Optional<Duration> seconds(String value) {
        return number(value, 1000);
    }

    /** The time until an HTTP date, negative if it has passed; empty if the value is not a date. */
    static Optional<Duration> untilDate(String value, Instant now) {
        try {
            return Optional.of(Duration.between(now, ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> number(String value, int millis) {
        if (value.length() > MAX_DIGITS || !NUMBER.matcher(value).matches()) {
            return Optional.empty();
        }
        double wait = Double.parseDouble(value) * millis;
        return wait < Long.MAX_VALUE / 1e6 ? Optional.of(Duration.ofNanos((long) (wait * 1e6))) : Optional.empty();
    }
}
