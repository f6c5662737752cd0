package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.ConnectProxy;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bootstrap of function.zip as Lambda runs it: unpacked, with its own environment and a Runtime API. */
class BootstrapIT {

    @TempDir
    static Path folder;

    private final OpenAI openai = new OpenAI();
    private final Map<String, String> environment = new HashMap<>();
    private Bootstrap bootstrap;

    @BeforeEach
    void prepare() {
        Map<String, String> variables = openai.start();
        openai.reset();
        environment.put("OPENAI_API_KEY", OpenAI.KEY);
        environment.put("OPENAI_BASE_URL", variables.get("OPENAI_BASE_URL"));
    }

    @AfterEach
    void cleanUp() throws IOException {
        if (bootstrap != null) {
            bootstrap.close();
        }
        openai.stop();
    }

    private void start() throws IOException {
        bootstrap = new Bootstrap(environment);
    }

    @Test
    void threeVariablesAreEnoughToCancelAnUpload() throws Exception {
        openai.hasPending("upload_1");
        start();
        RuntimeApi.Post post = bootstrap.invoke("\"upload_1\"");
        assertEquals("response", post.kind());
        assertEquals(OpenAI.upload("upload_1", "cancelled"), post.body());
    }

    @Test
    void aFailureIsPostedInLambdasFormatAndTheNextInvocationServed() throws Exception {
        start();
        RuntimeApi.Post post = bootstrap.invoke("\"upload_unknown\"");
        assertEquals("error", post.kind());
        JsonNode error = Json.parse(post.body()).orElseThrow();
        assertEquals("UploadNotFound", error.get("errorType").textValue());
        assertThat(error.get("errorMessage").textValue(), containsString("upload_unknown"));
        openai.hasPending("upload_1");
        assertEquals("response", bootstrap.invoke("\"upload_1\"").kind());
    }

    @Test
    void terminationEndsItWithoutAWord() throws Exception {
        openai.hasPending("upload_1");
        start();
        bootstrap.invoke("\"upload_1\"");
        String before = bootstrap.log();
        bootstrap.signal("-TERM");
        assertEquals(128 + 15, bootstrap.exit());
        assertEquals(before, bootstrap.log());
    }

    @Test
    void anInvocationLeavesOneLineOfJson() throws Exception {
        openai.hasPending("upload_1");
        start();
        bootstrap.invoke("\"upload_1\"");
        List<String> lines = bootstrap.log().lines().toList();
        assertEquals(1, lines.size(), bootstrap.log());
        JsonNode line = Json.parse(lines.get(0)).orElseThrow();
        assertEquals("INFO", line.get("level").textValue());
        assertEquals("cancelUpload", line.get("export").textValue());
        assertEquals("upload_1", line.get("uploadId").textValue());
        assertEquals("cancelled", line.get("outcome").textValue());
        assertEquals(200, line.get("status").intValue());
        assertEquals("req_upload_1", line.get("openaiRequestId").textValue());
        assertEquals(1, line.get("attempts").intValue());
        assertTrue(line.get("millis").isInt());
        assertEquals(36, line.get("awsRequestId").textValue().length());
        assertThat(line.get("xrayTraceId").textValue(), containsString("Root=1-"));
    }

    @Test
    void theLineOfAnInvocationIsInEmbeddedMetricFormat() throws Exception {
        environment.put("AWS_LAMBDA_FUNCTION_NAME", "cancel-upload-1");
        start();
        bootstrap.invoke("\"upload_unknown\"");
        bootstrap.invoke("\"upload_unknown\"");
        List<JsonNode> lines = bootstrap
                .log()
                .lines()
                .map(line -> Json.parse(line).orElseThrow())
                .toList();
        for (JsonNode line : lines) {
            assertTrue(line.at("/_aws/Timestamp").isLong());
            assertEquals("cancel-upload-1", line.get("functionName").textValue());
            for (JsonNode directive : line.at("/_aws/CloudWatchMetrics")) {
                assertEquals("CancelUpload", directive.get("Namespace").textValue());
                directive
                        .get("Dimensions")
                        .forEach(set -> set.forEach(
                                name -> assertTrue(line.get(name.textValue()).isTextual())));
                directive
                        .get("Metrics")
                        .forEach(metric -> assertTrue(
                                line.get(metric.get("Name").textValue()).isNumber()));
            }
        }
        assertEquals(
                List.of(1, 0),
                lines.stream().map(line -> line.get("coldStart").intValue()).toList());
    }

