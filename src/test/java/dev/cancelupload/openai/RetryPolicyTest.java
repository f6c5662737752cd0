package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryPolicyTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private static Duration wait(double random, int retry, Map<String, List<String>> headers) {
        return new RetryPolicy(() -> random).waitBefore(retry, ResponseHeaders.of(headers), NOW);
    }

    @ParameterizedTest
    @CsvSource({"1,500", "2,1000", "3,2000", "4,4000", "5,8000", "6,8000", "60,8000"})
    void waitsDoubleFromHalfASecondToEight(int retry, long millis) {
        assertEquals(Duration.ofMillis(millis), wait(0, retry, Map.of()));
    }

    @Test
    void jitterTakesUpToAQuarterAway() {
        assertEquals(Duration.ofMillis(375), wait(1, 1, Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after | 7 | 7000",
                "retry-after | 1.5 | 1500",
                "retry-after | 86400 | 86400000",
                "retry-after-ms | 250 | 250",
                "retry-after-ms | 0.5 | 0.5",
                "retry-after | Mon, 23 Nov 2026 10:00:07 GMT | 7000",
                "retry-after | Monday, 23-Nov-26 10:00:07 GMT | 7000",
                "retry-after | Mon Nov 23 10:00:07 2026 | 7000",
                "retry-after | Tue Dec  1 10:00:00 2026 | 691200000"
            })
    void theServerSaysHowLongToWait(String name, String value, double millis) {
        assertEquals(Duration.ofNanos((long) (millis * 1e6)), wait(0, 1, Map.of(name, List.of(value))));
    }

    @Test
    void millisecondsComeFirst() {
        Map<String, List<String>> both = Map.of("retry-after", List.of("7"), "retry-after-ms", List.of("20"));
        assertEquals(Duration.ofMillis(20), wait(0, 1, both));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "-1",
                "soon",
                "1e9",
                "NaN",
                "Mon, 23 Nov 2026 09:00:00 GMT",
                "Mon, 99 Nov 2026 10:00:07 GMT",
                ""
            })
    void aWaitThatIsNoneIsIgnored(String value) {
        assertEquals(Duration.ofMillis(500), wait(0, 1, Map.of("retry-after", List.of(value))));
    }
}
