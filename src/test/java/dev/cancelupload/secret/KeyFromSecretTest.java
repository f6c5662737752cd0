package dev.cancelupload.secret;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.cancelupload.config.ApiKey;
import dev.cancelupload.config.ApiKeySecret;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.http.TlsImplementation;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import dev.cancelupload.upstream.Certificates;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyFromSecretTest {

    // Without OpenAI's prefix, by which any key is masked.
    private static final String OLD = "gw-old-5ecret-K3y-0f-th3-0rganisation";
    private static final String NEW = "gw-new-0ne-1n-its-pl4ce-0123456789ab";

    private final AwsSecrets aws = new AwsSecrets();
    private final Map<String, String> environment = aws.environment();
    private final AtomicLong timeOfDay = new AtomicLong(1_800_000_000_000L);

    @AfterEach
    void cleanUp() {
        aws.close();
        new Redaction("").install();
    }

    private KeyFromSecret key() {
        return key(Optional.empty());
    }

    private KeyFromSecret key(Optional<Path> anchors) {
        ApiKeySecret secret = (ApiKeySecret) Configuration.of(environment::get).apiKey();
        HttpTransport transport = new HttpTransport(
                secret.proxy(),
                assertDoesNotThrow(() -> TlsImplementation.create(Trust.also(anchors), Optional.empty())));
        return new KeyFromSecret(secret, transport, timeOfDay::get);
    }

    private static <T> T assertDoesNotThrow(Callable<T> callable) {
        return org.junit.jupiter.api.Assertions.assertDoesNotThrow(callable::call);
    }

    private KeyFromSecret read() {
        KeyFromSecret key = key();
        key.readAtInit();
        return key;
    }

    private String problem() {
        String message =
                assertThrows(ConfigurationError.class, key()::readAtInit).getMessage();
        assertEquals(1, message.lines().count());
        assertThat(message, containsString("OPENAI_API_KEY_SECRET: the secret \"openai-api-key\" "));
        assertThat(
                message,
                allOf(
                        not(containsString(OLD)),
                        not(containsString(AwsSecrets.CREDENTIALS.secretAccessKey())),
                        not(containsString("S3ss10n")),
                        not(containsString("123456789012"))));
        return message;
    }

    private static Budget budget() {
        return Budget.of(Duration.ofSeconds(20));
    }

    private void after(Duration time) {
        timeOfDay.addAndGet(time.toMillis());
    }

    // At init

    @Test
    void theSecretsTextIsTheKey() {
        aws.holds(OLD);
        assertEquals("Bearer " + OLD, read().current().authorization());
    }

    @Test
    void oneSignedRequestIsAllThatIsSent() {
        aws.holds(OLD);
        read();
        assertEquals(1, aws.requests().size());
        LoggedRequest request = aws.requests().get(0);
        assertEquals("/", request.getUrl());
        assertEquals("secretsmanager.GetSecretValue", request.getHeader("x-amz-target"));
        assertEquals("application/x-amz-json-1.1", request.getHeader("content-type"));
        assertEquals(AwsSecrets.CREDENTIALS.sessionToken().orElseThrow(), request.getHeader("x-amz-security-token"));
        assertEquals("{\"SecretId\":\"openai-api-key\"}", request.getBodyAsString());
        assertEquals(AwsSecrets.signature(request), request.getHeader("authorization"));
    }

    @Test
    void aFieldOfAJsonSecretIsTheKey() {
        environment.put("OPENAI_API_KEY_SECRET_FIELD", "key");
        aws.holds("{\"other\": 1, \"key\": \"" + OLD + "\"}");
        assertEquals("Bearer " + OLD, read().current().authorization());
    }

    @Test
    void whatWasReadIsMasked() {
        aws.holds(OLD);
        read();
        assertEquals("it says ***!", Redaction.current().mask("it says " + OLD.substring(3) + "!"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|is empty",
                "` `|is empty",
                "sk-old-5ecret-K3y-0f-th3-0rganisation\\n|line break",
                "\"sk-old-5ecret-K3y-0f-th3-0rganisation\"|quotation mark",
                "'sk-old-5ecret-K3y-0f-th3-0rganisation'|quotation mark",
                "sk-old-5ecret K3y|visible ASCII",
                "sk-öld-5ecret-K3y|visible ASCII",
                "{\"key\":\"sk-old-5ecret-K3y-0f-th3-0rganisation\"}|is a JSON object: say in OPENAI_API_KEY_SECRET_FIELD"
            })
    void aSecretThatIsNoKeyIsRefusedWithoutShowingIt(String secret, String problem) {
        aws.holds(secret.replace("\\n", "\n"));
        assertThat(problem(), allOf(containsString(problem), not(containsString("5ecret"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "sk-old-5ecret-K3y|is not a JSON object, and OPENAI_API_KEY_SECRET_FIELD is set",
                "[\"sk-old-5ecret-K3y\"]|is not a JSON object",
                "{\"key\":\"sk-old-5ecret-K3y\"|is not a JSON object",
                "{\"Key\":\"sk-old-5ecret-K3y\"}|has no text in the field that OPENAI_API_KEY_SECRET_FIELD names",
                "{\"key\":{\"key\":\"sk-old-5ecret-K3y\"}}|has no text in the field",
                "{\"key\":null}|has no text in the field",
                "{\"key\":\"\"}|is empty",
                "{\"key\":\"sk-old-5ecret K3y\"}|visible ASCII"
            })
    void aSecretWithoutTheFieldIsRefusedWithoutShowingIt(String secret, String problem) {
        environment.put("OPENAI_API_KEY_SECRET_FIELD", "key");
        aws.holds(secret);
        assertThat(problem(), allOf(containsString(problem), not(containsString("5ecret"))));
    }

    @Test
    void aBinarySecretIsRefused() {
        aws.answers(AwsSecrets.json(200, "{\"Name\":\"openai-api-key\",\"SecretBinary\":\"c2stb2xkLTVlY3JldA==\"}"));
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
        aws.answers(AwsSecrets.error(status, type));
        assertThat(problem(), containsString(problem));
        assertEquals(1, aws.requests().size());
    }

    @ParameterizedTest
    @CsvSource({
        "400,ThrottlingException,limits the rate",
        "429,TooManyRequestsException,limits the rate",
        "500,InternalServiceError,failed",
        "503,ServiceUnavailable,failed"
    })
    void whatMayBeOverInAMomentIsTriedAgain(int status, String type, String problem) {
        aws.answers(AwsSecrets.error(status, type), AwsSecrets.error(status, type), AwsSecrets.value(OLD));
        assertEquals("Bearer " + OLD, read().current().authorization());
        assertEquals(3, aws.requests().size());
    }

    @Test
    void aBrokenConnectionIsTriedAgain() {
        aws.answers(
                AwsSecrets.value(OLD).withFault(Fault.CONNECTION_RESET_BY_PEER),
                AwsSecrets.value(OLD).withFault(Fault.EMPTY_RESPONSE),
                AwsSecrets.value(OLD).withFault(Fault.RANDOM_DATA_THEN_CLOSE),
                AwsSecrets.value(OLD));
        assertEquals("Bearer " + OLD, read().current().authorization());
    }

    @ParameterizedTest
    @CsvSource({"400,ThrottlingException,limits the rate", "500,InternalServiceError,failed or refused"})
    void initIsNotHeldUpForMoreThanThreeSeconds(int status, String type, String problem) {
        aws.answers(AwsSecrets.error(status, type));
        Budget elapsed = budget();
        assertThat(problem(), containsString(problem));
        assertThat(elapsed.elapsed(), lessThan(Duration.ofMillis(3500)));
        assertThat(aws.requests().size(), not(lessThan(4)));
    }

    @Test
    void aServerThatSaysNothingIsGivenUpAfterThreeSeconds() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:" + silent.getLocalPort());
            Budget elapsed = budget();
            assertThat(
                    problem(),
                    allOf(containsString("timed out before the answer was complete"), containsString("VPC endpoint")));
            assertThat(elapsed.elapsed(), lessThan(Duration.ofMillis(3500)));
        }
    }

    @Test
    void whatIsNotSecretsManagerIsNotQuoted() {
        aws.answers(AwsSecrets.json(200, "<html>" + OLD + "</html>"));
        assertThat(problem(), containsString("the server is not AWS Secrets Manager"));
    }

    @Test
    void anAnswerLargerThanAnySecretIsGivenUp() {
        aws.holds("k".repeat(100_000));
        assertThat(problem(), containsString("did not answer"));
    }

    @Test
    void awsIsTrustedByTheBuiltInCertificatesAndThoseOfTheFile(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        try (AwsSecrets tls = new AwsSecrets(certificates.server("aws", "localhost", 20))) {
            environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", tls.url());
            tls.holds(OLD);
            KeyFromSecret key = key(Optional.of(certificates.root()));
            key.readAtInit();
            assertEquals("Bearer " + OLD, key.current().authorization());
            assertThat(problem(), containsString("TLS handshake failed with localhost:"));
        }
    }

    // Refresh after the time to live

    @Test
    void aKeyIsNotReadAgainBeforeItsTimeToLiveIsOver() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.holds(NEW);
        after(Duration.ofMinutes(5).minusMillis(1));
        key.refresh(budget());
        assertEquals("Bearer " + OLD, key.current().authorization());
        assertEquals(1, aws.requests().size());
    }

    @Test
    void aKeyIsReadAgainWhenItsTimeToLiveIsOver() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.holds(NEW);
        after(Duration.ofMinutes(5));
        key.refresh(budget());
        assertEquals("Bearer " + NEW, key.current().authorization());
        key.refresh(budget());
        assertEquals(2, aws.requests().size());
    }

    @Test
    void theTimeToLiveIsConfigured() {
        environment.put("OPENAI_API_KEY_TTL", "20s");
        aws.holds(OLD);
        KeyFromSecret key = read();
        after(Duration.ofSeconds(20));
        key.refresh(budget());
        assertEquals(2, aws.requests().size());
    }

    @Test
    void aClockThatWasSetBackIsNotTrusted() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        after(Duration.ofHours(-1));
        key.refresh(budget());
        assertEquals(2, aws.requests().size());
    }

    @Test
    void bothTheOldAndTheNewKeyAreMasked() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.holds(NEW);
        after(Duration.ofMinutes(5));
        key.refresh(budget());
        assertEquals("*** and ***", Redaction.current().mask(OLD + " and " + NEW));
    }

    @Test
    void aFailedRefreshKeepsTheOldKeyForHalfAMinute() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.answers(AwsSecrets.error(400, "AccessDeniedException"));
        after(Duration.ofMinutes(5));
        key.refresh(budget());
        key.refresh(budget());
        assertEquals("Bearer " + OLD, key.current().authorization());
        assertEquals(2, aws.requests().size());
        aws.holds(NEW);
        after(KeyFromSecret.RETRY_INTERVAL);
        key.refresh(budget());
        assertEquals("Bearer " + NEW, key.current().authorization());
    }

    @Test
    void aRefreshThatGetsNoAnswerHoldsUpAnInvocationForASecondAtMost() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.answers(AwsSecrets.value(NEW).withFixedDelay(10_000));
        after(Duration.ofMinutes(5));
        Budget elapsed = budget();
        key.refresh(budget());
        assertThat(elapsed.elapsed(), lessThan(Duration.ofMillis(1400)));
        assertEquals("Bearer " + OLD, key.current().authorization());
    }

    @Test
    void aRefreshLeavesHalfOfTheTimeThatIsLeft() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.answers(AwsSecrets.value(NEW).withFixedDelay(10_000));
        after(Duration.ofMinutes(5));
        Budget left = Budget.of(Duration.ofMillis(800));
        key.refresh(left);
        assertFalse(left.isSpent());
    }

    @Test
    void manyAtATimeReadItOnceAndWaitForNobody() throws Exception {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.answers(AwsSecrets.value(NEW).withFixedDelay(300));
        after(Duration.ofMinutes(5));
        atATime(20, () -> {
            key.refresh(budget());
            return true;
        });
        assertEquals("Bearer " + NEW, key.current().authorization());
        assertEquals(2, aws.requests().size());
    }

    // A key that OpenAI refuses

    @Test
    void aRefusedKeyIsReadAgain() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.holds(NEW);
        assertTrue(key.refreshAfterRefusal(key.current(), budget()));
        assertEquals("Bearer " + NEW, key.current().authorization());
    }

    @Test
    void aRefusedKeyThatIsStillTheSecretsIsNotReadAgainForHalfAMinute() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        ApiKey refused = key.current();
        assertFalse(key.refreshAfterRefusal(refused, budget()));
        aws.holds(NEW);
        after(KeyFromSecret.RETRY_INTERVAL.minusMillis(1));
        assertFalse(key.refreshAfterRefusal(refused, budget()));
        assertEquals(2, aws.requests().size());
        after(Duration.ofMillis(1));
        assertTrue(key.refreshAfterRefusal(refused, budget()));
        assertEquals(3, aws.requests().size());
    }

    @Test
    void aRefusedKeyThatHasBeenReplacedMeanwhileIsNotReadAgain() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        ApiKey refused = key.current();
        aws.holds(NEW);
        after(Duration.ofMinutes(5));
        key.refresh(budget());
        assertTrue(key.refreshAfterRefusal(refused, budget()));
        assertEquals(2, aws.requests().size());
    }

    @Test
    void manyRefusedAtATimeWaitForOneReading() throws Exception {
        aws.holds(OLD);
        KeyFromSecret key = read();
        ApiKey refused = key.current();
        aws.answers(AwsSecrets.value(NEW).withFixedDelay(200));
        List<Boolean> replaced = atATime(20, () -> key.refreshAfterRefusal(refused, budget()));
        assertFalse(replaced.contains(false));
        assertEquals(2, aws.requests().size());
    }

    @Test
    void aSecretThatCannotBeReadAfterARefusalIsNotTriedAgainForHalfAMinute() {
        aws.holds(OLD);
        KeyFromSecret key = read();
        aws.holds("\"" + NEW + "\"");
        assertFalse(key.refreshAfterRefusal(key.current(), budget()));
        assertFalse(key.refreshAfterRefusal(key.current(), budget()));
        assertEquals(2, aws.requests().size());
        assertEquals("Bearer " + OLD, key.current().authorization());
    }

    private static <T> List<T> atATime(int threads, Callable<T> task) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                tasks.add(task);
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
