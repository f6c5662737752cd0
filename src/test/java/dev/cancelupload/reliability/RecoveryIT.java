package dev.cancelupload.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.config.Export;
import dev.cancelupload.reliability.Deployed.Reply;
import dev.cancelupload.start.JavaRuntime;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first call after an outage of OpenAI, or after the sandbox was frozen, succeeds or fails as documented and never
 * hangs. Each test has one process per export.
 */
@Tag("reliability")
class RecoveryIT {

    /** How long a process is frozen; after a minute an idle connection is not reused. */
    private static final Duration FREEZE = Duration.ofSeconds(Integer.getInteger("reliability.freeze", 4));

    private static final Duration LONGEST_IDLE = Duration.ofSeconds(60);
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration BUDGET = Duration.ofSeconds(6);
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** The executable resolves each time; on the JVM the JDK caches addresses for 30 s. */
    private static final Duration LONGEST_IN_CACHE = Duration.ofSeconds(JavaRuntime.isChosen() ? 32 : 0);

    private static final String NAME = "api.openai.test";

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static SSLContext localhost;
    private static SSLContext named;

    private final List<Deployed> functions = new ArrayList<>();

    @BeforeAll
    static void certificates() throws Exception {
        certificates = new Certificates(folder);
        localhost = certificates.context("localhost", "localhost");
        named = certificates.context("named", NAME);
    }

    @BeforeEach
    void start() throws Exception {
        for (Export export : Export.values()) {
            Deployed function = deployed(export, upstream(localhost), Map.of());
            functions.add(function);
            assertCancels(function, "upload_before");
        }
    }

    @AfterEach
    void stop() throws IOException {
        for (Deployed function : functions) {
            function.close();
        }
    }

    private static Upstream upstream(SSLContext certificate) throws IOException {
        return new Upstream(Layer.TLS_1_3, certificate).expectingKey(OpenAI.KEY).plays(RecoveryIT::healthy);
    }

    private static Deployed deployed(Export export, Upstream openai, Map<String, String> variables, String... arguments)
            throws IOException {
        Map<String, String> all = new HashMap<>(Map.of(
                "OPENAI_TIMEOUT",
                TIMEOUT.toMillis() + "ms",
                "CANCEL_BUDGET",
                BUDGET.toMillis() + "ms",
                "SSL_CERT_FILE",
                certificates.root().toString()));
        all.putAll(variables);
        return new Deployed(export, openai, all, arguments);
    }

    private static boolean healthy(Upstream.Exchange exchange) throws IOException {
        exchange.write(Answers.cancelled(exchange.id()));
        return true;
    }

    private static void assertCancels(Deployed function, String id) throws InterruptedException {
        Reply reply = function.cancel(id);
        assertTrue(function.isCancelled(reply, id), () -> function.export + ": " + reply);
        assertInTime(function, reply);
    }

    /** Cancels with one request, on a new connection or a reused one. */
    private static void assertCancelsAtOnce(Deployed function, String id, int newConnections) throws Exception {
        int requests = function.openai.requests();
        int connections = function.openai.connections();
        assertCancels(function, id);
        assertEquals(requests + 1, function.openai.requests(), "requests of " + function.export);
        assertEquals(connections + newConnections, function.openai.connections(), "connections of " + function.export);
    }

    private static void assertInTime(Deployed function, Reply reply) {
        assertTrue(reply.time().compareTo(BUDGET.plus(GRACE)) < 0, () -> function.export + " took " + reply.time());
    }

    private static void assertUpstreamFailure(Deployed function, Reply reply, String id) throws IOException {
        assertEquals(
                "UpstreamFailure",
                function.logged(id).get("outcome").textValue(),
                () -> function.export + ": " + reply);
        assertInTime(function, reply);
    }

