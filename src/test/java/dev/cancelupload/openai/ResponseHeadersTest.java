package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.redaction.Redaction;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadersTest {

    private static Map<String, List<String>> of(String name, String value) {
        return ResponseHeaders.of(Map.of(name, List.of(value))).fields();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Request-Id|req_1",
                "openai-processing-ms|12",
                "x-ratelimit-reset-tokens|6m0s",
                "retry-after|7",
                "retry-after|Mon, 23 Nov 2026 10:00:07 GMT",
                "retry-after-ms|1500",
                "x-should-retry|true"
            })
    void whatOpenAisClientsUsePasses(String name, String value) {
        assertEquals(Map.of(name.toLowerCase(), List.of(value)), of(name, value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"set-cookie", "access-control-allow-origin", "location", "cache-control", "content-type", "x-new"
            })
    void noOtherFieldPasses(String name) {
        assertEquals(Map.of(), of(name, "x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after|soon",
                "retry-after-ms|-",
                "x-should-retry|perhaps",
                "x-request-id|req 1",
                "openai-version|caf\u00e9"
            })
    void aValueThatMakesNoSenseDoesNotPass(String name, String value) {
        assertEquals(Map.of(), of(name, value));
    }

    @Test
    void aThousandFieldsAreCutDown() {
        Map<String, List<String>> all =
                IntStream.range(0, 1000).boxed().collect(Collectors.toMap(i -> "openai-" + i, i -> List.of("v")));
        assertEquals(40, ResponseHeaders.of(all).fields().size());
    }

    @Test
    void aCredentialInAValueIsMasked() {
        Redaction.add("gw+ResponseHeadersTest");
        assertEquals(Map.of("openai-x", List.of("a ***")), of("openai-x", "a gw+ResponseHeadersTest"));
    }

    @Test
    void theFirstOfSeveralValuesCounts() {
        ResponseHeaders headers = ResponseHeaders.of(Map.of("Retry-After", List.of("1", "2")));
        assertEquals(Optional.of("1"), headers.first("retry-after"));
    }
}
