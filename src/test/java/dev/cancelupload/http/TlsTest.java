package dev.cancelupload.http;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.http.Tls.Identity;
import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.http.Tls.UnusableFileException;
import dev.cancelupload.http.Tls.UnusableFileException.Use;
import dev.cancelupload.time.Budget;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsTest {

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static Path localhost;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(folder);
        localhost = certificates.server("localhost", "localhost", 20);
        certificates.server("client", "client.example", 20);
    }

    private static Upstream server(Path keyStore) throws Exception {
        return new Upstream(Layer.TLS_1_3, certificates.context(keyStore));
    }

    private static int call(Path keyStore, Optional<Path> trustAnchors) throws Exception {
        try (Upstream server = server(keyStore)) {
            return call(server.port(), tls(trustAnchors));
        }
    }

    private static Tls tls(Optional<Path> trustAnchors) throws UnusableFileException {
        return new JdkTls(Trust.only(trustAnchors), Optional.empty());
    }

    private static int call(int port, Tls tls) throws TransportException {
        Budget budget = Budget.of(Duration.ofSeconds(20));
        Origin origin = new Origin(true, "localhost", port);
        try (HttpConnection connection =
                HttpConnection.open(origin, Optional.empty(), tls, HostResolver.WITHIN_BUDGET, budget)) {
            String request =
                    "POST /v1/uploads/upload_tls/cancel HTTP/1.1\r\nHost: " + origin + "\r\nContent-Length: 0\r\n\r\n";
            return connection
                    .exchange(request.getBytes(StandardCharsets.ISO_8859_1), budget)
                    .status();
        }
    }

    @Test
    void aServerOfTheGivenAnchorIsTrusted() throws Exception {
        assertEquals(200, call(localhost, Optional.of(certificates.root())));
    }

    private static void isRefused(Path keyStore, Optional<Path> trustAnchors) {
        TransportException e = assertThrows(TransportException.class, () -> call(keyStore, trustAnchors));
        assertThat(e.getMessage(), containsString("TLS handshake failed with localhost:"));
        assertFalse(e.sent());
    }

    @Test
    void aServerOfAnUnknownAnchorIsRefused() throws Exception {
        isRefused(localhost, Optional.empty());
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
    void theAnchorsOfAFileTakeThePlaceOfTheBuiltInOnesUnlessTheyAreAdded() throws Exception {
        assertEquals(1, anchors(Trust.only(Optional.of(certificates.root()))));
        assertThat(anchors(Trust.also(Optional.of(certificates.root()))), greaterThan(1));
    }

    private static int anchors(Trust trust) throws UnusableFileException {
        return ((X509TrustManager) JdkTls.trustManagers(trust)[0]).getAcceptedIssuers().length;
    }

    @Test
    void aFileWithoutACertificateIsNoTrustAnchor() throws Exception {
        Path file = Files.writeString(folder.resolve("none.pem"), "hello");
        UnusableFileException e = assertThrows(UnusableFileException.class, () -> tls(Optional.of(file)));
        assertEquals(Use.TRUST_ANCHORS, e.use());
    }

    @Test
    void aServerThatAsksWhoIsCallingSeesTheClientCertificate() throws Exception {
        Tls tls = new JdkTls(
                Trust.only(Optional.of(certificates.root())),
                Optional.of(new Identity(certificates.chain("client"), certificates.key("client"))));
        try (Upstream server = server(localhost).wantingCertificates()) {
            assertEquals(200, call(server.port(), tls));
        }
    }

    @Test
    void withoutAClientCertificateItIsNoAnswerAndTheReasonIsTheServers() throws Exception {
        try (Upstream server = server(localhost).wantingCertificates()) {
            Tls tls = tls(Optional.of(certificates.root()));
            for (int i = 0; i < 20; i++) {
                TransportException e = assertThrows(TransportException.class, () -> call(server.port(), tls));
                // Java's server calls it a bad one, others certificate_required.
                assertThat(e.getMessage(), containsString("bad_certificate"));
            }
            assertEquals(0, server.requests());
        }
    }

    @Test
    void aReasonIsOneShortLineOfVisibleCharacters() {
        String reason = TransportException.reason(
                new SSLException("No name matching a\r\nb\u0000\u001b[31m\u009b\u2028\u202e" + "x".repeat(5000)));
        assertThat(reason, matchesPattern("[ -~]{1,210}"));
        assertThat(reason, startsWith("No name matching a??b??[31m???xxx"));
        assertEquals("IOException", TransportException.reason(new IOException()));
    }

    @Test
    void theKeyOfAnotherCertificateIsRefused() throws Exception {
        assertThat(unusableKey(certificates.key("localhost")), containsString("another certificate"));
    }

    @Test
    void aKeyInAnotherFormIsRefusedWithAWordOnTheRightOne() throws Exception {
        Path key = Files.writeString(
                folder.resolve("rsa.key"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        assertThat(unusableKey(key), containsString("openssl pkcs8 -topk8 -nocrypt"));
    }

    private static String unusableKey(Path key) {
        Identity identity = new Identity(certificates.chain("client"), key);
        UnusableFileException e = assertThrows(
                UnusableFileException.class, () -> new JdkTls(Trust.only(Optional.empty()), Optional.of(identity)));
        assertEquals(Use.KEY, e.use());
        return e.getMessage();
    }

    @Test
    void aConnectionThatHasOnlyHadItsSessionTicketsIsAliveAndStillWorks() throws Exception {
        Tls tls = tls(Optional.of(certificates.root()));
        try (Upstream server = server(localhost);
                HttpConnection connection = HttpConnection.open(
                        new Origin(true, "localhost", server.port()),
                        Optional.empty(),
                        tls,
                        HostResolver.WITHIN_BUDGET,
                        Budget.of(Duration.ofSeconds(20)))) {
            connection.markIdle();
            // The tickets come when they come: before one of these looks, or between two.
            for (int look = 0; look < 100; look++) {
                assertTrue(connection.readPendingRecords());
                Thread.sleep(1);
            }
            byte[] request = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(
                    200,
                    connection
                            .exchange(request, Budget.of(Duration.ofSeconds(20)))
                            .status());
        }
    }
}
