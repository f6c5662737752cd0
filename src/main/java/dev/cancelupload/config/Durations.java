package dev.cancelupload.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Parses the durations in environment variables. */
final class Durations {
    private Durations() {}

    /** Parses {@code 10s}, {@code 500ms}, {@code 2m}, ISO 8601 ({@code PT10S}) or plain seconds; otherwise empty. */
    static Optional<Duration> parse(String value) {
        if (value.startsWith("P") || value.startsWith("p")) {
            try {
                return Optional.of(Duration.parse(value));
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        }
        int unit = 0;
        while (unit < value.length() && value.charAt(unit) >= '0' && value.charAt(unit) <= '9') {
            unit++;
        }
        int number = Environment.number(value.substring(0, unit));
        if (number < 0) {
            return Optional.empty();
        }
        return switch (value.substring(unit)) {
            case "ms" -> Optional.of(Duration.ofMillis(number));
            case "s", "" -> Optional.of(Duration.ofSeconds(number));
            case "m" -> Optional.of(Duration.ofMinutes(number));
            default -> Optional.empty();
        };
    }
}
