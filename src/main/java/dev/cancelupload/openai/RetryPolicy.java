package dev.cancelupload.openai;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before a retry, by the rules of OpenAI's official SDKs: {@code retry-after-ms}, then
 * {@code retry-after} say it; otherwise it is half a second, doubled for each retry up to 8 s, less up to 25 % jitter.
 * {@link Verdict} has what is retried.
 *
 * @param random returns numbers from 0 to 1, for the jitter
 */
public record RetryPolicy(DoubleSupplier random) {

    /** The longest wait that no header asked for. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(8);

    private static final Duration FIRST_WAIT = Duration.ofMillis(500);
    private static final double JITTER = 0.25;
    private static final int MAX_DIGITS = 15;
    private static final String MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec";

    /**
     * @param retry the number of the retry, the first being 1
     * @param headers of the response, if there was one
     * @param now the current time, for a {@code retry-after} that is a date
     */
    Duration waitBefore(int retry, ResponseHeaders headers, Instant now) {
        return headers.first("retry-after-ms")
                .flatMap(value -> number(value, 1))
                .or(() -> headers.first("retry-after").flatMap(value -> number(value, 1000)
                        .or(() -> date(value).map(date -> Duration.between(now, date)))))
                .filter(wait -> !wait.isNegative() && !wait.isZero())
                .orElseGet(() -> backoff(retry));
    }

    private Duration backoff(int retry) {
        long doubled = FIRST_WAIT.toNanos() << Math.min(retry - 1, 10);
        long wait = Math.min(doubled, MAX_WAIT.toNanos());
        return Duration.ofNanos((long) (wait * (1 - JITTER * random.getAsDouble())));
    }

    /** Whether the value of {@code retry-after} or {@code retry-after-ms} is one that a client understands. */
    static boolean isWait(String name, String value) {
        return number(value, 1).isPresent()
                || name.equals("retry-after") && date(value).isPresent();
    }

    /** Parses a number, which may have a fraction, of so many milliseconds each. */
    private static Optional<Duration> number(String value, int millis) {
        for (int i = 0; i < value.length(); i++) {
            if ((value.charAt(i) < '0' || value.charAt(i) > '9') && value.charAt(i) != '.') {
                return Optional.empty();
            }
        }
        try {
            return value.length() > MAX_DIGITS
                    ? Optional.empty()
                    : Optional.of(Duration.ofNanos((long) (Double.parseDouble(value) * millis * 1e6)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /**
     * Parses a date in any of HTTP's three forms: {@code Sun, 06 Nov 1994 08:49:37 GMT}, {@code Sunday, 06-Nov-94
     * 08:49:37 GMT} and {@code Sun Nov 6 08:49:37 1994}.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7">RFC 9110: Date/Time Formats</a>
     */
    private static Optional<Instant> date(String value) {
        int month = 0;
        LocalTime time = null;
        List<Integer> dayAndYear = new ArrayList<>();
        try {
            for (String part : value.toLowerCase(Locale.ROOT).split("[ ,-]+")) {
                int index = part.length() == 3 ? MONTHS.indexOf(part) : -1;
                if (index >= 0) {
                    month = index / 3 + 1;
                } else if (part.indexOf(':') > 0) {
                    time = LocalTime.parse(part);
                } else if (!part.isEmpty() && Character.isDigit(part.charAt(0))) {
                    dayAndYear.add(Integer.parseInt(part));
                }
            }
            if (month == 0 || time == null || dayAndYear.size() != 2) {
                return Optional.empty();
            }
            int year = dayAndYear.get(1);
            if (year < 100) {
                year += year < 70 ? 2000 : 1900;
            }
            return Optional.of(LocalDateTime.of(year, month, dayAndYear.get(0), 0, 0)
                    .with(time)
                    .toInstant(ZoneOffset.UTC));
        } catch (DateTimeException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
