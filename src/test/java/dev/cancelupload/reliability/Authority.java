package dev.cancelupload.reliability;

import dev.cancelupload.upstream.Certificates;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** The certificates of a test's servers. */
public final class Authority {

    private final Certificates certificates;

    public Authority(Path folder) throws IOException, InterruptedException {
        certificates = new Certificates(Files.createTempDirectory(folder, "authority"));
    }

    /** The value of {@code SSL_CERT_FILE}. */
    public String anchors() {
        return certificates.root().toString();
    }

    /** A server's certificate for this host. */
    public SSLContext server(String name, String host)
            throws IOException, InterruptedException, GeneralSecurityException {
        return context(certificates.server(name, host, 20));
    }

    /** One that was valid until some days ago. */
    SSLContext expired(String host) throws IOException, InterruptedException, GeneralSecurityException {
        return context(certificates.server("expired", host, 5));
    }

    private static SSLContext context(Path file) throws IOException, GeneralSecurityException {
        char[] password = Certificates.PASSWORD.toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }
}