    @Test
    void aFailedInvocationLeavesOneLineOfJsonWithoutAStackTrace() throws Exception {
        start();
        bootstrap.invoke("\"no/id\"");
        List<String> lines = bootstrap.log().lines().toList();
        assertEquals(1, lines.size(), bootstrap.log());
        JsonNode line = Json.parse(lines.get(0)).orElseThrow();
        assertEquals("ERROR", line.get("level").textValue());
        assertEquals("InvalidUploadId", line.get("outcome").textValue());
        assertThat(lines.get(0), not(containsString("stackTrace")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "OPENAI_API_KEY||OPENAI_API_KEY is not set",
                "OPENAI_API_KEY|sk 1|cannot be sent as a header",
                "OPENAI_BASE_URL|http://api.openai.com|OPENAI_BASE_URL is \"http://api.openai.com\"",
                "OPENAI_MAX_RETRIES|many|OPENAI_MAX_RETRIES is \"many\"",
                "OPENAI_TIMEOUT|0|OPENAI_TIMEOUT is \"0\"",
                "CANCEL_BUDGET|soon|CANCEL_BUDGET is \"soon\"",
                "CLEAN_UP_CONCURRENCY|0|CLEAN_UP_CONCURRENCY is \"0\"",
                "SSL_CERT_FILE|/nowhere.pem|SSL_CERT_FILE is \"/nowhere.pem\"",
                "SSL_CERT_FILE|/etc/hostname|cannot be read as a PEM file",
                "HTTPS_PROXY|socks5://proxy.example:1080|HTTPS_PROXY is \"socks5://proxy.example:1080\"",
                "OPENAI_MTLS_CLIENT_CERT_FILE|/etc/hostname|OPENAI_MTLS_CLIENT_KEY_FILE is not set",
                "OPENAI_MTLS_CLIENT_KEY_FILE|/nowhere.pem|OPENAI_MTLS_CLIENT_KEY_FILE is \"/nowhere.pem\"",
                "QUARKUS_FUNQY_EXPORT|nothing|cancelUpload, cancelUploadHttp or cleanUpUploads",
                "QUARKUS_FUNQY_EXPORT|''|cancelUpload, cancelUploadHttp or cleanUpUploads"
            })
    void aWrongVariableFailsInitWithOneLine(String variable, String value, String words) throws Exception {
        if (value == null) {
            environment.remove(variable);
        } else {
            environment.put(variable, value);
        }
        start();
        RuntimeApi.Post post = bootstrap.posted();
        assertEquals("init/error", post.kind());
        JsonNode error = Json.parse(post.body()).orElseThrow();
        assertEquals("ConfigurationError", error.get("errorType").textValue());
        assertThat(error.get("errorMessage").textValue(), containsString(words));
        assertEquals(1, bootstrap.exit());
        assertEquals("ConfigurationError: " + error.get("errorMessage").textValue() + "\n", bootstrap.log());
    }

    @Test
    void withoutARuntimeApiAWrongVariableIsSaidAllTheSame() throws Exception {
        bootstrap = Bootstrap.withoutRuntimeApi(Map.of());
        assertEquals(1, bootstrap.exit());
        assertThat(bootstrap.log(), containsString("OPENAI_API_KEY is not set"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cancelUpload", "cancelUploadHttp", "cleanUpUploads"})
    void theEnvironmentChoosesTheExport(String export) throws Exception {
        environment.put("QUARKUS_FUNQY_EXPORT", export);
        start();
        bootstrap.invoke("{}");
        assertEquals(
                export, Json.parse(bootstrap.log()).orElseThrow().get("export").textValue());
    }

    @Test
    void organizationAndProjectAreSentWhenSet() throws Exception {
        environment.put("OPENAI_ORG_ID", "org-1");
        environment.put("OPENAI_PROJECT_ID", "proj_1");
        openai.hasPending("upload_1");
        start();
        bootstrap.invoke("\"upload_1\"");
        assertEquals("org-1", openai.requests("upload_1").get(0).getHeader("OpenAI-Organization"));
        assertEquals("proj_1", openai.requests("upload_1").get(0).getHeader("OpenAI-Project"));
    }

    @Test
    void retriesCanBeSwitchedOff() throws Exception {
        environment.put("OPENAI_MAX_RETRIES", "0");
        openai.answers("upload_1", OpenAI.error(500, "oops", null));
        start();
        assertThat(bootstrap.invoke("\"upload_1\"").body(), containsString("1 attempt)"));
        assertEquals(1, openai.attempts("upload_1"));
    }

    @Test
    void aSpentBudgetIsNamed() throws Exception {
        environment.put("CANCEL_BUDGET", "500ms");
        openai.answers("upload_1", OpenAI.cancelled("upload_1").withFixedDelay(2000));
        start();
        assertThat(
                bootstrap.invoke("\"upload_1\"").body(),
                allOf(containsString("BudgetSpent"), containsString("CANCEL_BUDGET")));
    }

    @Test
    void aRefusedConnectionIsAnUpstreamFailure() throws Exception {
        environment.put("OPENAI_BASE_URL", "http://127.0.0.1:1/v1");
        start();
        assertThat(
                bootstrap.invoke("\"upload_1\"").body(),
                allOf(
                        containsString("UpstreamFailure"),
                        containsString("could not connect to 127.0.0.1:1"),
                        containsString("3 attempts")));
    }

    @Test
    void aNameThatDoesNotResolveIsAnUpstreamFailure() throws Exception {
        environment.put("OPENAI_BASE_URL", "https://no-such-host.invalid/v1");
        start();
        assertThat(
                bootstrap.invoke("\"upload_1\"").body(),
                allOf(containsString("UpstreamFailure"), containsString("no-such-host.invalid")));
    }

    private RuntimeApi.Post overTls(SSLContext certificate, Optional<Path> anchors) throws Exception {
        try (Upstream server = new Upstream(Layer.TLS_1_3, certificate)) {
            environment.put("OPENAI_BASE_URL", server.baseUrl());
            environment.put("OPENAI_MAX_RETRIES", "0");
            anchors.ifPresent(file -> environment.put("SSL_CERT_FILE", file.toString()));
            start();
            RuntimeApi.Post post = bootstrap.invoke("\"upload_tls\"");
            assertEquals(post.kind().equals("response") ? 1 : 0, server.requests());
            return post;
        }
    }

    @Test
    void trustAnchorsAreReadFromTheFile() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        assertEquals(
                "response",
                overTls(certificates.context("s", "localhost"), Optional.of(certificates.root()))
                        .kind());
    }

    @Test
    void anUntrustedServerGetsNoKey() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        assertThat(
                overTls(certificates.context("s", "localhost"), Optional.empty())
                        .body(),
                allOf(containsString("UpstreamFailure"), containsString("TLS handshake failed")));
    }

    @Test
    void aServerWithAnothersCertificateGetsNoKey() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        assertThat(
                overTls(certificates.context("s", "api.openai.com"), Optional.of(certificates.root()))
                        .body(),
                containsString("TLS handshake failed"));
    }

    @Test
    void aProxyLeadsToTheServerWithoutSeeingTheKey() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        try (Upstream server = new Upstream(Layer.TLS_1_3, certificates.context("s", "api.openai.example"));
                ConnectProxy proxy = new ConnectProxy(server.port())) {
            environment.put("OPENAI_BASE_URL", "https://api.openai.example/v1");
            environment.put("SSL_CERT_FILE", certificates.root().toString());
            environment.put("HTTPS_PROXY", "http://user:pass@127.0.0.1:" + proxy.port());
            start();
            assertEquals("response", bootstrap.invoke("\"upload_tls\"").kind());
            assertEquals(1, proxy.requests().size());
            assertThat(
                    proxy.requests().get(0),
                    allOf(containsString("Proxy-Authorization: Basic dXNlcjpwYXNz"), not(containsString("Bearer"))));
        }
    }

