package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls.UnusableFileException.Use;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
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

    private static final String BEGIN_KEY = "-----BEGIN PRIVATE KEY-----";
    private static final String END_KEY = "-----END PRIVATE KEY-----";

    /** The key store exists in memory only. */
    private static final char[] NO_PASSWORD = {};

    private final SSLContext context;

    JdkTls(Trust trust, Optional<Identity> identity) throws UnusableFileException {
        TrustManager[] trustManagers = trust.anchors().isPresent() ? trustManagers(trust) : null;
        KeyManager[] keyManagers = identity.isPresent() ? keyManagers(identity.get()) : null;
        try {
            context = SSLContext.getInstance("TLS");
            context.init(keyManagers, trustManagers, null);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this executable", e);
        }
        // A server may send any number of session tickets; only the last is used to resume.
        context.getClientSessionContext().setSessionCacheSize(1);
    }

    @Override
    public ByteStream connect(TcpStream tcp, String host, int port, Budget budget) throws IOException {
        return JdkTlsStream.connect(context.getSocketFactory(), tcp, host, port, budget);
    }

    private static TrustManager[] trustManagers(Trust trust) throws UnusableFileException {
        Collection<? extends Certificate> anchors = certificates(trust.anchors().orElseThrow(), Use.TRUST_ANCHORS);
        try {
            List<Certificate> all = new ArrayList<>(anchors);
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            if (trust.builtIn()) {
                factory.init((KeyStore) null);
                for (TrustManager manager : factory.getTrustManagers()) {
                    all.addAll(List.of(((X509TrustManager) manager).getAcceptedIssuers()));
                }
            }
            KeyStore store = emptyStore();
            for (int number = 0; number < all.size(); number++) {
                store.setCertificateEntry("anchor-" + number, all.get(number));
            }
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableFileException(Use.TRUST_ANCHORS, "it has an unusable certificate", e);
        }
    }

    private static KeyManager[] keyManagers(Identity identity) throws UnusableFileException {
        Certificate[] chain =
                certificates(identity.certificates(), Use.CERTIFICATE).toArray(Certificate[]::new);
        try {
            KeyStore store = emptyStore();
            PrivateKey key = privateKey(identity.key(), chain[0].getPublicKey().getAlgorithm());
            store.setKeyEntry("client", key, NO_PASSWORD, chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw new UnusableFileException(Use.KEY, "it cannot be read, or is no key of the certificate's kind", e);
        }
    }

    private static PrivateKey privateKey(Path file, String algorithm) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        int start = pem.indexOf(BEGIN_KEY) + BEGIN_KEY.length();
        int end = pem.indexOf(END_KEY);
        if (start < BEGIN_KEY.length() || end < start) {
            throw new IOException("no key of PKCS #8 in " + file);
        }
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(start, end));
        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static Collection<? extends Certificate> certificates(Path file, Use use) throws UnusableFileException {
        try {
            Collection<? extends Certificate> certificates = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)));
            if (certificates.isEmpty()) {
                throw new UnusableFileException(use, "there is no certificate in it", null);
            }
            return certificates;
        } catch (CertificateException | IOException e) {
            throw new UnusableFileException(use, "it cannot be read", e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }
}
