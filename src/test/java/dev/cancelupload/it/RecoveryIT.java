package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.upstream.Certificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first call after an outage of OpenAI's, or after the sandbox was frozen, succeeds or fails as documented and
 * never hangs.
 */
class RecoveryIT {

    /** Real time must pass, which a frozen process does not notice. */
    private static final Duration FREEZE = Duration.ofSeconds(4);

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static SSLContext certificate;

    private OpenAiStandIn openai;
    private Function function;

    @BeforeAll
    static void certificate() throws Exception {
        certificates = new Certificates(folder);
        certificate = certificates.context("server", "localhost");
    }

    @BeforeEach
    void start() throws Exception {
        openai = new OpenAiStandIn(certificate);
        function = new Function(openai)
                .with("SSL_CERT_FILE", certificates.root().toString())
                .with("OPENAI_TIMEOUT", "1s")
                .with("CANCEL_BUDGET", "5s");
        Trigger.ONE.assertCancelled("upload_before", function.invoke(Events.one("upload_before")));
    }

    @AfterEach
    void stop() throws Exception {
        function.close();
        openai.close();
    }

    /** Cancels with one request, on a new connection or a reused one. */
    private void assertCancelsAtOnce(int newConnections) throws Exception {
        for (Trigger trigger : List.of(Trigger.ONE, Trigger.IDS)) {
            int requests = openai.requests().size();
            int connections = openai.connections();
            Reply reply = function.invoke(trigger.event("upload_after")).within(Duration.ofSeconds(1));
            trigger.assertCancelled("upload_after", reply);
            assertEquals(requests + 1, openai.requests().size(), "requests");
            assertEquals(connections + (trigger == Trigger.ONE ? newConnections : 0), openai.connections());
        }
    }

    @Test
    void aWarmCallReusesItsConnection() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertCancelsAtOnce(0);
        }
        assertEquals(1, openai.connections());
    }

    @Test
    void afterAnOutageTheFirstCallSucceeds() throws Exception {
        openai.down();
        for (int i = 0; i < 2; i++) {
            function.invoke(Events.one("upload_1")).assertError("UpstreamFailure");
            assertEquals(
                    List.of("message-0"),
                    function.invoke(Events.sqs("upload_1")).failedMessages());
        }
        openai.up();
        assertCancelsAtOnce(1);
    }

    @Test
    void anIdleConnectionThatThePeerClosedOrResetIsNotUsed() throws Exception {
        for (int i = 0; i < 10; i++) {
            openai.closeConnections();
            assertCancelsAtOnce(1);
            openai.resetConnections();
            assertCancelsAtOnce(1);
        }
    }

    @Test
    void afterAFreezeTheFirstCallSucceeds() throws Exception {
        freezeWhile(() -> {});
        assertCancelsAtOnce(0);
        freezeWhile(openai::closeConnections);
        assertCancelsAtOnce(1);
        freezeWhile(openai::resetConnections);
        assertCancelsAtOnce(1);
    }

    private interface Interruption {
        void happens() throws Exception;
    }

    private void freezeWhile(Interruption interruption) throws Exception {
        function.freeze();
        interruption.happens();
        Thread.sleep(FREEZE.toMillis());
        function.thaw();
    }

    @Test
    void anInvocationThatWasFrozenForLongerThanItsBudgetEnds() throws Exception {
        CountDownLatch frozen = new CountDownLatch(1);
        openai.answers("upload_1", Answer.cancelled().heldBy(frozen));
        CompletableFuture<Reply> reply = function.invokeLater(Events.one("upload_1"));
        openai.awaitRequests(2);
        function.freeze();
        frozen.countDown();
        Thread.sleep(5500);
        function.thaw();
        // The answer has come, and may be read before the time is looked at.
        String outcome = reply.get().kind().equals("response")
                ? "cancelled"
                : reply.get().errorType();
        assertTrue(List.of("cancelled", "BudgetSpent").contains(outcome), outcome);
        assertEquals(outcome, function.lastInvocation().get("outcome").textValue());
        openai.answers("upload_after", Answer.cancelled());
        Trigger.ONE.assertCancelled("upload_after", function.invoke(Events.one("upload_after")));
    }

    @Test
    void thirtyFreshProcessesCancelAtTheFirstAttempt() throws Exception {
        for (int i = 0; i < 30; i++) {
            try (Function fresh = new Function(openai)
                    .with("SSL_CERT_FILE", certificates.root().toString())) {
                int requests = openai.requests().size();
                Trigger.ONE.assertCancelled("upload_1", fresh.invoke(Events.one("upload_1")));
                assertEquals(requests + 1, openai.requests().size());
            }
        }
    }
}
