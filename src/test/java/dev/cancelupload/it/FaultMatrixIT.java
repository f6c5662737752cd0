package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.upstream.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row and each column of the contract's table of failures, in one process that must stay unharmed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultMatrixIT {

    private static final Duration SECOND = Duration.ofSeconds(1);

    /** Half a second of it is kept for the answer. */
    private static final Duration SHORT_DEADLINE = Duration.ofMillis(900);

    private final OpenAiStandIn openai = new OpenAiStandIn();
    private final Function function =
            new Function(openai).with("OPENAI_MAX_RETRIES", "0").with("OPENAI_TIMEOUT", "400ms");
    private final OpenAiStandIn slow = new OpenAiStandIn();
    private final Function patient = new Function(slow).with("OPENAI_TIMEOUT", "30s");
    private final AtomicInteger number = new AtomicInteger();

    @TempDir
    static Path folder;

    private OpenAiStandIn secure;
    private Function overTls;
    private List<Fault> ofTls;

    @BeforeAll
    void startOverTls() throws Exception {
        Certificates certificates = new Certificates(folder);
        secure = new OpenAiStandIn(certificates.context("good", "localhost"));
        overTls = new Function(secure)
                .with("OPENAI_MAX_RETRIES", "0")
                .with("SSL_CERT_FILE", certificates.root().toString());
        Path others = Files.createDirectory(folder.resolve("others"));
        ofTls = Fault.tls(
                certificates.context("wrong", "api.openai.com"),
                certificates.context(certificates.server("expired", "localhost", 5)),
                new Certificates(others).context("good", "localhost"));
        // Until then the connection that init opens would meet the first fault.
        for (Function one : List.of(function, patient, overTls)) {
            one.invoke(Events.one("upload_warm_up"));
        }
    }

    @AfterAll
    void end() throws Exception {
        for (AutoCloseable one : List.of(function, patient, overTls, openai, slow, secure)) {
            one.close();
        }
    }

    static Stream<Fault> faults() {
        return Stream.concat(Fault.all().stream(), Fault.stalls().stream());
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultIsToldAsTheTableSays(Fault fault) throws Exception {
        check(openai, function, fault);
    }

    List<Fault> faultsOfTls() {
        return ofTls;
    }

    @ParameterizedTest
    @MethodSource("faultsOfTls")
    void aFaultOfTlsIsToldAsTheTableSays(Fault fault) throws Exception {
        check(secure, overTls, fault);
    }

    private void check(OpenAiStandIn server, Function process, Fault fault) throws Exception {
        for (Trigger trigger : Trigger.values()) {
            String id = "upload_" + number.incrementAndGet();
            server.answers(id, fault.answer());
            fault.greeting().ifPresent(greeting -> {
                server.closeConnections();
                server.greets(greeting);
            });
            Reply reply = process.invoke(trigger.event(id)).within(SECOND);
            fault.assertTold(trigger, id, reply);
            assertFalse(reply.body().contains("Blocked by"), "the page of a proxy");
            if (fault.answer().endsConnection()) {
                // Now, and not in a moment, when the next request could be on its way.
                server.closeConnections();
            }
            assertEquals(fault.greeting().isEmpty() ? 1 : 0, server.requests(id).size(), "requests");
            assertLogged(fault, process.lineOf(id));
        }
        String next = "upload_" + number.incrementAndGet();
        Trigger.ONE.assertCancelled(next, process.invoke(Events.one(next)));
        assertEquals(1, server.requests(next).size(), "requests of the next invocation");
    }

    private static void assertLogged(Fault fault, JsonNode line) {
        assertEquals(
                fault.errorType().isEmpty() ? "cancelled" : fault.errorType(),
                line.get("outcome").textValue());
        assertTrue(line.path("error").asText().contains(fault.words()), line::toString);
        assertEquals(1, line.get("attempts").intValue());
    }

    static Stream<Fault> stalls() {
        return Fault.stalls().stream();
    }

    @ParameterizedTest
    @MethodSource("stalls")
    void whatOutlastsTheInvocationIsToldInTime(Fault fault) throws Exception {
        for (Trigger trigger : Trigger.values()) {
            String id = "upload_" + number.incrementAndGet();
            slow.answers(id, fault.answer());
            fault.greeting().ifPresent(greeting -> {
                slow.closeConnections();
                slow.greets(greeting);
            });
            Reply reply = patient.invoke(trigger.event(id), SHORT_DEADLINE).within(SHORT_DEADLINE);
            trigger.assertFailed(id, "BudgetSpent", 504, false, true, reply);
        }
    }
}
