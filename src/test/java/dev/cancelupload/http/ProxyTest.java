package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import dev.cancelupload.tls.Tls.Trust;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.ConnectProxy;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Upstream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxyTest {

    private static final HttpRequest REQUEST = Pair.post("https://api.openai.example/v1/uploads/upload_a/cancel");

    private static Proxy at(int port) {
        return new Proxy("127.0.0.1", port, Optional.of("Basic dXNlcjpwYXNz"));
    }

    private static TransportException failure(Proxy proxy, int millis) throws Exception {
        HttpTransport transport =
                new HttpTransport(Optional.of(proxy), Tls.create(Trust.only(Optional.empty()), Optional.empty()));
        TransportException e = assertThrows(
                TransportException.class, () -> transport.send(REQUEST, Budget.of(Duration.ofMillis(millis))));
        assertFalse(e.sent());
        return e;
    }

    @Test
    void tlsIsSpokenWithTheServerThroughTheTunnel(@TempDir Path folder) throws Exception {
        Certificates certificates = new Certificates(folder);
        Tls tls = Tls.create(Trust.only(Optional.of(certificates.root())), Optional.empty());
        try (Upstream server = new Upstream(Layer.TLS_1_3, certificates.context("server", "api.openai.example"));
                ConnectProxy proxy = new ConnectProxy(server.port())) {
            HttpTransport transport = new HttpTransport(Optional.of(at(proxy.port())), tls);
            assertEquals(
                    200,
                    transport.send(REQUEST, Budget.of(Duration.ofSeconds(20))).status());
            String head =
                    """
                    CONNECT api.openai.example:443 HTTP/1.1
                    Host: api.openai.example:443
                    Proxy-Authorization: Basic dXNlcjpwYXNz
                    """;
            assertEquals(List.of(head), proxy.requests());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 407 Proxy Authentication Required//|HTTP 407",
                "HTTP/1.1 502 Bad Gateway/content-length: 5//oops!|HTTP 502",
                "''|the connection was closed",
                "SSH-2.0-OpenSSH/|not HTTP/1.1"
            })
    void aProxyThatMakesNoTunnelIsNamed(String answer, String reason) throws Exception {
        String bytes = answer.replace("/", "\r\n").replace("HTTP\r\n", "HTTP/");
        try (ConnectProxy proxy = ConnectProxy.refusing(bytes)) {
            TransportException e = failure(at(proxy.port()), 5000);
            String what = "could not connect to api.openai.example:443 through the proxy 127.0.0.1:" + proxy.port();
            assertThat(e.getMessage(), containsString(what));
            assertThat(e.getMessage(), containsString(reason));
        }
    }

    @Test
    void aProxyThatIsNotThereIsNamedWithoutItsPassword() throws Exception {
        Proxy proxy = at(1);
        TransportException e = failure(proxy, 5000);
        assertThat(e.getMessage(), containsString("through the proxy 127.0.0.1:1 of HTTPS_PROXY: Connection refused"));
        for (String text : new String[] {proxy.toString(), e.toString(), String.valueOf(e.getCause())}) {
            assertFalse(text.contains("dXNlcjpwYXNz"), text);
        }
    }

    @Test
    void aProxyThatSaysNothingIsGivenUpInTime() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TransportException e = failure(at(silent.getLocalPort()), 300);
            assertTrue(e.timedOut());
            assertThat(e.getMessage(), containsString("timed out"));
        }
    }
}
