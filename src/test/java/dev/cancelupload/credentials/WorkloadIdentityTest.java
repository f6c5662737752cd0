package dev.cancelupload.credentials;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.config.CredentialsSource;
import dev.cancelupload.credentials.StandIn.Answer;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.ConnectProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadIdentityTest {

    private final AwsStandIn aws = new AwsStandIn();
    private final TokenEndpoint openai = new TokenEndpoint(aws);
    private final Map<String, String> environment = openai.environment();
    private final AtomicLong wall = new AtomicLong(System.currentTimeMillis());

    @AfterEach
    void close() {
        aws.close();
        openai.close();
    }

    private Credentials credentials() {
        return Credentials.of(Configuration.of(environment::get), () -> StandIn.tls(Optional.empty()));
    }

    /** With a time of day that a test may change. */
    private FetchedCredentials credentialsWithClock() {
        CredentialsSource.WorkloadIdentity identity = (CredentialsSource.WorkloadIdentity)
                Configuration.of(environment::get).credentials();
        return new FetchedCredentials(new WorkloadIdentity(identity, StandIn.tls(Optional.empty())), wall::get);
    }

    private static Budget budget() {
        return Budget.of(Duration.ofSeconds(20));
    }

    private String problem(boolean rejected) {
        return problem(rejected, budget());
    }

    private String problem(boolean rejected, Budget budget) {
        CredentialsException failure =
                assertThrows(CredentialsException.class, () -> credentials().current(budget));
        assertEquals(rejected, failure.rejected(), failure.getMessage());
        assertEquals(1, failure.getMessage().lines().count());
        assertThat(
                failure.getMessage(),
                allOf(not(containsString("eyJ")), not(containsString("S3ss10n")), not(containsString("t0k3n"))));
        return failure.getMessage();
    }

    // The two calls

    @Test
    void theRolesTokenIsExchangedForAnAccessToken() throws Exception {
        assertTrue(openai.accepts(credentials().current(budget()).authorization()));
        assertEquals(1, aws.requests().size());
        assertEquals(1, openai.requests().size());
        StandIn.Request request = aws.requests().get(0);
        assertEquals(
                "Action=GetWebIdentityToken&Version=2011-06-15&Audience.member.1=https%3A%2F%2Fapi.openai.com%2Fv1"
                        + "&SigningAlgorithm=ES384&DurationSeconds=300",
                request.body());
        assertThat(request.headers().get("authorization"), containsString("/eu-central-1/sts/aws4_request"));
    }

    @Test
    void theTokenEndpointGetsTheTokenAndNothingOfTheRolesCredentials() throws Exception {
        credentials().current(budget());
        StandIn.Request request = openai.requests().get(0);
        assertEquals("/oauth/token", request.path());
        assertThat(
                request.headers() + request.body(),
                allOf(
                        not(containsString(AwsStandIn.CREDENTIALS.accessKeyId())),
                        not(containsString(AwsStandIn.CREDENTIALS.secretAccessKey())),
                        not(containsString("S3ss10n"))));
        assertFalse(request.headers().containsKey("authorization"));
    }

    @Test
    void tokensOfSeveralKilobytesArePassedOn() throws Exception {
        aws.addsClaims(12_000);
        openai.lengthens(8_000);
        String authorization = credentials().current(budget()).authorization();
        assertThat(authorization.length(), greaterThan(8_000));
        assertTrue(openai.accepts(authorization));
    }

    @Test
    void bothTokensAreMaskedBeforeTheyAreUsed() throws Exception {
        String authorization = credentials().current(budget()).authorization();
        String jwt = Json.parse(openai.requests().get(0).body())
                .orElseThrow()
                .get("subject_token")
                .asText();
        assertEquals("a *** b Bearer ***", Redaction.mask("a " + jwt + " b " + authorization));
    }

    // Its life

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"access_token\":\"abcdefghijk\",\"expires_in\":300}", "{\"access_token\":\"abcdefghijk\"}"})
    void aTokenIsRenewedInItsLastMinuteAlsoIfItsLifeIsNotSaid(String answer) throws Exception {
        openai.answersAlways(Answer.json(200, answer));
        FetchedCredentials credentials = credentialsWithClock();
        credentials.current(budget());
        wall.addAndGet(239_000);
        credentials.current(budget());
        assertEquals(1, openai.requests().size());
        wall.addAndGet(1_000);
        credentials.current(budget());
        assertEquals(2, openai.requests().size());
    }

    @Test
    void aShortLifeIsRenewedInItsLastFifth() throws Exception {
        openai.issuesFor(Duration.ofSeconds(10));
        FetchedCredentials credentials = credentialsWithClock();
        credentials.current(budget());
        wall.addAndGet(7_000);
        credentials.current(budget());
        assertEquals(1, openai.tokens().size());
        wall.addAndGet(1_000);
        credentials.current(budget());
        assertEquals(2, openai.tokens().size());
    }

    @Test
    void aMappingThatIsTakenAwayIsNamedAfterTheRefusal() throws Exception {
        Credentials credentials = credentials();
        BearerToken revoked = credentials.current(budget());
        openai.revokeAll();
        openai.allowsOnly("arn:aws:iam::123456789012:role/another");
        CredentialsException failure =
                assertThrows(CredentialsException.class, () -> credentials.replace(revoked, budget()));
        assertTrue(failure.rejected());
        assertThat(
                failure.getMessage(),
                containsString("a mapping of the provider has to allow the subject " + AwsStandIn.ROLE));
    }

    // What goes wrong at AWS

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403|OutboundWebIdentityFederationDisabledException|aws iam enable-outbound-web-identity-federation",
                "403|AccessDenied|may not call sts:GetWebIdentityToken",
                "403|ExpiredToken|AWS STS failed or refused (HTTP 403, ExpiredToken,"
            })
    void aRefusalOfStsSaysWhatToDoAndIsNotTriedAgain(int status, String code, String problem) {
        aws.answersAlways(AwsStandIn.stsError(status, code));
        assertThat(
                problem(false),
                allOf(
                        containsString(problem),
                        containsString("(HTTP " + status + ", " + code + ", x-amzn-RequestId 00000000-")));
        assertEquals(1, aws.requests().size());
        assertEquals(0, openai.requests().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html></html>", "<WebIdentityToken>two words</WebIdentityToken>", ""})
    void whatIsNotStsIsToldFromIt(String body) {
        aws.answersAlways(Answer.json(200, body));
        assertThat(problem(false), containsString("in place of AWS STS"));
    }

    // What goes wrong at OpenAI's token endpoint

    @Test
    void anUnknownProviderIsToldFromAnUnknownServiceAccount() {
        environment.put("OPENAI_IDENTITY_PROVIDER_ID", "idp_of_nobody");
        assertThat(problem(true), containsString("OPENAI_IDENTITY_PROVIDER_ID has to be"));
        environment.put("OPENAI_IDENTITY_PROVIDER_ID", TokenEndpoint.PROVIDER);
        environment.put("OPENAI_SERVICE_ACCOUNT_ID", "sa_of_nobody");
        assertThat(problem(true), containsString("OPENAI_SERVICE_ACCOUNT_ID has to be"));
    }

    /** The stand-in repeats the whole JWT in its description, and it is masked. */
    @Test
    void aWrongIssuerIsAnsweredWithTheRightOne() {
        openai.trustsOnly("https://another.tokens.sts.global.api.aws");
        assertThat(
                problem(true),
                allOf(
                        containsString("the provider's issuer has to be " + AwsStandIn.ISSUER),
                        containsString("Issuer mismatch for ***")));
    }

    @Test
    void aWrongAudienceIsAnsweredWithTheRightOne() {
        aws.signsFor("https://api.openai.com");
        assertThat(problem(true), containsString("its audience https://api.openai.com/v1"));
    }

    @Test
    void aRefusalInOtherWordsNamesAllThatMayBeWrongAndIsNotTriedAgain() {
        openai.answersAlways(TokenEndpoint.error(400, "invalid_grant", "Computer says no."));
        assertThat(
                problem(true),
                allOf(
                        containsString("OPENAI_IDENTITY_PROVIDER_ID and OPENAI_SERVICE_ACCOUNT_ID"),
                        containsString(AwsStandIn.ROLE),
                        containsString(AwsStandIn.ISSUER),
                        containsString("(HTTP 400, invalid_grant: Computer says no.)")));
        assertEquals(1, openai.requests().size());
    }

    @Test
    void aRefusalInTheEnvelopeOfOpenaisApiIsReadToo() {
        openai.answersAlways(Answer.json(
                401,
                "{\"error\":{\"message\":\"Unknown provider.\",\"type\":\"invalid_request_error\",\"code\":null}}"));
        assertThat(
                problem(true),
                allOf(
                        containsString("OPENAI_IDENTITY_PROVIDER_ID has to be"),
                        containsString("(HTTP 401, invalid_request_error: Unknown provider.)")));
    }

    @Test
    void whatMayPassIsAskedAgainAndIsNoRefusal() throws Exception {
        Answer limited = TokenEndpoint.error(429, "slow_down", "Too many requests.");
        openai.answersFirst(limited, Answer.html(502), Answer.none());
        assertTrue(openai.accepts(credentials().current(budget()).authorization()));
        openai.answersAlways(limited);
        assertThat(
                problem(false, Budget.of(Duration.ofSeconds(2))),
                containsString("limits the rate of requests (HTTP 429, slow_down"));
    }

    @Test
    void aFirewallsPageIsNoRefusalOfOpenai() {
        openai.answersAlways(Answer.html(403));
        assertThat(problem(false), containsString("something else answered (HTTP 403)"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "<html></html>",
                "{\"access_token\":\"two words\",\"expires_in\":300}",
                "{\"access_token\":\"abcdefghijk\",\"expires_in\":-1}"
            })
    void anAnswerWithoutALivingTokenIsNone(String body) {
        openai.answersAlways(Answer.json(200, body));
        assertThat(problem(false), containsString("is not OpenAI's token endpoint"));
    }

    @Test
    void aDeadTokenEndpointEndsInTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            environment.put("OPENAI_TOKEN_URL", "http://127.0.0.1:" + silent.getLocalPort() + "/oauth/token");
            long start = System.nanoTime();
            assertThat(
                    problem(false, Budget.of(Duration.ofSeconds(2))),
                    containsString("OpenAI's token endpoint did not answer"));
            assertThat(Duration.ofNanos(System.nanoTime() - start), lessThan(Duration.ofMillis(1900)));
        }
    }

    // During init

    @Test
    void aFailureDuringInitIsToldWithoutATokenAndMadeUpForByTheFirstCall() throws Exception {
        openai.trustsOnly("https://another.example");
        Credentials credentials = credentials();
        String problem = credentials.fetchAhead().orElseThrow();
        assertThat(problem, allOf(startsWith("OpenAI does not exchange"), not(containsString("eyJ"))));
        openai.trustsOnly(AwsStandIn.ISSUER);
        assertTrue(openai.accepts(credentials.current(budget()).authorization()));
    }

    // The way there

    @Test
    void bothCallsRunOverTlsWithTheAnchorsOfTheFile(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        try (AwsStandIn tlsAws = new AwsStandIn(certificates.context("aws", "localhost"));
                TokenEndpoint tlsOpenai = new TokenEndpoint(tlsAws, certificates.context("openai", "localhost"))) {
            Configuration configuration = Configuration.of(tlsOpenai.environment()::get);
            Credentials trusting = Credentials.of(configuration, () -> StandIn.tls(Optional.of(certificates.root())));
            assertTrue(tlsOpenai.accepts(trusting.current(budget()).authorization()));
            Credentials strict = Credentials.of(configuration, () -> StandIn.tls(Optional.empty()));
            assertThat(
                    assertThrows(CredentialsException.class, () -> strict.current(Budget.of(Duration.ofSeconds(1))))
                            .getMessage(),
                    containsString("AWS STS did not answer"));
        }
    }

    @Test
    void eachCallTakesTheProxyUnlessItsOwnHostIsExcluded(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        try (TokenEndpoint tlsOpenai = new TokenEndpoint(aws, certificates.context("openai", "auth.openai.com"));
                ConnectProxy proxy = new ConnectProxy(tlsOpenai.port())) {
            environment.remove("OPENAI_TOKEN_URL");
            environment.put("HTTPS_PROXY", "http://127.0.0.1:" + proxy.port());
            Credentials credentials = Credentials.of(
                    Configuration.of(environment::get), () -> StandIn.tls(Optional.of(certificates.root())));
            assertTrue(tlsOpenai.accepts(credentials.current(budget()).authorization()));
            assertEquals(1, proxy.requests().size());
            assertThat(proxy.requests().get(0), startsWith("CONNECT auth.openai.com:443 "));
        }
    }
}
