package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.credentials.AwsStandIn;
import dev.cancelupload.credentials.StandIn;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A key from AWS Secrets Manager: read during init, and again after a refusal. */
class SecretIT {

    private static final String OLD = "sk-svcacct-0ld-0123456789abcdef";
    private static final String NEW = "sk-svcacct-n3w-0123456789abcdef";

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn().accepts(OLD::equals);

    @AutoClose
    private final AwsStandIn aws = new AwsStandIn();

    @AutoClose
    private final Function function = new Function(openai)
            .with("OPENAI_API_KEY", null)
            .with(aws.environment())
            .with("OPENAI_API_KEY_SECRET", "openai-api-key")
            .secret(OLD)
            .secret(NEW)
            .secret(AwsStandIn.CREDENTIALS.secretAccessKey())
            .secret(AwsStandIn.CREDENTIALS.sessionToken().orElseThrow());

    @BeforeEach
    void holdsTheKey() {
        aws.holds(OLD);
    }

    @Test
    void theSecretIsReadOnceDuringInit() throws Exception {
        function.start().lambda().awaitInitialized();
        assertEquals(1, aws.requests().size());
        for (Trigger trigger : Trigger.values()) {
            trigger.assertCancelled("upload_1", function.invoke(trigger.event("upload_1")));
        }
        assertEquals(1, aws.requests().size());
    }

    @Test
    void aFieldOfASecretIsRead() throws Exception {
        aws.holds("{\"user\":\"u\",\"key\":\" " + OLD + "\\n\",\"n\":1}");
        function.with("OPENAI_API_KEY_SECRET_FIELD", "key");
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    @Test
    void aRotatedKeyIsReadAgainAndNoCallerNotices() throws Exception {
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        aws.holds(NEW);
        openai.accepts(NEW::equals);
        for (Trigger trigger : Trigger.values()) {
            trigger.assertCancelled("upload_2", function.invoke(trigger.event("upload_2")));
        }
        assertEquals(2, aws.requests().size());
        assertEquals(2 + Trigger.values().length, openai.requests().size());
    }

    @Test
    void aStormOfRefusalsIsOneRenewal() throws Exception {
        function.with("CLEAN_UP_CONCURRENCY", "100");
        function.invoke(Events.one("upload_1"));
        aws.holds(NEW);
        aws.takes(Duration.ofMillis(100));
        openai.accepts(NEW::equals);
        List<String> ids = IntStream.range(0, 300).mapToObj(i -> "upload_" + i).toList();
        assertEquals(ids, function.invoke(Events.ids(ids)).ids("cancelled"));
        assertEquals(2, aws.requests().size());
    }

    @Test
    void aRefusalThatTheFreshKeyDoesNotMendIsTold() throws Exception {
        openai.accepts("another"::equals);
        for (Trigger trigger : Trigger.values()) {
            Reply reply = function.invoke(trigger.event("upload_1"));
            trigger.assertFailed("upload_1", "CredentialsRejected", 502, false, true, reply);
        }
        assertTrue(
                aws.requests().size() <= 1 + Trigger.values().length,
                () -> aws.requests().size() + " reads");
        openai.accepts(OLD::equals);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    static List<StandIn.Answer> failures() {
        return List.of(
                AwsStandIn.error(400, "AccessDeniedException"),
                AwsStandIn.error(400, "ResourceNotFoundException"),
                AwsStandIn.error(400, "DecryptionFailure"),
                AwsStandIn.error(400, "ThrottlingException"),
                AwsStandIn.error(500, "InternalServiceError"),
                StandIn.Answer.html(403),
                StandIn.Answer.html(200),
                StandIn.Answer.json(200, "{}"),
                StandIn.Answer.none());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("failures")
    void aSecretThatCannotBeReadFailsNoInitAndIsReadByTheNextCall(StandIn.Answer failure) throws Exception {
        aws.answersAlways(failure);
        function.start().lambda().awaitInitialized();
        function.invoke(Events.one("upload_1"), Duration.ofSeconds(3)).assertError("CredentialsUnavailable");
        assertEquals(0, openai.requests().size());
        aws.answersAlways(null);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    @ParameterizedTest
    @EnumSource
    void credentialsThatCannotBeFetchedAreToldInEachTriggersWay(Trigger trigger) throws Exception {
        aws.answersAlways(AwsStandIn.error(400, "AccessDeniedException"));
        Reply reply = function.invoke(trigger.event("upload_1"));
        trigger.assertFailed("upload_1", "CredentialsUnavailable", 502, false, true, reply);
        assertEquals(
                "CredentialsUnavailable",
                function.lineOf("upload_1").get("outcome").textValue());
        assertEquals(1, function.lastInvocation().get("refused").intValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{\"a\":\"b\"}", "''", "sk-with space-0123456789", "{\"OPENAI_API_KEY\":1}"})
    void whatCannotBeAKeyIsNotSent(String secret) throws Exception {
        aws.holds(secret);
        function.with("OPENAI_API_KEY_SECRET_FIELD", secret.contains("OPENAI") ? "OPENAI_API_KEY" : null);
        function.invoke(Events.one("upload_1")).assertError("CredentialsUnavailable", "secret");
        assertEquals(0, openai.requests().size());
    }

    @Test
    void initEndsInTimeWhateverSecretsManagerDoes() throws Exception {
        aws.takes(Duration.ofSeconds(20));
        long start = System.nanoTime();
        long init = function.start().lambda().awaitInitialized() - start;
        assertTrue(init < 3_500_000_000L, () -> "init took " + init / 1_000_000 + " ms");
        aws.takes(Duration.ZERO);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    @Test
    void aCallWaitsForTheSecretNoLongerThanItsTime() throws Exception {
        aws.takes(Duration.ofSeconds(20));
        function.start().lambda().awaitInitialized();
        Duration deadline = Duration.ofSeconds(2);
        Reply reply = function.invoke(Events.one("upload_1"), deadline).within(deadline);
        assertTrue(List.of("CredentialsUnavailable", "BudgetSpent").contains(reply.errorType()), reply.body());
    }
}