    @Test
    void aFreshProcessCancelsAtTheFirstAttempt() throws Exception {
        for (int i = 0; i < 30; i++) {
            try (Deployed function = deployed(Export.CANCEL_UPLOAD, upstream(localhost), Map.of())) {
                assertCancels(function, "upload_first");
                assertEquals(1, function.openai.requests(), "requests of process " + i);
            }
        }
    }

    @Test
    void afterManyInvocationsWithoutUpstreamTheFirstWithItSucceeds() throws Exception {
        for (Export export : Export.values()) {
            try (Deployed function = deployed(export, upstream(localhost), Map.of("OPENAI_MAX_RETRIES", "0"))) {
                assertCancels(function, "upload_before");
                function.openai.down();
                for (int i = 0; i < 300; i++) {
                    String id = "upload_" + i;
                    Reply reply = function.cancel(id);
                    assertTrue(!function.isCancelled(reply, id), reply::toString);
                    assertInTime(function, reply);
                }
                assertEquals(
                        "UpstreamFailure",
                        function.logged("upload_299").get("outcome").textValue());
                function.openai.up();
                assertCancelsAtOnce(function, "upload_after", 1);
            }
        }
    }

    @Test
    void anIdleConnectionThatThePeerClosedIsNotUsed() throws Exception {
        for (Deployed function : functions) {
            for (int i = 0; i < 20; i++) {
                function.openai.closeConnections();
                assertCancelsAtOnce(function, "upload_" + i, 1);
            }
        }
    }

    @Test
    void anIdleConnectionThatThePeerResetIsNotUsed() throws Exception {
        for (Deployed function : functions) {
            for (int i = 0; i < 20; i++) {
                function.openai.resetConnections();
                assertCancelsAtOnce(function, "upload_" + i, 1);
            }
        }
    }

    @Test
    void anIdleConnectionThatThePeerForgotCostsOneAttempt() throws Exception {
        for (Deployed function : functions) {
            function.openai.behave(exchange -> {
                if (exchange.number() == 2) {
                    exchange.peer().stall();
                    return false;
                }
                return healthy(exchange);
            });
            assertCancelsAtOnce(function, "upload_before", 1);
            assertCancels(function, "upload_after");
            assertEquals(3, function.openai.requests());
            assertEquals(2, function.openai.connections());
        }
    }

    @Test
    void anUpstreamThatRestartsOnItsPortIsFoundAgain() throws Exception {
        for (Deployed function : functions) {
            for (int i = 0; i < 20; i++) {
                function.openai.down();
                function.openai.up();
                assertCancelsAtOnce(function, "upload_" + i, 1);
            }
        }
    }

    @Test
    void anUpstreamThatComesBackWithAnotherCertificateIsTrustedByItsAuthority() throws Exception {
        SSLContext renewed = certificates.context("renewed", "localhost");
        for (Deployed function : functions) {
            function.openai.behave(
                    peer -> {
                        peer.handshake(renewed);
                        return true;
                    },
                    RecoveryIT::healthy);
            assertCancelsAtOnce(function, "upload_after", 1);
        }
    }

    private void freezeAllFor(Duration time, Interruption meanwhile) throws Exception {
        for (Deployed function : functions) {
            function.process.freeze();
        }
        for (Deployed function : functions) {
            meanwhile.on(function);
        }
        // Real time must pass, which a frozen process does not notice.
        Thread.sleep(time.toMillis());
        for (Deployed function : functions) {
            function.process.thaw();
        }
    }

    @FunctionalInterface
    private interface Interruption {
        void on(Deployed function) throws Exception;
    }

    @Test
    void afterAFreezeInWhichThePeerClosedTheFirstCallSucceeds() throws Exception {
        freezeAllFor(FREEZE, function -> function.openai.closeConnections());
        for (Deployed function : functions) {
            assertCancelsAtOnce(function, "upload_after", 1);
        }
    }

    @Test
    void afterAFreezeInWhichThePeerResetTheFirstCallSucceeds() throws Exception {
        freezeAllFor(FREEZE, function -> function.openai.resetConnections());
        for (Deployed function : functions) {
            assertCancelsAtOnce(function, "upload_after", 1);
        }
    }

