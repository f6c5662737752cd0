package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryPolicyTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private static Optional<Duration> wait(
            int retries, double random, int number, int status, Map<String, List<String>> headers) {
        ErrorResponse answer =
                ErrorResponse.withoutBody(status, ResponseHeaders.of(headers, Budget.of(Duration.ofMinutes(1))));
        return new RetryPolicy(retries, () -> random).waitAfter(number, new AttemptResult.HttpError(answer), NOW);
    }

    @ParameterizedTest
    @CsvSource({"1,500", "2,1000", "3,2000", "4,4000", "5,8000", "6,8000", "60,8000", "100,8000"})
    void waitsDoubleFromHalfASecondToEight(int number, long millis) {
        assertEquals(Optional.of(Duration.ofMillis(millis)), wait(100, 0, number, 500, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({"0,500", "0.5,437.5", "1,375"})
    void jitterTakesUpToAQuarterAway(double random, double millis) {
        assertEquals(Optional.of(Duration.ofNanos((long) (millis * 1e6))), wait(2, random, 1, 500, Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "200,false",
        "301,false",
        "400,false",
        "401,false",
        "403,false",
        "404,false",
        "407,false",
        "408,true",
        "409,true",
        "410,false",
        "422,false",
        "428,false",
        "429,true",
        "431,false",
        "499,false",
        "500,true",
        "501,true",
        "503,true",
        "599,true"
    })
    void theStatusDecidesUnlessOpenAIDoes(int status, boolean retried) {
        assertEquals(retried, wait(2, 0, 1, status, Map.of()).isPresent());
        assertEquals(
                true,
                wait(2, 0, 1, status, Map.of("x-should-retry", List.of("true"))).isPresent());
        assertEquals(
                false,
                wait(2, 0, 1, status, Map.of("x-should-retry", List.of("false")))
                        .isPresent());
        assertEquals(
                retried,
                wait(2, 0, 1, status, Map.of("x-should-retry", List.of("perhaps")))
                        .isPresent());
    }

    @ParameterizedTest
    @CsvSource({"0,1,false", "1,1,true", "1,2,false", "2,2,true", "2,3,false"})
    void thereAreAtMostAsManyRetriesAsConfigured(int retries, int number, boolean retried) {
        assertEquals(retried, wait(retries, 0, number, 500, Map.of()).isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after-ms|1500|1500",
                "retry-after-ms|0.5|0.5",
                "retry-after|2|2000",
                "retry-after|1.5|1500",
                "retry-after|Mon, 23 Nov 2026 10:00:07 GMT|7000",
                "retry-after|60|60000",
                "retry-after|61|500",
                "retry-after|3600|500",
                "retry-after|Mon, 23 Nov 2026 10:01:01 GMT|500",
                "retry-after|Mon, 23 Nov 2026 09:59:59 GMT|500",
                "retry-after|0|500",
                "retry-after|-1|500",
                "retry-after|later|500",
                "retry-after-ms|-7|500",
                "retry-after-ms|NaN|500",
                "retry-after|1e300|500",
                "retry-after-ms||500"
            })
    void theHeadersSayHowLongIfTheyMakeSense(String name, String value, double millis) {
        assertEquals(
                Optional.of(Duration.ofNanos((long) (millis * 1e6))),
                wait(2, 0, 1, 429, Map.of(name, List.of(value == null ? "" : value))));
    }

    @Test
    void millisecondsComeBeforeSeconds() {
        assertEquals(
                Optional.of(Duration.ofMillis(20)),
                wait(2, 0, 1, 429, Map.of("retry-after-ms", List.of("20"), "retry-after", List.of("9"))));
    }
}
