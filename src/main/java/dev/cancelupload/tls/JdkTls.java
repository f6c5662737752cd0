package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls.UnusableFileException.Use;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The JDK's TLS: on the JVM, and in an executable that is built with {@code -Dtls=jdk}. */
final class JdkTls implements Tls {

    /** The key stores exist in memory only. */
    private static final char[] NO_PASSWORD = {};

    private final SSLContext context;

    JdkTls(Trust trust, Optional<Identity> identity) throws UnusableFileException {
        try {
            context = SSLContext.getInstance("TLS");
            context.init(identity.isPresent() ? keyManagers(identity.get()) : null, trustManagers(trust), null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("no TLS in this executable", e);
        }
    }

    @Override
    public ByteStream connect(TcpStream tcp, String host, int port, Budget budget) throws IOException {
        return JdkTlsStream.connect(context.getSocketFactory(), tcp, host, port, budget);
    }

    private static TrustManager[] trustManagers(Trust trust)
            throws UnusableFileException, GeneralSecurityException, IOException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        if (trust.anchors().isPresent()) {
            KeyStore store = emptyStore();
            for (Certificate anchor : certificates(trust.anchors().get(), Use.TRUST_ANCHORS)) {
                store.setCertificateEntry("anchor " + store.size(), anchor);
            }
            if (trust.builtIn()) {
                X509TrustManager builtIn = (X509TrustManager) factory.getTrustManagers()[0];
                for (Certificate anchor : builtIn.getAcceptedIssuers()) {
                    store.setCertificateEntry("built-in " + store.size(), anchor);
                }
            }
            factory.init(store);
        }
        return factory.getTrustManagers();
    }

    private static KeyManager[] keyManagers(Identity identity) throws UnusableFileException {
        Certificate[] chain = certificates(identity.certificates(), Use.CERTIFICATE);
        try {
            String pem = Files.readString(identity.key(), StandardCharsets.ISO_8859_1);
            List<String> parts = List.of(pem.split("-----"));
            byte[] der = Base64.getMimeDecoder().decode(parts.get(parts.indexOf("BEGIN PRIVATE KEY") + 1));
            KeyFactory keys = KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm());
            KeyStore store = emptyStore();
            store.setKeyEntry("client", keys.generatePrivate(new PKCS8EncodedKeySpec(der)), NO_PASSWORD, chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new UnusableFileException(Use.KEY, "it cannot be read, or is no key of the certificate's kind", e);
        }
    }

    private static Certificate[] certificates(Path file, Use use) throws UnusableFileException {
        try (InputStream in = Files.newInputStream(file)) {
            Certificate[] all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .toArray(Certificate[]::new);
            if (all.length == 0) {
                throw new CertificateException("none");
            }
            return all;
        } catch (CertificateException | IOException e) {
            throw new UnusableFileException(use, "there is no readable certificate in it", e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }
}
