package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.upstream.Certificates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody gets another's answer, whatever an upstream sends and when: with TLS and without. */
class AnswersBelongToRequestsIT {

    /** An answer that was meant for nobody. */
    private static final Answer STOLEN = Answer.json(200, Answer.UPLOAD.replace("{id}.jsonl", "stolen"));

    @TempDir
    static Path folder;

    private static Path root;
    private static SSLContext certificate;

    @BeforeAll
    static void certificate() throws Exception {
        Certificates certificates = new Certificates(folder);
        root = certificates.root();
        certificate = certificates.context("server", "localhost");
    }

    private static OpenAiStandIn upstream(boolean tls) {
        return tls ? new OpenAiStandIn(certificate) : new OpenAiStandIn();
    }

    private static Function function(OpenAiStandIn openai) {
        return new Function(openai).with("SSL_CERT_FILE", root.toString()).with("OPENAI_MAX_RETRIES", "0");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatFollowsAnAnswerIsNobodys(boolean tls) throws Exception {
        try (OpenAiStandIn openai = upstream(tls);
                Function function = function(openai)) {
            for (int i = 0; i < 5; i++) {
                openai.answers("upload_1", Answer.cancelled().followedBy(STOLEN));
                function.invoke(Events.one("upload_1"));
                int connections = openai.connections();
                Trigger.ONE.assertCancelled("upload_2", function.invoke(Events.one("upload_2")));
                assertEquals(connections + 1, openai.connections());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aConnectionOnWhichSomethingWasSaidUnaskedCarriesNoRequest(boolean tls) throws Exception {
        try (OpenAiStandIn openai = upstream(tls);
                Function function = function(openai)) {
            for (byte[] unasked : List.of(STOLEN.bytes("upload_2"), new byte[] {'H'}, "\r\n".getBytes())) {
                Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
                int connections = openai.connections();
                openai.sendsUnasked(unasked);
                Trigger.ONE.assertCancelled("upload_2", function.invoke(Events.one("upload_2")));
                assertEquals(connections + 1, openai.connections());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerThatSpeaksFirstIsNotBelieved(boolean tls) throws Exception {
        try (OpenAiStandIn openai = upstream(tls);
                Function function = function(openai)) {
            CountDownLatch spoken = new CountDownLatch(1);
            openai.greets(connection -> {
                java.net.Socket served = tls ? OpenAiStandIn.tls(certificate).greet(connection) : connection;
                served.getOutputStream().write(STOLEN.bytes("upload_1"));
                spoken.countDown();
                return served;
            });
            function.start();
            spoken.await();
            Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aLateAnswerIsNotTakenForTheNextOne(boolean tls) throws Exception {
        try (OpenAiStandIn openai = upstream(tls);
                Function function = function(openai).with("OPENAI_TIMEOUT", "300ms")) {
            Trigger.ONE.assertCancelled("upload_0", function.invoke(Events.one("upload_0")));
            CountDownLatch late = new CountDownLatch(1);
            openai.answers("upload_1", STOLEN.heldBy(late));
            function.invoke(Events.one("upload_1")).assertError("UpstreamFailure");
            late.countDown();
            Trigger.ONE.assertCancelled("upload_2", function.invoke(Events.one("upload_2")));
        }
    }

    @Test
    void inABatchNoneGetsWhatIsLeftOfAnothersAnswer() throws Exception {
        try (OpenAiStandIn openai = upstream(false);
                Function function = function(openai)) {
            Answer surplus = Answer.notFound().followedBy(STOLEN);
            Answer doubled = Answer.cancelled().followedBy(Answer.notFound());
            openai.answersBy(request -> switch (Integer.parseInt(request.id().substring(7)) % 4) {
                case 0 -> surplus;
                case 1 -> doubled.after(Duration.ofMillis(2));
                default -> Answer.cancelled();
            });
            List<String> ids =
                    IntStream.range(0, 400).mapToObj(i -> "upload_" + i).toList();
            List<String> left =
                    function.invoke(Events.sqs(ids.toArray(String[]::new))).failedMessages();
            // A doubled answer may be refused. What was cancelled plainly is not affected.
            assertTrue(left.stream().allMatch(id -> Integer.parseInt(id.substring(8)) % 4 < 2), left::toString);
            for (JsonNode line : function.lines("upload")) {
                int number = Integer.parseInt(line.get("uploadId").textValue().substring(7));
                String wrong = number % 4 == 0 ? "cancelled" : "UploadNotFound";
                assertNotEquals(wrong, line.get("outcome").textValue(), line::toString);
            }
        }
    }
}