    @Test
    void aServerThatAsksWhoIsCallingSeesTheClientCertificate() throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        certificates.server("client", "client.example", 20);
        try (Upstream server =
                new Upstream(Layer.TLS_1_3, certificates.context("s", "localhost")).wantingCertificates()) {
            environment.put("OPENAI_BASE_URL", server.baseUrl());
            environment.put("SSL_CERT_FILE", certificates.root().toString());
            environment.put(
                    "OPENAI_MTLS_CLIENT_CERT_FILE", certificates.chain("client").toString());
            environment.put(
                    "OPENAI_MTLS_CLIENT_KEY_FILE", certificates.key("client").toString());
            start();
            assertEquals("response", bootstrap.invoke("\"upload_tls\"").kind());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSL_CERT_FILE", "OPENAI_MTLS_CLIENT_CERT_FILE", "OPENAI_MTLS_CLIENT_KEY_FILE"})
    void anEmptyFileOfCertificatesOrAKeyIsNotTheSameAsNone(String variable) throws Exception {
        Certificates certificates = new Certificates(Files.createTempDirectory(folder, "tls"));
        certificates.server("client", "client.example", 20);
        environment.put("SSL_CERT_FILE", certificates.root().toString());
        environment.put(
                "OPENAI_MTLS_CLIENT_CERT_FILE", certificates.chain("client").toString());
        environment.put(
                "OPENAI_MTLS_CLIENT_KEY_FILE", certificates.key("client").toString());
        Path empty = Files.createTempFile(folder, "empty", ".pem");
        environment.put(variable, empty.toString());
        start();
        RuntimeApi.Post post = bootstrap.posted();
        assertEquals("init/error", post.kind());
        assertThat(post.body(), containsString(variable + " is"));
        assertEquals(1, bootstrap.exit());
    }

    @Test
    void theKeyIsInNothingThatLeaves() throws Exception {
        openai.answers(
                "upload_denied", OpenAI.error(401, "Incorrect API key provided: " + OpenAI.KEY, "invalid_api_key"));
        openai.answers(
                "upload_echo",
                OpenAI.error(422, "You sent " + OpenAI.KEY, OpenAI.KEY).withHeader("x-request-id", OpenAI.KEY));
        openai.hasPending("upload_1");
        start();
        StringBuilder all = new StringBuilder();
        for (String event :
                List.of("\"upload_1\"", "\"upload_denied\"", "\"upload_echo\"", "\"upload_unknown\"", "{}", "[]")) {
            all.append(bootstrap.invoke(event).body());
        }
        all.append(bootstrap.log());
        for (int from = 0; from + 12 <= OpenAI.KEY.length(); from++) {
            assertThat(all.toString(), not(containsString(OpenAI.KEY.substring(from, from + 12))));
        }
    }
}
