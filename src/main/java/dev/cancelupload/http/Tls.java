package dev.cancelupload.http;

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
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** TLS with the built-in trust anchors or those of a PEM file, and with a client certificate if there is one. */
public final class Tls {

    /** The key store exists in memory only. */
    private static final char[] NO_PASSWORD = {};

    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private Tls() {}

    /**
     * @param trust decides which servers are trusted; empty for the built-in trust anchors
     * @param identity what to show to a server that asks who is calling; empty to show nothing
     */
    public static SSLContext context(Optional<TrustManager[]> trust, Optional<KeyManager[]> identity) {
        try {
            SSLContext context;
            if (trust.isEmpty() && identity.isEmpty()) {
                context = SSLContext.getDefault();
            } else {
                context = SSLContext.getInstance("TLS");
                context.init(identity.orElse(null), trust.orElse(null), null);
            }
            // A server may send any number of session tickets; only the last is used to resume.
            context.getClientSessionContext().setSessionCacheSize(1);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("no TLS in this executable", e);
        }
    }

    /** The client side of a connection; checks that the server's certificate is for the origin's host. */
    static SSLEngine engine(SSLContext context, Origin origin) {
        SSLEngine engine = context.createSSLEngine(origin.host(), origin.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        engine.setSSLParameters(parameters);
        return engine;
    }

    /**
     * Trusts only the certificates of a PEM file.
     *
     * @throws CertificateException if the file cannot be read as at least one certificate
     */
    public static TrustManager[] trust(Path anchors) throws CertificateException {
        return trust(anchors, List.of());
    }

    /**
     * Trusts the certificates of a PEM file and the built-in trust anchors.
     *
     * @throws CertificateException if the file cannot be read as at least one certificate
     */
    public static TrustManager[] trustAlso(Path anchors) throws CertificateException {
        return trust(anchors, builtIn());
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

    private static TrustManager[] trust(Path anchors, List<Certificate> others) throws CertificateException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            KeyStore store = emptyStore();
            List<Certificate> all = new ArrayList<>(others);
            all.addAll(certificates(anchors));
            for (int number = 0; number < all.size(); number++) {
                store.setCertificateEntry("anchor-" + number, all.get(number));
            }
            trust.init(store);
            return trust.getTrustManagers();
        } catch (CertificateException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    /**
     * A client certificate for mutual TLS.
     *
     * @param certificates PEM file with the client's certificate, followed by its chain
     * @param key PEM file with its private key: PKCS #8, not encrypted
     * @throws CertificateException if the first file has no certificate
     * @throws InvalidKeyException if the second has no such key, or that of another certificate
     */
    public static KeyManager[] identity(Path certificates, Path key) throws CertificateException, InvalidKeyException {
        try {
            Certificate[] chain = certificates(certificates).toArray(Certificate[]::new);
            KeyStore store = emptyStore();
            store.setKeyEntry("client", privateKey(key, chain[0].getPublicKey()), NO_PASSWORD, chain);
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            factory.init(store, NO_PASSWORD);
            return factory.getKeyManagers();
        } catch (CertificateException | InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(e.getMessage(), e);
        }
    }

    private static PrivateKey privateKey(Path file, PublicKey certified) throws IOException, GeneralSecurityException {
        String pem = Files.readString(file, StandardCharsets.ISO_8859_1);
        Matcher block = PKCS8.matcher(pem);
        if (!block.find()) {
            throw new InvalidKeyException(
                    "there is no \"BEGIN PRIVATE KEY\" in it: it has to be PKCS #8 and not encrypted,"
                            + " as openssl pkcs8 -topk8 -nodes makes it");
        }
        PrivateKey key;
        try {
            byte[] der = Base64.getMimeDecoder().decode(block.group(1));
            key = KeyFactory.getInstance(certified.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (IllegalArgumentException | InvalidKeySpecException e) {
            throw new InvalidKeyException("it has no " + certified.getAlgorithm() + " key, which the certificate's is");
        }
        if (!belongs(key, certified)) {
            throw new InvalidKeyException("its key is that of another certificate");
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
