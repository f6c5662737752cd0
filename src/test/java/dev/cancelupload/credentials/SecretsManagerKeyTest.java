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
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
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
        return Credentials.of(Configuration.of(environment::get), () -> StandIn.tls(Optional.empty()));
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
        assertEquals(1, aws.requests().size());
        assertEquals("{\"SecretId\":\"openai-api-key\"}", aws.requests().get(0).body());
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
                "|` `|it is empty",
                "|gw-old-5ecret K3y|white space",
                "|{\"key\":\"gw-old-5ecret-K3y\"}|it is JSON, not the key in it. If it is a JSON object, OPENAI_API_KEY_",
                "key|gw-old-5ecret-K3y|is no JSON object with a text in the field that OPENAI_API_KEY_SECRET_FIELD names",
                "key|{\"Key\":\"gw-old-5ecret-K3y\"}|is no JSON object with a text in the field",
                "key|{\"key\":\"\"}|it is empty"
            })
    void aSecretThatIsNoKeyIsRefusedWithoutShowingIt(String field, String secret, String problem) {
        environment.put("OPENAI_API_KEY_SECRET_FIELD", field);
        aws.holds(secret);
        assertThat(problem(), allOf(containsString("The secret of OPENAI_API_KEY_SECRET "), containsString(problem)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|AccessDeniedException|secretsmanager:GetSecretValue",
                "400|ResourceNotFoundException|does not exist in the Region",
                "400|DecryptionFailure|kms:Decrypt",
                "400|com.amazonaws#InvalidRequestException|scheduled for deletion",
                "403|ExpiredTokenException|AWS Secrets Manager failed or refused (HTTP 403, ExpiredTokenException,"
            })
    void aRefusalOfAwsSaysWhatToDoAndIsNotTriedAgain(int status, String type, String problem) {
        aws.answersAlways(AwsStandIn.error(status, type));
        assertThat(problem(), containsString(problem));
        assertEquals(1, aws.requests().size());
    }

    @Test
    void aThrottledReadIsTriedAgainAndNamedInTheEnd() throws Exception {
        aws.answersFirst(
                AwsStandIn.error(400, "ThrottlingException"),
                AwsStandIn.error(500, "InternalServiceError"),
                Answer.none());
        assertEquals("Bearer " + KEY, credentials().current(budget()).authorization());
        assertEquals(4, aws.requests().size());
        aws.answersAlways(AwsStandIn.error(400, "ThrottlingException"));
        assertThat(
                problem(Budget.of(Duration.ofSeconds(1))),
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
    @ValueSource(strings = {"{\"SecretBinary\":\"c2stb2xkLTVlY3JldA==\"}", "[]", "<html>", ""})
    void anAnswerWithoutATextIsRefused(String body) {
        aws.answersAlways(Answer.json(200, body));
        assertThat(problem(), containsString("is binary, or something else answered in place of AWS Secrets Manager"));
    }
}
