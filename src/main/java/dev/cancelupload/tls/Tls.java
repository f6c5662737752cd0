package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** The client side of TLS 1.2 and 1.3: who is trusted, and what is shown to a server that asks who is calling. */
public interface Tls {

    /**
     * Whom to trust.
     *
     * @param anchors PEM file of certificates of authorities
     * @param builtIn whether the built-in authorities are trusted
     */
    record Trust(Optional<Path> anchors, boolean builtIn) {

        /** In place of the built-in authorities, if there is a file. */
        public static Trust only(Optional<Path> anchors) {
            return new Trust(anchors, anchors.isEmpty());
        }

        /** Besides the built-in authorities. */
        public static Trust also(Optional<Path> anchors) {
            return new Trust(anchors, true);
        }
    }

    /**
     * A client certificate for mutual TLS.
     *
     * @param certificates PEM file with the client's certificate, followed by its chain
     * @param key PEM file with its private key, not encrypted: PKCS #8
     */
    record Identity(Path certificates, Path key) {}

    /** A file that is not what it has to be. The message says why, and quotes nothing of the file. */
    final class UnusableFileException extends Exception {

        /** What the file is for. */
        public enum Use {
            TRUST_ANCHORS,
            CERTIFICATE,
            KEY
        }

        private final Use use;

        UnusableFileException(Use use, String reason, Exception cause) {
            super(reason, cause);
            this.use = use;
        }

        public Use use() {
            return use;
        }
    }

    /**
     * Reads the files: with rustls in a native executable, unless it is built with {@code -Dtls=jdk}, or else with the
     * JDK's TLS.
     *
     * @param identity what to show to a server that asks who is calling; empty to show nothing
     * @throws UnusableFileException if a file cannot be read as what it has to be
     */
    static Tls create(Trust trust, Optional<Identity> identity) throws UnusableFileException {
        return RustLibrary.LINKED ? new RustTls(trust, identity) : new JdkTls(trust, identity);
    }

    /**
     * Performs a handshake, in which the server's certificate has to be for the host.
     *
     * @param tcp is closed with the stream; after an exception by the caller
     * @param host a name, or an address; an IPv6 address without brackets
     * @throws SSLException if the handshake fails; the message has the reason
     * @throws InterruptedIOException if the budget is spent first
     */
    ByteStream connect(TcpStream tcp, String host, int port, Budget budget) throws IOException;
}
