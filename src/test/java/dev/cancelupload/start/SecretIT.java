package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.secret.AwsSecrets;
import dev.cancelupload.time.Budget;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.OpenAI;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bootstrap of function.zip with its API key in a secret of AWS Secrets Manager. */
class SecretIT {

    private static final String NEXT_KEY = "sk-next-0ne-1n-its-pl4ce-0123456789ab";

    @TempDir
    static Path folder;

    private final OpenAI openai = new OpenAI();
    private final AwsSecrets aws = new AwsSecrets();
    private final Map<String, String> environment = aws.environment();
    private final StringBuilder left = new StringBuilder();
    private Bootstrap bootstrap;

    @BeforeEach
    void prepare() {
        environment.put("OPENAI_BASE_URL", openai.start().get("OPENAI_BASE_URL"));
        openai.reset();
        openai.acceptsOnly(OpenAI.KEY);
        openai.hasPending("upload_1");
        aws.holds(OpenAI.KEY);
    }

    /** No test may make a key or the credentials appear. */
    @AfterEach
    void cleanUp() throws IOException {
        try {
            left.append(bootstrap.log());
            for (String hidden : List.of(
                    OpenAI.KEY,
                    NEXT_KEY,
                    AwsSecrets.CREDENTIALS.secretAccessKey(),
                    AwsSecrets.CREDENTIALS.sessionToken().orElseThrow())) {
                for (int from = 0; from + 12 <= hidden.length(); from++) {
                    assertThat(left.toString(), not(containsString(hidden.substring(from, from + 12))));
                }
            }
            assertThat(left.toString(), not(containsString("123456789012")));
        } finally {
            bootstrap.close();
            openai.stop();
            aws.close();
        }
    }

    private void start() throws IOException {
        bootstrap = new Bootstrap(environment);
    }

    private RuntimeApi.Post cancel() throws InterruptedException {
        RuntimeApi.Post post = bootstrap.invoke("\"upload_1\"");
        left.append(post.body());
        return post;
    }

    private String errorOf(RuntimeApi.Post post) {
        left.append(post.body());
        JsonNode error = Json.parse(post.body()).orElseThrow();
        assertEquals("ConfigurationError", error.get("errorType").textValue());
        return error.get("errorMessage").textValue();
    }

    private String initError() throws Exception {
        start();
        RuntimeApi.Post post = bootstrap.posted();
        assertEquals("init/error", post.kind());
        assertEquals(1, bootstrap.exit());
        String message = errorOf(post);
        assertEquals("ConfigurationError: " + message + "\n", bootstrap.log());
        return message;
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        Budget budget = Budget.of(Duration.ofSeconds(15));
        while (!condition.call()) {
            if (budget.isSpent()) {
                throw new AssertionError("not within 15 s");
            }
            Thread.sleep(50);
        }
    }

    @Test
    void theKeyIsReadOnceAndUploadsAreCancelledWithIt() throws Exception {
        start();
        assertEquals("response", cancel().kind());
        assertEquals("response", cancel().kind());
        assertEquals(1, aws.requests().size());
        assertEquals(
                AwsSecrets.signature(aws.requests().get(0)),
                aws.requests().get(0).getHeader("authorization"));
    }

    @Test
    void aRotatedKeyIsReadWhenOpenAIRefusesTheOldOne() throws Exception {
        start();
        assertEquals("response", cancel().kind());
        aws.holds(NEXT_KEY);
        openai.acceptsOnly(NEXT_KEY);
        assertEquals("response", cancel().kind());
        assertEquals(2, aws.requests().size());
        assertEquals(3, openai.attempts("upload_1"));
        assertThat(bootstrap.log(), containsString("has another API key now"));
        assertThat(bootstrap.log(), containsString("\"attempts\":2"));
    }

    @Test
    void aKeyThatIsRefusedAndStillTheSecretsIsAFailure() throws Exception {
        openai.acceptsOnly(NEXT_KEY);
        start();
        for (int i = 0; i < 3; i++) {
            RuntimeApi.Post post = cancel();
            assertEquals("error", post.kind());
            assertThat(
                    post.body(), allOf(containsString("CredentialsRejected"), containsString("OPENAI_API_KEY_SECRET")));
        }
        assertEquals(2, aws.requests().size());
    }

