package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** The client side of TLS 1.3 and 1.2, with the trust anchors and the client certificate that it was created with. */
public interface Tls {

    /** Why a key's file is unusable: the words are the same for each implementation. */
    String NO_PKCS8_KEY = "there is no \"BEGIN PRIVATE KEY\" in it: it has to be PKCS #8 and not encrypted,"
            + " as openssl pkcs8 -topk8 -nocrypt makes it";

    /** @see #NO_PKCS8_KEY */
    String KEY_OF_ANOTHER_CERTIFICATE = "its key is that of another certificate";

    /**
     * Which servers are trusted.
     *
     * @param anchors PEM file of trust anchors
     * @param builtIn whether the built-in ones are trusted
     */
    record Trust(Optional<Path> anchors, boolean builtIn) {

        /** Trusts the certificates of a PEM file in place of the built-in trust anchors; without a file those. */
        public static Trust only(Optional<Path> anchors) {
            return new Trust(anchors, anchors.isEmpty());
        }

        /** Trusts the certificates of a PEM file, if there is one, and the built-in trust anchors. */
        public static Trust also(Optional<Path> anchors) {
            return new Trust(anchors, true);
        }
    }

    /**
     * A client certificate for mutual TLS.
     *
     * @param certificates PEM file with the client's certificate, followed by its chain
     * @param key PEM file with its private key: PKCS #8, not encrypted
     */
    record Identity(Path certificates, Path key) {}

    /** A file that is not what it has to be. */
    final class UnusableFileException extends Exception {

        /** What a file is for. */
        public enum Use {
            TRUST_ANCHORS,
            CERTIFICATE,
            KEY
        }

        private final Use use;

        UnusableFileException(Use use, String reason) {
            super(reason);
            this.use = use;
        }

        UnusableFileException(Use use, Exception cause) {
            super(cause.getMessage(), cause);
            this.use = use;
        }

        /** What the file is for. */
        public Use use() {
            return use;
        }
    }

    /**
     * Starts a connection to a server, without a handshake.
     *
     * @throws SSLException if there can be none to this host
     */
    TlsEngine engine(Origin origin) throws SSLException;

    /**
     * Performs a handshake, in which the server's certificate has to be for the origin's host.
     *
     * @param socket stays open even if the handshake fails
     * @throws SSLException if the handshake fails; the message has the reason
     */
    default PeerStream connect(DeadlineSocket socket, Origin origin, Budget budget) throws IOException {
        return TlsStream.connect(socket, engine(origin), budget);
    }
}
