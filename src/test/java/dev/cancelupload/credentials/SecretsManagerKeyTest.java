package dev.cancelupload.credentials;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.credentials.StandIn.Answer;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsManagerKeyTest {

    // Without OpenAI's prefix, by which any key is masked.
    private static final String KEY = "gw-old-5ecret-K3y-0f-th3-0rganisation";
    private static final String NEW = "gw-new-0ne-1n-its-pl4ce-0123456789ab";

    private final AwsStandIn aws = new AwsStandIn();
    private final Map<String, String> environment = aws.environment();

    @BeforeEach
    void configure() {
        environment.put("OPENAI_API_KEY_SECRET", "openai-api-key");
        aws.holds(KEY);
    }

    @AfterEach
    void close() {
        aws.close();
    }

    private Credentials credentials() {
        return Credentials.of(Configuration.of(environment::get), SecretsManagerKeyTest::tls);
    }

    private static Tls tls() {
        try {
            return Tls.create(Tls.Trust.also(Optional.empty()), Optional.empty());
        } catch (Tls.UnusableFileException e) {
            throw new AssertionError(e);
        }
    }

    private static Budget budget() {
        return Budget.of(Duration.ofSeconds(20));
    }

    private String problem() {
        return problem(budget());
    }

    private String problem(Budget budget) {
        CredentialsException failure =
                assertThrows(CredentialsException.class, () -> credentials().current(budget));
        assertFalse(failure.rejected());
        String message = failure.getMessage();
        assertEquals(1, message.lines().count());
        assertThat(
                message,
                allOf(
                        not(containsString("5ecret")),
                        not(containsString("S3ss10n")),
                        not(containsString(AwsStandIn.ACCOUNT))));
        return message;
    }

    @Test
    void theSecretsTextIsTheKeyWithoutTheLineBreakAtItsEnd() throws Exception {
        aws.holds(KEY + "\n");
        assertEquals("Bearer " + KEY, credentials().current(budget()).authorization());
    }

    @Test
    void oneSignedRequestIsAllThatIsSent() throws Exception {
        credentials().current(budget());
        assertEquals(1, aws.requests().size());
        StandIn.Request request = aws.requests().get(0);
        assertEquals("/", request.path());
        assertEquals("{\"SecretId\":\"openai-api-key\"}", request.body());
        assertEquals("127.0.0.1:" + aws.port(), request.headers().get("host"));
    }

    @Test
    void aFieldOfAJsonSecretIsTheKey() throws Exception {
        environment.put("OPENAI_API_KEY_SECRET_FIELD", "key");
        aws.holds("{\"other\": 1, \"key\": \"" + KEY + "\"}");
        assertEquals("Bearer " + KEY, credentials().current(budget()).authorization());
    }

    @Test
    void whatWasReadIsMasked() throws Exception {
        BearerToken token = credentials().current(budget());
        assertEquals("it says ***!", Redaction.mask("it says " + KEY + "!"));
        assertEquals("***", token.toString());
    }

    @Test
    void aRotatedKeyIsReadAfterItsPredecessorWasRefused() throws Exception {
        Credentials credentials = credentials();
        BearerToken refused = credentials.current(budget());
        aws.holds(NEW);
        assertTrue(credentials.replace(refused, budget()));
        assertEquals("Bearer " + NEW, credentials.current(budget()).authorization());
    }

    @Test
    void aRefusedKeyThatIsStillInTheSecretStays() throws Exception {
        Credentials credentials = credentials();
        BearerToken refused = credentials.current(budget());
        assertFalse(credentials.replace(refused, budget()));
        assertFalse(credentials.replace(refused, budget()));
        assertEquals(2, aws.requests().size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "` `|it is empty",
                "\"gw-old-5ecret-K3y\"|quotation mark",
                "gw-old-5ecret K3y|white space",
                "gw-öld-5ecret-K3y|not ASCII",
                "{{resolve:secretsmanager:5ecret}}|CloudFormation",
                "arn:aws:secretsmanager:eu-central-1:123456789012:secret:5ecret|an ARN",
                "{\"key\":\"gw-old-5ecret-K3y\"}|say in OPENAI_API_KEY_SECRET_FIELD"
            })
    void aSecretThatIsNoKeyIsRefusedWithoutShowingIt(String secret, String problem) {
        aws.holds(secret);
        assertThat(problem(), allOf(containsString("The secret of OPENAI_API_KEY_SECRET "), containsString(problem)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gw-old-5ecret-K3y|is not a JSON object, and OPENAI_API_KEY_SECRET_FIELD is set",
                "[\"gw-old-5ecret-K3y\"]|is not a JSON object",
                "{\"Key\":\"gw-old-5ecret-K3y\"}|has no text in the field that OPENAI_API_KEY_SECRET_FIELD names",
                "{\"key\":{\"key\":\"gw-old-5ecret-K3y\"}}|has no text in the field",
                "{\"key\":null}|has no text in the field",
                "{\"key\":\"\"}|it is empty"
            })
    void aSecretWithoutTheFieldIsRefusedWithoutShowingIt(String secret, String problem) {
        environment.put("OPENAI_API_KEY_SECRET_FIELD", "key");
        aws.holds(secret);
        assertThat(problem(), containsString(problem));
    }

    @Test
    void aBinarySecretIsRefused() {
        aws.answersAlways(Answer.json(200, Json.object().put("SecretBinary", "c2stb2xkLTVlY3JldA==")));
        assertThat(problem(), containsString("is binary"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|AccessDeniedException|secretsmanager:GetSecretValue",
                "400|ResourceNotFoundException|does not exist in eu-central-1",
                "400|DecryptionFailure|kms:Decrypt",
                "400|UnrecognizedClientException|AWS refused the credentials",
                "400|com.amazonaws#InvalidSignatureException:http://internal.amazon.com|(HTTP 400, InvalidSignatureException,",
                "403|ExpiredTokenException|AWS refused the credentials",
                "400|InvalidRequestException|scheduled for deletion",
                "400|SomethingNew|AWS Secrets Manager failed or refused (HTTP 400, SomethingNew, x-amzn-RequestId 00000000-",
                "400|S3ss10n/T0k3n+|failed or refused (HTTP 400, x-amzn-RequestId"
            })
    void aRefusalOfAwsSaysWhatToDoAndIsNotTriedAgain(int status, String type, String problem) {
        aws.answersAlways(AwsStandIn.error(status, type));
        assertThat(problem(), containsString(problem));
        assertEquals(1, aws.requests().size());
    }

    @Test
    void aThrottledReadIsTriedAgain() throws Exception {
        aws.answersFirst(
                AwsStandIn.error(400, "ThrottlingException"),
                AwsStandIn.error(500, "InternalServiceError"),
                Answer.none());
        assertEquals("Bearer " + KEY, credentials().current(budget()).authorization());
        assertEquals(4, aws.requests().size());
    }

    @Test
    void aServiceThatKeepsThrottlingIsNamed() {
        aws.answersAlways(AwsStandIn.error(400, "ThrottlingException"));
        assertThat(
                problem(Budget.of(Duration.ofSeconds(2))),
                containsString("limits the rate of requests (HTTP 400, ThrottlingException,"));
    }

    @Test
    void anEndpointThatDoesNotAnswerEndsInTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            environment.put("AWS_ENDPOINT_URL", "http://127.0.0.1:" + silent.getLocalPort());
            long start = System.nanoTime();
            assertThat(
                    problem(Budget.of(Duration.ofSeconds(2))),
                    containsString("the VPC endpoint com.amazonaws.eu-central-1.secretsmanager"));
            assertThat(Duration.ofNanos(System.nanoTime() - start), lessThan(Duration.ofMillis(1900)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "<html>", ""})
    void whatIsNotSecretsManagerIsToldFromIt(String body) {
        aws.answersAlways(Answer.json(200, body));
        assertThat(problem(), containsString("in place of AWS Secrets Manager"));
    }
}
