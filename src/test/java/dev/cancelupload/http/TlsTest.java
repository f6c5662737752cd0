package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.TlsServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    @TempDir
    static Path folder;

    private static Certificates certificates;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(folder);
    }

    private static int call(Path keyStore, Optional<Path> trustAnchors) throws Exception {
        try (TlsServer server = new TlsServer(keyStore)) {
            Budget budget = Budget.of(Duration.ofSeconds(20));
            Origin origin = new Origin(true, "localhost", server.port());
            try (HttpConnection connection = HttpConnection.open(origin, Tls.sockets(trustAnchors), budget)) {
                String request = "POST /v1/uploads/upload_tls/cancel HTTP/1.1\r\nHost: " + origin
                        + "\r\nContent-Length: 0\r\n\r\n";
                return connection
                        .exchange(request.getBytes(StandardCharsets.ISO_8859_1), budget)
                        .status();
            }
        }
    }

    @Test
    void aServerOfTheGivenAnchorIsTrusted() throws Exception {
        assertEquals(200, call(certificates.server("good", "localhost", 20), Optional.of(certificates.root())));
    }

    private static void isRefused(Path keyStore, Optional<Path> trustAnchors) {
        TransportException e = assertThrows(TransportException.class, () -> call(keyStore, trustAnchors));
        assertThat(e.getMessage(), containsString("could not agree on TLS with localhost:"));
        assertFalse(e.sent());
    }

    @Test
    void aServerOfAnUnknownAnchorIsRefused() throws Exception {
        isRefused(certificates.server("unknown", "localhost", 20), Optional.empty());
    }

    @Test
    void aCertificateForAnotherHostIsRefused() throws Exception {
        isRefused(certificates.server("other", "api.openai.com", 20), Optional.of(certificates.root()));
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        isRefused(certificates.server("expired", "localhost", 5), Optional.of(certificates.root()));
    }

    @Test
    void aFileWithoutACertificateIsNoTrustAnchor() throws Exception {
        Path file = Files.writeString(folder.resolve("none.pem"), "hello");
        assertThrows(CertificateException.class, () -> Tls.sockets(Optional.of(file)));
    }
}
