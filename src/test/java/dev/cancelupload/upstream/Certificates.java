package dev.cancelupload.upstream;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** A test's certificate authority: a P-384 root like OpenAI's, and P-256 server certificates. */
public final class Certificates {

    public static final String PASSWORD = "changeit";

    private final Path folder;
    private final KeyPair rootKeys;
    private final X509Certificate root;

    public Certificates(Path folder) throws IOException {
        this.folder = folder;
        rootKeys = keyPair("secp384r1");
        root = CertificateWriter.root("Test Root", rootKeys);
        Files.writeString(root(), pem(root));
    }

    /** The root as a PEM file. */
    public Path root() {
        return folder.resolve("root.pem");
    }

    /**
     * A key store with a key, and the chain of its certificate.
     *
     * @param name of the file
     * @param host the only name in the certificate
     * @param days of validity, from ten days ago on
     */
    public Path server(String name, String host, int days) throws IOException {
        KeyPair keys = keyPair("secp256r1");
        X509Certificate certificate =
                CertificateWriter.server(host, keys.getPublic(), days, root, rootKeys.getPrivate());
        Files.writeString(chain(name), pem(certificate) + pem(root));
        Files.writeString(key(name), pem("PRIVATE KEY", withPublicKey(keys)));
        return write(
                name,
                store -> store.setKeyEntry(
                        "server", keys.getPrivate(), PASSWORD.toCharArray(), new Certificate[] {certificate, root}));
    }

    /** The certificate of a key store from {@link #server} with its intermediates, as a PEM file. */
    public Path chain(String name) {
        return folder.resolve(name + ".pem");
    }

    /** The private key of a key store from {@link #server}, as a PEM file. */
    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    /** As OpenSSL writes it, with the public key, which Java leaves out. */
    private static byte[] withPublicKey(KeyPair keys) throws IOException {
        PrivateKeyInfo key = PrivateKeyInfo.getInstance(keys.getPrivate().getEncoded());
        BigInteger number = ECPrivateKey.getInstance(key.parsePrivateKey()).getKey();
        ASN1BitString point =
                SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()).getPublicKeyData();
        return new PrivateKeyInfo(key.getPrivateKeyAlgorithm(), new ECPrivateKey(256, number, point, null))
                .getEncoded();
    }

    /** The context of a server with a valid certificate. */
    public SSLContext context(String name, String host) throws IOException, GeneralSecurityException {
        return context(server(name, host, 20));
    }

    /** The context of a server with this key store that trusts client certificates of this authority. */
    public SSLContext context(Path keyStore) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(keyStore.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(KeyStore.getInstance(trustStore().toFile(), PASSWORD.toCharArray()));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    /** A key store with the root only, for a server that requires client certificates. */
    public Path trustStore() throws IOException {
        return write("trust", store -> store.setCertificateEntry("root", root));
    }

    private Path store(String name) {
        return folder.resolve(name + ".p12");
    }

    @FunctionalInterface
    private interface Content {
        void into(KeyStore store) throws GeneralSecurityException;
    }

    private Path write(String name, Content content) throws IOException {
        try (OutputStream out = Files.newOutputStream(store(name))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            content.into(store);
            store.store(out, PASSWORD.toCharArray());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return store(name);
    }

    private static KeyPair keyPair(String curve) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(curve));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(X509Certificate certificate) {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
