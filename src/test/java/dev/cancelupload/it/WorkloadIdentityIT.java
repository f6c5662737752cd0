package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.credentials.AwsStandIn;
import dev.cancelupload.credentials.StandIn;
import dev.cancelupload.credentials.TokenEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No key: AWS STS signs a token for the function's role, and OpenAI exchanges it for an access token. */
class WorkloadIdentityIT {

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final AwsStandIn aws = new AwsStandIn();

    @AutoClose
    private final TokenEndpoint tokens = new TokenEndpoint(aws);

    @AutoClose
    private final Function function = new Function(openai.accepts(tokens::accepts))
            .with("OPENAI_API_KEY", null)
            .with(tokens.environment())
            .secret("0f-th3-s3rv1ce-acc0unt")
            // The beginning of each token that STS signs.
            .secret("eyJraWQiOiJFQzM4NF8wIi")
            .secret(AwsStandIn.CREDENTIALS.secretAccessKey())
            .secret(AwsStandIn.CREDENTIALS.sessionToken().orElseThrow());

    private static List<String> uploads(int count) {
        return IntStream.range(0, count).mapToObj(i -> "upload_" + i).toList();
    }

    @Test
    void aTokenIsFetchedOnceDuringInit() throws Exception {
        function.start().lambda().awaitInitialized();
        assertEquals(1, tokens.tokens().size());
        for (Trigger trigger : Trigger.values()) {
            trigger.assertCancelled("upload_1", function.invoke(trigger.event("upload_1")));
        }
        assertEquals(1, tokens.tokens().size());
        assertEquals(1, aws.requests().size());
    }

    @Test
    void aTokenThatEndsInTheMiddleOfABatchIsRenewedBefore() throws Exception {
        tokens.issuesFor(Duration.ofSeconds(3));
        function.with("CLEAN_UP_CONCURRENCY", "4");
        openai.answers(Answer.cancelled().after(Duration.ofMillis(100)));
        assertEquals(uploads(200), function.invoke(Events.ids(uploads(200))).ids("cancelled"));
        assertTrue(tokens.tokens().size() >= 2, () -> tokens.tokens().size() + " tokens");
        assertEquals(200, openai.requests().size(), "requests; a refused one would be sent twice");
    }

    @Test
    void aRevokedTokenIsRenewedOnceForAllThatWait() throws Exception {
        function.with("CLEAN_UP_CONCURRENCY", "100");
        function.invoke(Events.one("upload_1"));
        tokens.revokeAll();
        tokens.takes(Duration.ofMillis(100));
        assertEquals(uploads(300), function.invoke(Events.ids(uploads(300))).ids("cancelled"));
        assertEquals(2, tokens.tokens().size());
    }

    @Test
    void aTokenThatIsRefusedAgainIsTold() throws Exception {
        openai.accepts(key -> false);
        function.invoke(Events.ids(uploads(20))).assertError("CredentialsRejected", "upload_0", "upload_19");
        assertTrue(tokens.tokens().size() <= 3, () -> tokens.tokens().size() + " tokens");
        assertTrue(openai.requests().size() <= 16, () -> openai.requests().size() + " requests");
        openai.accepts(tokens::accepts);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    static List<StandIn.Answer> failuresOfSts() {
        return List.of(
                AwsStandIn.stsError(403, "AccessDenied"),
                AwsStandIn.stsError(400, "OutboundWebIdentityFederationDisabledException"),
                AwsStandIn.stsErrorInXml(400, "OutboundWebIdentityFederationDisabled"),
                AwsStandIn.stsError(400, "JWTPayloadSizeExceededException"),
                AwsStandIn.stsError(403, "SessionDurationEscalationException"),
                AwsStandIn.stsError(400, "Throttling"),
                AwsStandIn.stsError(500, "InternalFailure"),
                StandIn.Answer.html(502),
                StandIn.Answer.json(200, "{}"),
                StandIn.Answer.none());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("failuresOfSts")
    void whatStsRefusesIsToldAndTheNextCallAsksAgain(StandIn.Answer failure) throws Exception {
        aws.answersAlways(failure);
        assertUnavailable();
        aws.answersAlways(null);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    static List<StandIn.Answer> failuresOfTheExchange() {
        return List.of(
                TokenEndpoint.error(401, "invalid_grant", "The audience does not match."),
                TokenEndpoint.error(403, "invalid_grant", "No matching service account mapping."),
                TokenEndpoint.error(400, "invalid_request", "Unknown workload identity provider."),
                TokenEndpoint.error(429, "rate_limited", "Slow down."),
                StandIn.Answer.json(500, "{}"),
                StandIn.Answer.html(403),
                StandIn.Answer.html(200),
                StandIn.Answer.json(200, "{\"access_token\":\"\"}"),
                StandIn.Answer.none());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("failuresOfTheExchange")
    void whatTheTokenEndpointRefusesIsToldAndTheNextCallAsksAgain(StandIn.Answer failure) throws Exception {
        tokens.answersAlways(failure);
        assertUnavailable();
        tokens.answersAlways(null);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    private void assertUnavailable() throws Exception {
        function.start().lambda().awaitInitialized();
        Reply reply = function.invoke(Events.ids("upload_1"), Duration.ofSeconds(3));
        String outcome = function.lastInvocation().get("outcome").textValue();
        assertTrue(List.of("CredentialsUnavailable", "CredentialsRejected").contains(outcome), outcome);
        Trigger.IDS.assertFailed("upload_1", outcome, 502, false, true, reply);
        assertEquals(0, openai.requests().size());
    }

    @Test
    void initEndsInTimeWhateverTheTokenEndpointDoes() throws Exception {
        tokens.takes(Duration.ofSeconds(20));
        long start = System.nanoTime();
        long init = function.start().lambda().awaitInitialized() - start;
        assertTrue(init < 3_500_000_000L, () -> "init took " + init / 1_000_000 + " ms");
        tokens.takes(Duration.ZERO);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }
}
