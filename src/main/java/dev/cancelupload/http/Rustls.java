package dev.cancelupload.http;

import dev.cancelupload.crypto.NativeCrypto;
import dev.cancelupload.http.Tls.UnusableFileException.Use;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** TLS of {@code src/main/rust}, which has its own built-in trust anchors: docs/tls.md. */
final class Rustls implements Tls {

    /** Handle of the configuration, which is never freed: there are two in a process. */
    private final long config;

    /** @param identity what to show to a server that asks who is calling; empty to show nothing */
    Rustls(Trust trust, Optional<Identity> identity) throws UnusableFileException {
        byte[] anchors = read(trust.anchors(), Use.TRUST_ANCHORS);
        byte[] chain = read(identity.map(Identity::certificates), Use.CERTIFICATE);
        byte[] key = read(identity.map(Identity::key), Use.KEY);
        int[] problem = new int[1];
        config = NativeCrypto.config(anchors, trust.builtIn(), chain, key, problem);
        if (config == 0) {
            throw unusable(problem[0]);
        }
    }

    private static byte[] read(Optional<Path> file, Use use) throws UnusableFileException {
        try {
            return file.isPresent() ? Files.readAllBytes(file.get()) : null;
        } catch (IOException e) {
            throw new UnusableFileException(use, e);
        }
    }

    /** @param problem a number of src/main/rust/src/config.rs */
    private static UnusableFileException unusable(int problem) {
        return switch (problem) {
            case 1 -> new UnusableFileException(Use.TRUST_ANCHORS, "there is no certificate in it");
            case 2 -> new UnusableFileException(Use.CERTIFICATE, "there is no certificate in it");
            case 3 -> new UnusableFileException(Use.KEY, NO_PKCS8_KEY);
            case 4 ->
                new UnusableFileException(
                        Use.KEY, "it has no key of RSA with 2,048 bits or more, P-256, P-384 or Ed25519");
            case 5 -> new UnusableFileException(Use.KEY, KEY_OF_ANOTHER_CERTIFICATE);
            default -> throw new IllegalStateException("no TLS in this executable");
        };
    }

    @Override
    public TlsEngine engine(Origin origin) throws SSLException {
        long session = NativeCrypto.open(config, origin.host().getBytes(StandardCharsets.UTF_8));
        if (session == 0) {
            throw new SSLException("it is no name or address that a certificate can be for");
        }
        return new RustlsEngine(session);
    }
}
