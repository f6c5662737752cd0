package dev.cancelupload.http;

import dev.cancelupload.crypto.NativeCrypto;
import dev.cancelupload.http.Tls.Identity;
import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.http.Tls.UnusableFileException;
import java.util.Optional;

/** Which TLS there is: rustls in a native executable, unless it is built with {@code -Dtls=jdk}; or else the JDK's. */
public final class TlsImplementation {

    private TlsImplementation() {}

    /**
     * @param identity what to show to a server that asks who is calling; empty to show nothing
     * @throws UnusableFileException if a file cannot be read as what it has to be
     */
    public static Tls create(Trust trust, Optional<Identity> identity) throws UnusableFileException {
        return NativeCrypto.LINKED ? new Rustls(trust, identity) : new JdkTls(trust, identity);
    }
}
