package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.time.Budget;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.ConnectProxy;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Upstream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyTest {

    private static final Origin ORIGIN = new Origin(true, "api.openai.example", 443);

    private static Proxy at(int port) {
        return new Proxy("127.0.0.1", port, Optional.of("Basic dXNlcjpwYXNz"));
    }

    @Test
    void tlsIsSpokenWithTheServerThroughTheTunnel(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        Budget budget = Budget.of(Duration.ofSeconds(20));
        Tls tls = new JdkTls(Trust.only(Optional.of(certificates.root())), Optional.empty());
        try (Upstream server = new Upstream(Layer.TLS_1_3, certificates.context("server", ORIGIN.host()));
                ConnectProxy proxy = new ConnectProxy(server.port());
                HttpConnection connection = HttpConnection.open(
                        ORIGIN, Optional.of(at(proxy.port())), tls, HostResolver.WITHIN_BUDGET, budget)) {
            String request = "POST /v1/uploads/upload_tls/cancel HTTP/1.1\r\nHost: " + ORIGIN.host()
                    + "\r\nContent-Length: 0\r\n\r\n";
            assertEquals(
                    200,
                    connection
                            .exchange(request.getBytes(StandardCharsets.ISO_8859_1), budget)
                            .status());
            assertEquals(
                    List.of(
                            """
                            CONNECT api.openai.example:443 HTTP/1.1
                            Host: api.openai.example:443
                            Proxy-Authorization: Basic dXNlcjpwYXNz
                            """),
                    proxy.requests());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 407 Proxy Authentication Required\\r\\n\\r\\n|HTTP 407",
                "HTTP/1.1 502 Bad Gateway\\r\\ncontent-length: 5\\r\\n\\r\\noops!|HTTP 502",
                "''|closed the connection",
                "SSH-2.0-OpenSSH\\r\\n|not HTTP/1.1",
                "HTTP/1.1 200 OK\\r\\n\\r\\nhello|has data after its head"
            })
    void aProxyThatMakesNoTunnelIsNamedAndNothingWasSent(String answer, String reason) throws Exception {
        try (ConnectProxy proxy =
                ConnectProxy.refusing(answer.replace("\\r", "\r").replace("\\n", "\n"))) {
            TransportException e = assertThrows(TransportException.class, () -> open(at(proxy.port()), 5000));
            assertThat(
                    e.getMessage(),
                    containsString(
                            "could not connect to api.openai.example:443 through the proxy 127.0.0.1:" + proxy.port()));
            assertThat(e.getMessage(), containsString(reason));
            assertFalse(e.sent());
        }
    }

    @Test
    void itsPasswordIsInNoText() throws Exception {
        Proxy proxy = at(1);
        TransportException e = assertThrows(TransportException.class, () -> open(proxy, 5000));
        for (String text : new String[] {proxy.toString(), e.toString(), String.valueOf(e.getCause())}) {
            assertFalse(text.contains("dXNlcjpwYXNz"), text);
        }
    }

    @Test
    void aProxyThatIsNotThereIsNamed() {
        TransportException e = assertThrows(TransportException.class, () -> open(at(1), 5000));
        assertThat(e.getMessage(), containsString("through the proxy 127.0.0.1:1 of HTTPS_PROXY (Connection refused"));
    }

    @Test
    void aProxyWhoseNameIsUnknownIsNamed() {
        Proxy proxy = new Proxy("proxy.invalid", 3128, Optional.empty());
        TransportException e = assertThrows(TransportException.class, () -> open(proxy, 5000));
        assertThat(
                e.getMessage(), containsString("proxy.invalid:3128 of HTTPS_PROXY (its name could not be resolved)"));
    }

    @Test
    void aProxyThatSaysNothingIsGivenUpInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TransportException e = assertThrows(TransportException.class, () -> open(at(silent.getLocalPort()), 300));
            assertTrue(e.timedOut());
            assertThat(e.getMessage(), containsString("timed out"));
        }
    }

    private static void open(Proxy proxy, int millis) throws Exception {
        HttpConnection.open(
                        ORIGIN,
                        Optional.of(proxy),
                        new JdkTls(Trust.only(Optional.empty()), Optional.empty()),
                        HostResolver.WITHIN_BUDGET,
                        Budget.of(Duration.ofMillis(millis)))
                .close();
    }
}
