package dev.cancelupload.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.reliability.Deployed.Reply;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests every fault of the upstream with every export: the result is the documented one, within the budget and with the
 * right number of attempts, and the next invocation succeeds. One process per export, all three in parallel, since they
 * mostly wait.
 */
@Tag("reliability")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultMatrixIT {

    /** Tolerance beyond the budget on a busy machine, above all for the transfer of 100 MB. */
    private static final Duration GRACE = Duration.ofMillis(1500);

    private static final Duration LONG_BUDGET = Duration.ofSeconds(8);
    private static final Duration SHORT_BUDGET = Duration.ofSeconds(1);

    @TempDir
    static Path folder;

    private Certificates certificates;
    private SSLContext good;
    private SSLContext wrongHost;
    private SSLContext expired;
    private SSLContext untrusted;
    private Upstream elsewhere;
    private final List<Deployed> patient = new ArrayList<>();
    private final List<Deployed> hurried = new ArrayList<>();
    private ExecutorService exports;
    private int number;

    @BeforeAll
    void start() throws Exception {
        certificates = new Certificates(folder);
        good = certificates.context("good", "localhost");
        wrongHost = certificates.context("wrong", "api.openai.com");
        expired = certificates.context(certificates.server("expired", "localhost", 5));
        untrusted = new Certificates(Files.createTempDirectory(folder, "others")).context("good", "localhost");
        elsewhere = upstream();
        for (Export export : Export.values()) {
            patient.add(deployed(export, "1s", LONG_BUDGET));
            hurried.add(deployed(export, "30s", SHORT_BUDGET));
        }
        exports = Executors.newFixedThreadPool(patient.size());
        for (List<Deployed> functions : List.of(patient, hurried)) {
            // Warms up both sides with a first invocation and handshake.
            onEvery(functions, function -> function.cancel("upload_warm_up"));
        }
    }

    private Deployed deployed(Export export, String timeout, Duration budget) throws IOException {
        return new Deployed(
                export,
                upstream(),
                Map.of(
                        "OPENAI_TIMEOUT",
                        timeout,
                        "CANCEL_BUDGET",
                        budget.toMillis() + "ms",
                        "SSL_CERT_FILE",
                        certificates.root().toString()));
    }

    private Upstream upstream() throws IOException {
        return new Upstream(Layer.TLS_1_3, good).expectingKey(OpenAI.KEY).plays(FaultMatrixIT::healthy);
    }

    private static boolean healthy(Upstream.Exchange exchange) throws IOException {
        exchange.write(Answers.cancelled(exchange.id()));
        return true;
    }

    @AfterAll
    void nothingWasGivenAwayAndNothingBroke() throws Exception {
        for (Deployed function : patient) {
            System.out.printf(
                    "%s after %d faults: %d MB resident, %d MB at most, %d threads, %d descriptors%n",
                    function.export.functionName(),
                    faults().count(),
                    function.process.status("VmRSS") / 1024,
                    function.process.status("VmHWM") / 1024,
                    function.process.status("Threads"),
                    function.process.descriptors());
        }
        exports.shutdownNow();
        elsewhere.close();
        for (List<Deployed> functions : List.of(patient, hurried)) {
            for (Deployed function : functions) {
                function.close();
            }
        }
    }

    Stream<Fault> faults() {
        String only = System.getProperty("reliability.fault", "");
        return Faults.all(wrongHost, expired, untrusted, elsewhere.baseUrl("127.0.0.1")).stream()
                .filter(fault -> fault.name().contains(only));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultComesToWhatTheContractSays(Fault fault) throws Exception {
        number++;
        onEvery(patient, function -> comesToWhatTheContractSays(fault, function, LONG_BUDGET));
    }

    Stream<Fault> outlasting() {
        return Faults.thatOutlastTheBudget().stream();
    }

    @ParameterizedTest
    @MethodSource("outlasting")
    void aFaultThatOutlastsTheBudgetIsToldInTime(Fault fault) throws Exception {
        number++;
        onEvery(hurried, function -> comesToWhatTheContractSays(fault, function, SHORT_BUDGET));
    }

    @Test
    void aRefusedConnectionIsAnUpstreamFailure() throws Exception {
        number++;
        onEvery(patient, function -> {
            String id = id(function, "refused");
            function.openai.down();
            Reply reply;
            try {
                reply = function.cancel(id);
            } finally {
                function.openai.up();
            }
            assertFailed(function, reply, id, FailureKind.UPSTREAM_FAILURE, 502, "could not connect to localhost");
            assertEquals(3, function.logged(id).get("attempts").intValue());
            assertUnharmed(function);
            return null;
        });
    }

    @Test
    void aNameThatDoesNotResolveIsAnUpstreamFailure() throws Exception {
        number++;
        for (Export export : Export.values()) {
            Map<String, String> variables = Map.of(
                    "OPENAI_BASE_URL",
                    "https://no-such-host.invalid/v1",
                    "CANCEL_BUDGET",
                    LONG_BUDGET.toMillis() + "ms");
            try (Deployed function = new Deployed(export, upstream(), variables)) {
                for (String id : List.of("upload_first", "upload_second")) {
                    Reply reply = function.cancel(id);
                    assertFailed(function, reply, id, FailureKind.UPSTREAM_FAILURE, 502, "no-such-host.invalid");
                    assertEquals(3, function.logged(id).get("attempts").intValue());
                    assertTrue(reply.time().compareTo(LONG_BUDGET.plus(GRACE)) < 0, () -> "took " + reply.time());
                }
            }
        }
    }

    private Void comesToWhatTheContractSays(Fault fault, Deployed function, Duration budget) throws Exception {
        String id = id(function, "fault");
        function.openai.behave(fault.opening(), fault.play());
        Reply reply = function.cancel(id);
        if (fault.kind().isEmpty()) {
            assertTrue(function.isCancelled(reply, id), reply::toString);
        } else {
            assertFailed(function, reply, id, fault.kind().get(), fault.httpStatus(), fault.words());
        }
        assertEquals(fault.attempts(), function.logged(id).get("attempts").intValue(), "attempts in the log");
        assertEquals(fault.seen() == Fault.Seen.REQUEST ? fault.attempts() : 0, function.openai.requests(), "requests");
        if (fault.seen() == Fault.Seen.CONNECTION) {
            assertEquals(fault.attempts(), function.openai.connections(), "connections");
        }
        assertTrue(reply.time().compareTo(budget.plus(GRACE)) < 0, () -> "took " + reply.time());
        assertEquals(0, elsewhere.connections(), "a redirect was followed");
        assertHeadersAreWellFormed(reply.json());
        assertUnharmed(function);
        return null;
    }

    private static void assertUnharmed(Deployed function) throws Exception {
        function.openai.behave(FaultMatrixIT::healthy);
        Reply reply = function.cancel("upload_next");
        assertTrue(function.isCancelled(reply, "upload_next"), () -> "the next invocation: " + reply);
        assertEquals(1, function.openai.requests(), "attempts of the next invocation");
    }

    /** Fails as the export does. Its log line always has the words, unlike OpenAI's own response. */
    private static void assertFailed(
            Deployed function, Reply reply, String id, FailureKind kind, int httpStatus, String words)
            throws IOException {
        JsonNode line = function.logged(id);
        assertEquals(kind.errorType(), line.get("outcome").textValue(), reply::toString);
        assertContains(words, line.get("error").textValue());
        JsonNode json = reply.json();
        boolean retryable = kind.retryable() || httpStatus == 408 || httpStatus == 409;
        switch (function.export) {
            case CANCEL_UPLOAD -> {
                assertEquals("error", reply.kind());
                assertEquals(kind.errorType(), reply.errorType());
                assertContains(words, json.get("errorMessage").textValue());
                assertContains(id, json.get("errorMessage").textValue());
            }
            case CANCEL_UPLOAD_HTTP -> {
                assertEquals("response", reply.kind());
                assertEquals(httpStatus, json.get("statusCode").intValue());
                JsonNode error =
                        Json.parse(json.get("body").textValue()).orElseThrow().get("error");
                assertTrue(error.get("message").isTextual() && error.get("type").isTextual(), reply::toString);
                assertTrue(httpStatus != 429 || json.at("/headers/retry-after").isTextual(), reply::toString);
            }
            case CLEAN_UP_UPLOADS -> {
                assertEquals(retryable ? "error" : "response", reply.kind(), reply::toString);
                if (retryable) {
                    assertEquals("CleanUpIncomplete", reply.errorType());
                    assertContains(
                            id + " (" + kind.errorType() + ")",
                            json.get("errorMessage").textValue());
                } else {
                    JsonNode entry = json.get(kind.nothingToCancel() ? "final" : "failed")
                            .get(0);
                    assertEquals(id, entry.get("uploadId").textValue());
                    assertContains(words, entry.get("message").textValue());
                }
            }
        }
    }

    /** The status of a proxy response; other results have none. */
    private static void assertHeadersAreWellFormed(JsonNode answer) {
        answer.path("headers").properties().forEach(header -> {
            assertTrue(header.getKey().matches("[!#$%&'*+.^_`|~0-9a-z-]+"), () -> "header name: " + header);
            assertTrue(
                    header.getValue().isTextual()
                            && header.getValue().textValue().chars().noneMatch(Character::isISOControl),
                    () -> "header value: " + header);
        });
    }

    private static void assertContains(String words, String text) {
        assertTrue(text.contains(words), () -> "\"" + words + "\" is not in: " + text);
    }

    private String id(Deployed function, String what) {
        return "upload_" + what + "_" + number + "_" + function.export.ordinal();
    }

    @FunctionalInterface
    private interface Step {
        Object run(Deployed function) throws Exception;
    }

    /** Runs all in parallel; a failure names its export. */
    private void onEvery(List<Deployed> functions, Step step) throws Exception {
        List<Callable<Object>> steps = functions.stream()
                .<Callable<Object>>map(function -> () -> step.run(function))
                .toList();
        List<Future<Object>> results = exports.invokeAll(steps);
        List<AssertionError> failures = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            try {
                results.get(i).get();
            } catch (ExecutionException e) {
                failures.add(new AssertionError(functions.get(i).export + ": " + e.getCause(), e.getCause()));
            }
        }
        if (!failures.isEmpty()) {
            AssertionError first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }
}
