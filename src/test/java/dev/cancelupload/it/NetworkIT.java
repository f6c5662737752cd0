package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.ConnectProxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS, client certificates, proxies and names, natively. */
class NetworkIT {

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static SSLContext server;
    private static SSLContext named;

    @AutoClose
    private OpenAiStandIn openai;

    @AutoClose
    private Function function;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(folder);
        server = certificates.context("server", "localhost");
        named = certificates.context("named", "api.openai.test");
    }

    @BeforeEach
    void start() {
        openai = new OpenAiStandIn(server);
        function = new Function(openai)
                .with("SSL_CERT_FILE", certificates.root().toString())
                .with("OPENAI_MAX_RETRIES", "0");
    }

    @Test
    void theFileOfTrustAnchorsIsTrusted() throws Exception {
        function.with("SSL_CERT_FILE", " " + certificates.root() + "\n");
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertEquals(1, openai.connections());
    }

    @Test
    void withoutItTheServerGetsNoKey() throws Exception {
        function.with("SSL_CERT_FILE", null);
        function.invoke(Events.one("upload_1")).assertError("UpstreamFailure", "certificate");
        assertEquals(0, openai.requests().size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aServerThatAsksWhoIsCallingSeesTheClientCertificate(boolean set) throws Exception {
        certificates.server("client", "client.example", 20);
        openai.greetsAll(OpenAiStandIn.tls(server, true));
        if (set) {
            function.with(
                            "OPENAI_MTLS_CLIENT_CERT_FILE",
                            certificates.chain("client").toString())
                    .with(
                            "OPENAI_MTLS_CLIENT_KEY_FILE",
                            certificates.key("client").toString());
            Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        } else {
            function.invoke(Events.one("upload_1")).assertError("UpstreamFailure");
            assertEquals(0, openai.requests().size());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTPS_PROXY", "https_proxy"})
    void aProxyLeadsToTheServerWithoutSeeingTheKey(String variable) throws Exception {
        openai.greetsAll(OpenAiStandIn.tls(named));
        try (ConnectProxy proxy = new ConnectProxy(openai.port())) {
            function.with("OPENAI_BASE_URL", openai.url("api.openai.test"))
                    .with(variable, "http://user:p4ssw0rd-0f-th3-proxy@127.0.0.1:" + proxy.port())
                    .secret("p4ssw0rd-0f-th3-proxy");
            Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
            String head = proxy.requests().get(0);
            assertTrue(head.startsWith("CONNECT api.openai.test:" + openai.port() + " HTTP/1.1"), head);
            assertTrue(head.contains("Basic dXNlcjpwNHNzdzByZC0wZi10aDMtcHJveHk="), head);
            assertFalse(head.contains("Bearer"), head);
        }
    }

    @Test
    void aProxyThatRefusesIsAnUpstreamFailure() throws Exception {
        try (ConnectProxy proxy = ConnectProxy.refusing("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")) {
            function.with("HTTPS_PROXY", "http://127.0.0.1:" + proxy.port())
                    .with("OPENAI_BASE_URL", "https://api.openai.test/v1");
            function.invoke(Events.one("upload_1")).assertError("UpstreamFailure", "407");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NO_PROXY|other.example, localhost ,x",
                "no_proxy|*",
                "NO_PROXY|.example.com,localhost:PORT",
                "NO_PROXY|LOCALHOST"
            })
    void whatNoProxyNamesIsReachedDirectly(String variable, String value) throws Exception {
        try (ConnectProxy proxy = ConnectProxy.refusing("")) {
            function.with("HTTPS_PROXY", "http://127.0.0.1:" + proxy.port())
                    .with(variable, value.replace("PORT", "" + openai.port()));
            Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
            assertEquals(List.of(), proxy.requests());
        }
    }

    @Test
    void aNameThatDoesNotResolveIsAnUpstreamFailure() throws Exception {
        function.with("OPENAI_BASE_URL", "https://no-such-host.invalid/v1");
        function.invoke(Events.one("upload_1")).assertError("UpstreamFailure", "no-such-host.invalid");
    }

    @Test
    void anAddressThatChangedBehindItsNameIsFound() throws Exception {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 api.openai.test\n");
        openai.greetsAll(OpenAiStandIn.tls(named));
        function.with("OPENAI_BASE_URL", openai.url("api.openai.test")).withArguments("-Djdk.net.hosts.file=" + hosts);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        openai.down();
        function.invoke(Events.one("upload_2")).assertError("UpstreamFailure");
        try (OpenAiStandIn moved = new OpenAiStandIn("127.0.0.2", openai.port(), named)) {
            Files.writeString(hosts, "127.0.0.2 api.openai.test\n");
            Trigger.ONE.assertCancelled("upload_3", function.invoke(Events.one("upload_3")));
            assertEquals(1, moved.requests().size());
        }
    }

    @Test
    void aHostNameMayHaveAnUnderscore() throws Exception {
        // Seen at a proxy, since a server of the JDK's refuses such a name in a handshake.
        try (ConnectProxy proxy = ConnectProxy.refusing("HTTP/1.1 502 Bad Gateway\r\n\r\n")) {
            function.with("OPENAI_BASE_URL", "https://litellm_proxy.internal/v1")
                    .with("HTTPS_PROXY", "http://127.0.0.1:" + proxy.port());
            function.invoke(Events.one("upload_1")).assertError("UpstreamFailure", "502");
            assertTrue(proxy.requests().get(0).startsWith("CONNECT litellm_proxy.internal:443 "));
        }
    }

    @Test
    void initEndsWithinASecondWhateverTheServerDoes() throws Exception {
        openai.greets(OpenAiStandIn.STALL);
        long start = System.nanoTime();
        long init = function.start().lambda().awaitInitialized() - start;
        assertTrue(init < 1_500_000_000L, () -> "init took " + init / 1_000_000 + " ms");
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }
}
