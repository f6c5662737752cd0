package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadersTest {

    private static final String KEY = "gw+Abc/Def-0Hq7vYt2LmX9zPbR4sWcE8uKj";

    @AfterEach
    void forgetTheKey() {
        new Redaction("").install();
    }

    private static ResponseHeaders of(Map<String, List<String>> all) {
        return ResponseHeaders.of(all, Budget.of(Duration.ofMinutes(1)));
    }

    private static Map<String, List<String>> of(String name, String value) {
        return of(Map.of(name, List.of(value))).fields();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x-request-id|req_1",
                "X-Request-Id|req_1",
                "openai-processing-ms|12",
                "openai-version|2020-10-01",
                "x-ratelimit-remaining-requests|9999",
                "x-ratelimit-reset-tokens|6m0s",
                "retry-after|7",
                "retry-after|Mon, 23 Nov 2026 10:00:07 GMT",
                "retry-after-ms|1500",
                "x-should-retry|true"
            })
    void whatOpenAIsClientsUsePasses(String name, String value) {
        assertEquals(Map.of(name.toLowerCase(), List.of(value)), of(name, value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set-cookie",
                "access-control-allow-origin",
                "clear-site-data",
                "refresh",
                "location",
                "x-amzn-remapped-date",
                "x-amzn-errortype",
                "cache-control",
                "content-type",
                "content-length",
                "server",
                "x-new",
                "openai-\u00e9",
                "openai-a b",
                "openai-a:b",
                "x-ratelimit-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
            })
    void noOtherFieldPasses(String name) {
        assertEquals(Map.of(), of(name, "x"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after|soon",
                "retry-after|1e9",
                "retry-after-ms|-",
                "x-should-retry|perhaps",
                "x-request-id|req 1",
                "openai-version|caf\u00e9"
            })
    void aValueThatMakesNoSenseDoesNotPass(String name, String value) {
        assertEquals(Map.of(), of(name, value));
    }

    @Property
    boolean whateverPassesIsVisibleAscii(@ForAll String value) {
        return of("openai-x", value).values().stream().flatMap(List::stream).allMatch(v -> v.chars()
                .allMatch(c -> c >= ' ' && c < 0x7f));
    }

    @Test
    void aThousandFieldsAreCutDown() {
        Map<String, List<String>> all =
                IntStream.range(0, 1000).boxed().collect(Collectors.toMap(i -> "openai-" + i, i -> List.of("v")));
        assertEquals(40, of(all).fields().size());
    }

    @Test
    void noFieldPassesWithTheKeyInItsNameOrValue() {
        new Redaction(KEY).install();
        assertEquals(Map.of(), of("openai-x", KEY));
        assertEquals(Map.of(), of("x-request-id", KEY.substring(5, 20)));
        assertEquals(Map.of(), of("openai-hq7vyt2lmx9zpbr", "1"));
    }

    @Test
    void aKeyThatIsSplitOverSeveralFieldsTakesAllOfThemWithIt() {
        new Redaction(KEY).install();
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("openai-a", List.of(KEY.substring(8, 15)));
        all.put("openai-b", List.of(KEY.substring(15, 22)));
        assertEquals(Map.of(), of(all).fields());
        assertEquals(
                Map.of(),
                of(Map.of("openai-a", List.of(KEY.substring(8, 15), KEY.substring(15, 22))))
                        .fields());
    }

    @Test
    void theFirstOfSeveralValuesCounts() {
        ResponseHeaders headers = of(Map.of("Retry-After", List.of("1", "2")));
        assertEquals(Optional.of("1"), headers.first("retry-after"));
        assertTrue(headers.requestId().isEmpty());
    }
}
