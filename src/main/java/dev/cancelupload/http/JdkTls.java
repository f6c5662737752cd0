package dev.cancelupload.http;

import dev.cancelupload.http.Tls.UnusableFileException.Use;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The JDK's TLS. */
final class JdkTls implements Tls {

    /** The key store exists in memory only. */
    private static final char[] NO_PASSWORD = {};

    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private final SSLContext context;

    /** @param identity what to show to a server that asks who is calling; empty to show nothing */
    JdkTls(Trust trust, Optional<Identity> identity) throws UnusableFileException {
        TrustManager[] trustManagers = trust.anchors().isPresent() ? trustManagers(trust) : null;
        KeyManager[] keyManagers = identity.isPresent() ? keyManagers(identity.get()) : null;
        try {
            if (trustManagers == null && keyManagers == null) {
                context = SSLContext.getDefault();
            } else {
                context = SSLContext.getInstance("TLS");
                context.init(keyManagers, trustManagers, null);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this executable", e);
        }
        // A server may send any number of session tickets; only the last is used to resume.
        context.getClientSessionContext().setSessionCacheSize(1);
    }

    SSLContext context() {
        return context;
    }

    @Override
    public TlsEngine engine(Origin origin) throws SSLException {
        SSLEngine engine = context.createSSLEngine(origin.host(), origin.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        engine.setSSLParameters(parameters);
        return new JdkTlsEngine(engine);
    }

    static TrustManager[] trustManagers(Trust trust) throws UnusableFileException {
        try {
            return trustManagers(trust.anchors().orElseThrow(), trust.builtIn() ? builtIn() : List.of());
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableFileException(Use.TRUST_ANCHORS, e);
        }
    }

    private static List<Certificate> builtIn() {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null);
            List<Certificate> certificates = new ArrayList<>();
            for (TrustManager manager : trust.getTrustManagers()) {
                certificates.addAll(List.of(((X509TrustManager) manager).getAcceptedIssuers()));
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no built-in trust anchors in this executable", e);
        }
    }

    private static TrustManager[] trustManagers(Path anchors, List<Certificate> others)
            throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore store = emptyStore();
        List<Certificate> all = new ArrayList<>(others);
        all.addAll(certificates(anchors));
        for (int number = 0; number < all.size(); number++) {
            store.setCertificateEntry("anchor-" + number, all.get(number));
        }
        trust.init(store);
        return trust.getTrustManagers();
    }

    private static KeyManager[] keyManagers(Identity identity) throws UnusableFileException {
        try {
            Certificate[] chain = certificates(identity.certificates()).toArray(Certificate[]::new);
            KeyStore store = emptyStore();
            store.setKeyEntry("client", privateKey(identity.key(), chain[0].getPublicKey()), NO_PASSWORD, chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (InvalidKeyException e) {
            throw new UnusableFileException(Use.KEY, e);
        } catch (GeneralSecurityException | IOException e) {
            throw new UnusableFileException(Use.CERTIFICATE, e);
        }
    }

    private static PrivateKey privateKey(Path file, PublicKey certified) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        Matcher block = PKCS8.matcher(pem);
        if (!block.find()) {
            throw new InvalidKeyException(NO_PKCS8_KEY);
        }
        PrivateKey key;
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(1));
            key = KeyFactory.getInstance(certified.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (IllegalArgumentException | InvalidKeySpecException e) {
            throw new InvalidKeyException("it has no " + certified.getAlgorithm() + " key, which the certificate's is");
        }
        if (!belongs(key, certified)) {
            throw new InvalidKeyException(KEY_OF_ANOTHER_CERTIFICATE);
        }
        return key;
    }

    /** Whether the certified public key verifies a signature of the private key. */
    private static boolean belongs(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm =
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        try {
            return signature.verify(signed);
        } catch (SignatureException e) {
            return false;
        }
    }

    private static Collection<? extends Certificate> certificates(Path file) throws CertificateException, IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(in);
            if (certificates.isEmpty()) {
                throw new CertificateException("there is no certificate in it");
            }
            return certificates;
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }
}