    @Test
    void afterAFreezeTheOldConnectionIsUsedForAMinuteAtMost() throws Exception {
        freezeAllFor(FREEZE, function -> {});
        for (Deployed function : functions) {
            assertCancelsAtOnce(function, "upload_after", FREEZE.compareTo(LONGEST_IDLE) < 0 ? 0 : 1);
        }
    }

    @Test
    void anInvocationFrozenForLongerThanItsBudgetEndsByTheContract() throws Exception {
        for (Deployed function : functions) {
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch frozen = new CountDownLatch(1);
            function.openai.behave(exchange -> {
                asked.countDown();
                frozen.await();
                return healthy(exchange);
            });
            FutureTask<Reply> invocation = new FutureTask<>(() -> function.cancel("upload_frozen"));
            new Thread(invocation, "invocation").start();
            assertTrue(asked.await(10, TimeUnit.SECONDS), "no request came");
            function.process.freeze();
            frozen.countDown();
            Thread.sleep(BUDGET.plusSeconds(1).toMillis());
            function.process.thaw();
            Reply reply = invocation.get(3, TimeUnit.SECONDS);
            // The response has arrived, but may be read after the timeout.
            String outcome = function.logged("upload_frozen").get("outcome").textValue();
            assertTrue(Set.of("cancelled", "BudgetSpent").contains(outcome), () -> function.export + ": " + reply);
            function.openai.behave(RecoveryIT::healthy);
            assertCancels(function, "upload_after");
        }
    }

    @Test
    void anAddressThatChangedBehindItsNameIsFound() throws Exception {
        Path hosts = Files.createTempFile(folder, "hosts", "");
        Files.writeString(hosts, "127.0.0.1 " + NAME + "\n");
        Upstream first = upstream(named);
        Map<String, String> variables = Map.of("OPENAI_BASE_URL", first.baseUrl(NAME), "OPENAI_MAX_RETRIES", "0");
        try (Deployed function = deployed(Export.CANCEL_UPLOAD, first, variables, "-Djdk.net.hosts.file=" + hosts)) {
            assertCancels(function, "upload_before");
            first.down();
            try (Upstream second = new Upstream(first, "127.0.0.2")) {
                Files.writeString(hosts, "127.0.0.2 " + NAME + "\n");
                awaitCancels(function);
                assertEquals(1, second.connections());
                assertEquals(List.of(), second.wrong());
            }
        }
    }

    @Test
    void aNameThatResolvesAgainIsFound() throws Exception {
        Path hosts = Files.createTempFile(folder, "hosts", "");
        Upstream openai = upstream(named);
        Map<String, String> variables = Map.of("OPENAI_BASE_URL", openai.baseUrl(NAME), "OPENAI_MAX_RETRIES", "0");
        try (Deployed function = deployed(Export.CANCEL_UPLOAD, openai, variables, "-Djdk.net.hosts.file=" + hosts)) {
            Reply reply = function.cancel("upload_unresolved");
            assertUpstreamFailure(function, reply, "upload_unresolved");
            assertTrue(reply.body().contains("could not resolve the name " + NAME), reply::toString);
            Files.writeString(hosts, "127.0.0.1 " + NAME + "\n");
            awaitCancels(function);
        }
    }

    /** Until then every call fails with UpstreamFailure. */
    private static void awaitCancels(Deployed function) throws Exception {
        long start = System.nanoTime();
        for (int i = 0; ; i++) {
            String id = "upload_try_" + i;
            Reply reply = function.cancel(id);
            if (function.isCancelled(reply, id)) {
                return;
            }
            assertUpstreamFailure(function, reply, id);
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            assertTrue(passed.compareTo(LONGEST_IN_CACHE) < 0, () -> "not found after " + passed);
            Thread.sleep(500);
        }
    }
}