    @Test
    void aKeyIsReadAgainWhenItsTimeToLiveIsOver() throws Exception {
        environment.put("OPENAI_API_KEY_TTL", "1s");
        // Both keys are valid for a while.
        openai.reset();
        openai.hasPending("upload_1");
        start();
        assertEquals("response", cancel().kind());
        aws.holds(NEXT_KEY);
        until(() -> {
            assertEquals("response", cancel().kind());
            return openai.requests("upload_1").stream()
                    .anyMatch(request -> request.getHeader("authorization").equals("Bearer " + NEXT_KEY));
        });
    }

    @Test
    void withoutAnswerOfSecretsManagerTheKeyThatWasReadIsUsedAndTheLogSaysSo() throws Exception {
        environment.put("OPENAI_API_KEY_TTL", "1s");
        start();
        assertEquals("response", cancel().kind());
        aws.answers(AwsSecrets.error(400, "AccessDeniedException"));
        until(() -> {
            assertEquals("response", cancel().kind());
            return bootstrap.log().contains("The API key was not read again");
        });
        assertThat(bootstrap.log(), containsString("\"level\":\"WARN\""));
    }

    @Test
    void aSecretThatMayNotBeReadIsAnErrorOfInit() throws Exception {
        aws.answers(AwsSecrets.error(400, "AccessDeniedException"));
        assertThat(
                initError(),
                allOf(
                        containsString("OPENAI_API_KEY_SECRET: the secret \"openai-api-key\" may not be read"),
                        containsString("secretsmanager:GetSecretValue"),
                        containsString("x-amzn-RequestId")));
    }

    @Test
    void aSecretThatIsNoKeyIsAnErrorOfInit() throws Exception {
        aws.holds("{\"key\":\"" + OpenAI.KEY + "\"}");
        assertThat(initError(), containsString("is a JSON object: say in OPENAI_API_KEY_SECRET_FIELD"));
    }

    @Test
    void silenceOfSecretsManagerEndsInitWellBeforeLambdaDoes() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:" + silent.getLocalPort());
            Budget elapsed = Budget.of(Duration.ofSeconds(30));
            assertThat(initError(), containsString("timed out before the answer was complete"));
            assertThat(elapsed.elapsed(), lessThan(Duration.ofSeconds(6)));
        }
    }

    @Test
    void aKeyAndASecretAreAnErrorOfInit() throws Exception {
        environment.put("OPENAI_API_KEY", OpenAI.KEY);
        assertThat(initError(), containsString("OPENAI_API_KEY and OPENAI_API_KEY_SECRET are both set"));
    }

    @Test
    void secretsManagerIsTrustedByTheFileToo() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        try (AwsSecrets tls = new AwsSecrets(certificates.server("aws", "localhost", 20))) {
            tls.holds(OpenAI.KEY);
            environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", tls.url());
            environment.put("SSL_CERT_FILE", certificates.root().toString());
            start();
            assertEquals("response", cancel().kind());
            assertEquals(1, tls.requests().size());
        }
    }

    @Test
    void aServerInSecretsManagersPlaceIsNotTrustedWithoutTheFile() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        try (AwsSecrets tls = new AwsSecrets(certificates.server("aws", "localhost", 20))) {
            environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", tls.url());
            assertThat(initError(), containsString("TLS handshake failed with localhost"));
        }
    }

    @Test
    void theClientCertificateIsNotShownToSecretsManager() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        certificates.server("client", "client.example", 20);
        try (AwsSecrets tls =
                AwsSecrets.mutual(certificates.server("aws", "localhost", 20), certificates.trustStore())) {
            tls.holds(OpenAI.KEY);
            environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", tls.url());
            environment.put("SSL_CERT_FILE", certificates.root().toString());
            environment.put(
                    "OPENAI_MTLS_CLIENT_CERT_FILE", certificates.chain("client").toString());
            environment.put(
                    "OPENAI_MTLS_CLIENT_KEY_FILE", certificates.key("client").toString());
            assertThat(initError(), containsString("did not answer"));
            assertEquals(0, tls.requests().size());
        }
    }
}
