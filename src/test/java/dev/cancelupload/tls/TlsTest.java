package dev.cancelupload.tls;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.containsStringIgnoringCase;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cancelupload.http.HttpRequest;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls.Identity;
import dev.cancelupload.tls.Tls.Trust;
import dev.cancelupload.tls.Tls.UnusableFileException;
import dev.cancelupload.tls.Tls.UnusableFileException.Use;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Upstream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which servers are trusted, and what they see. */
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

    private static Tls trusting(Trust trust) throws UnusableFileException {
        return Tls.create(trust, Optional.empty());
    }

    private static Trust root() {
        return Trust.only(Optional.of(certificates.root()));
    }

    private static int call(Upstream server, String host, Tls tls) throws TransportException {
        URI uri = URI.create("https://" + host + ":" + server.port() + "/v1/uploads/upload_tls/cancel");
        HttpRequest request = new HttpRequest("POST", uri, Map.of(), new byte[0]);
        return new HttpTransport(Optional.empty(), tls)
                .send(request, Budget.of(Duration.ofSeconds(20)))
                .status();
    }

    private static String refusal(Path keyStore, Tls tls) throws Exception {
        try (Upstream server = new Upstream(Layer.TLS_1_3, certificates.context(keyStore))) {
            TransportException e = assertThrows(TransportException.class, () -> call(server, "localhost", tls));
            assertThat(e.getMessage(), containsString("TLS handshake failed with localhost:"));
            assertFalse(e.sent());
            assertEquals(0, server.requests());
            return e.getMessage();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
    void aServerOfAGivenAuthorityIsTrusted(Layer layer) throws Exception {
        SSLContext context = certificates.context(localhost);
        for (Trust trust : new Trust[] {root(), Trust.also(Optional.of(certificates.root()))}) {
            try (Upstream server = new Upstream(layer, context)) {
                assertEquals(200, call(server, "localhost", trusting(trust)));
            }
        }
    }

    @Test
    void aServerOfAnUnknownAuthorityIsRefused() throws Exception {
        refusal(localhost, trusting(Trust.only(Optional.empty())));
        refusal(localhost, trusting(Trust.also(Optional.empty())));
        Path folderOfAnother = Files.createDirectory(folder.resolve("another"));
        Path another = new Certificates(folderOfAnother).root();
        refusal(localhost, trusting(Trust.only(Optional.of(another))));
    }

    @Test
    void aCertificateForAnotherHostIsRefused() throws Exception {
        refusal(certificates.server("other", "api.openai.com", 20), trusting(root()));
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        refusal(certificates.server("expired", "localhost", 5), trusting(root()));
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS_1_2", "TLS_1_3"})
    void aServerThatAsksWhoIsCallingSeesTheClientCertificate(Layer layer) throws Exception {
        Identity identity = new Identity(certificates.chain("client"), certificates.key("client"));
        try (Upstream server = new Upstream(layer, certificates.context(localhost)).wantingCertificates()) {
            assertEquals(200, call(server, "localhost", Tls.create(root(), Optional.of(identity))));
            TransportException e =
                    assertThrows(TransportException.class, () -> call(server, "localhost", trusting(root())));
            // Which alert it is depends on the version and on the server.
            assertThat(e.getMessage(), containsStringIgnoringCase("received fatal alert"));
            assertEquals(1, server.requests());
        }
    }

    private static Use unusable(Trust trust, Identity identity) {
        UnusableFileException e =
                assertThrows(UnusableFileException.class, () -> Tls.create(trust, Optional.ofNullable(identity)));
        assertFalse(e.getMessage().contains("hello"), e.getMessage());
        return e.use();
    }

    @Test
    void aFileThatIsNotWhatItHasToBeIsNamedByItsUse() throws Exception {
        Path chain = certificates.chain("client");
        Path key = certificates.key("client");
        Path text = Files.writeString(folder.resolve("text.pem"), "hello");
        Path none = folder.resolve("none.pem");
        Path old = Files.writeString(
                folder.resolve("old.key"), "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
        for (Path file : new Path[] {text, none}) {
            assertEquals(Use.TRUST_ANCHORS, unusable(Trust.only(Optional.of(file)), null));
            assertEquals(Use.TRUST_ANCHORS, unusable(Trust.also(Optional.of(file)), null));
            assertEquals(Use.CERTIFICATE, unusable(root(), new Identity(file, key)));
            assertEquals(Use.KEY, unusable(root(), new Identity(chain, file)));
        }
        assertEquals(Use.KEY, unusable(root(), new Identity(chain, old)));
    }
}
