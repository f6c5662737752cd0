package dev.cancelupload.secret;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.cancelupload.config.AwsCredentials;
import dev.cancelupload.json.Json;
import dev.cancelupload.upstream.Certificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A mock of AWS Secrets Manager on a real HTTP server. */
public final class AwsSecrets implements AutoCloseable {

    public static final AwsCredentials CREDENTIALS = new AwsCredentials(
            "ASIAEXAMPLE012345678",
            "Secr3t/Acc3ss+K3y/0f-th3-r0l3-0f-th3-function",
            Optional.of("S3ss10n/T0k3n+".repeat(30)));

    private final WireMockServer server;

    public AwsSecrets() {
        this(options());
    }

    /** With TLS. */
    public AwsSecrets(Path keyStore) {
        this(tls(keyStore));
    }

    private static WireMockConfiguration tls(Path keyStore) {
        return options()
                .dynamicHttpsPort()
                .keystorePath(keyStore.toString())
                .keystoreType("PKCS12")
                .keystorePassword(Certificates.PASSWORD)
                .keyManagerPassword(Certificates.PASSWORD);
    }

    /** With TLS that requires a client certificate of an authority in the trust store. */
    public static AwsSecrets mutual(Path keyStore, Path trustStore) {
        return new AwsSecrets(tls(keyStore)
                .needClientAuth(true)
                .trustStorePath(trustStore.toString())
                .trustStoreType("PKCS12")
                .trustStorePassword(Certificates.PASSWORD));
    }

    private AwsSecrets(WireMockConfiguration options) {
        server = new WireMockServer(options);
        server.start();
    }

    private static WireMockConfiguration options() {
        return WireMockConfiguration.options().dynamicPort().containerThreads(20);
    }

    public String url() {
        return server.isHttpsEnabled()
                ? "https://localhost:" + server.httpsPort()
                : "http://127.0.0.1:" + server.port();
    }

    /** The variables that Lambda sets, and the endpoint of this mock. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("OPENAI_API_KEY_SECRET", "openai-api-key");
        environment.put("AWS_ENDPOINT_URL_SECRETS_MANAGER", url());
        environment.put("AWS_REGION", "eu-central-1");
        environment.put("AWS_ACCESS_KEY_ID", CREDENTIALS.accessKeyId());
        environment.put("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secretAccessKey());
        environment.put("AWS_SESSION_TOKEN", CREDENTIALS.sessionToken().orElseThrow());
        return environment;
    }

    /** Sets the secret's text. */
    public void holds(String text) {
        answers(value(text));
    }

    /** Sets the responses to the next requests; the last one repeats. */
    public void answers(ResponseDefinitionBuilder... answers) {
        server.resetMappings();
        server.resetScenarios();
        for (int i = 0; i < answers.length; i++) {
            server.stubFor(post(anyUrl())
                    .inScenario("secret")
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "after " + i)
                    .willSetStateTo(
                            answers.length == 1 ? Scenario.STARTED : "after " + Math.min(i + 1, answers.length - 1))
                    .willReturn(answers[i]));
        }
    }

    public List<LoggedRequest> requests() {
        return server.findAll(postRequestedFor(anyUrl()));
    }

    /** The expected signature of the received request. */
    public static String signature(LoggedRequest request) {
        TreeMap<String, String> signed = new TreeMap<>();
        String names = request.getHeader("authorization").replaceAll(".*SignedHeaders=([^,]*),.*", "$1");
        Arrays.stream(names.split(";")).forEach(name -> signed.put(name, request.getHeader(name)));
        return new SignatureV4(CREDENTIALS, "eu-central-1", "secretsmanager")
                .authorization("POST", request.getUrl(), "", signed, request.getBody());
    }

    /** The documented response of GetSecretValue. */
    public static ResponseDefinitionBuilder value(String text) {
        return json(
                200,
                Json.object()
                        .put("ARN", "arn:aws:secretsmanager:eu-central-1:123456789012:secret:openai-api-key-a1b2C3")
                        .put("CreatedDate", 1.523477145713E9)
                        .put("Name", "openai-api-key")
                        .put("SecretString", text)
                        .put("VersionId", "EXAMPLE1-90ab-cdef-fedc-ba987SECRET1")
                        .toString());
    }

    /** An error in the JSON 1.1 protocol of Secrets Manager. */
    public static ResponseDefinitionBuilder error(int status, String type) {
        return json(
                status,
                Json.object()
                        .put("__type", type)
                        .put(
                                "Message",
                                "User: arn:aws:sts::123456789012:assumed-role/r/f is unhappy about "
                                        + CREDENTIALS.sessionToken().orElseThrow())
                        .toString());
    }

    public static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("content-type", "application/x-amz-json-1.1")
                .withHeader("x-amzn-RequestId", "00000000-1111-2222-3333-444444444444")
                .withBody(body.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.stop();
    }
}
