package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.RustLibrary.Code;
import dev.cancelupload.tls.RustLibrary.Operation;
import dev.cancelupload.tls.Tls.UnusableFileException.Use;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** TLS by rustls, which decides everything: {@link RustTlsStream} moves its bytes. */
final class RustTls implements Tls {

    /** Handle of the configuration, which is never freed: a process has a few. */
    private final long config;

    RustTls(Trust trust, Optional<Identity> identity) throws UnusableFileException {
        byte[] anchors = trust.anchors().isPresent() ? read(trust.anchors().get(), Use.TRUST_ANCHORS) : null;
        byte[] reason = new byte[RustLibrary.REASON_LENGTH];
        config = RustLibrary.call(Operation.CONFIGURE, trust.builtIn() ? 1 : 0, anchors, files(identity), reason);
        if (config == Code.FAILED.number) {
            throw new IllegalStateException(RustLibrary.reason(reason));
        }
        if (config < 0) {
            Use use = config == Code.TRUST_ANCHORS_UNUSABLE.number
                    ? Use.TRUST_ANCHORS
                    : config == Code.CERTIFICATE_UNUSABLE.number ? Use.CERTIFICATE : Use.KEY;
            throw new UnusableFileException(use, RustLibrary.reason(reason), null);
        }
    }

    /** Both files as one, with a zero between them. */
    private static byte[] files(Optional<Identity> identity) throws UnusableFileException {
        if (identity.isEmpty()) {
            return null;
        }
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(read(identity.get().certificates(), Use.CERTIFICATE));
        both.write(0);
        both.writeBytes(read(identity.get().key(), Use.KEY));
        return both.toByteArray();
    }

    private static byte[] read(Path file, Use use) throws UnusableFileException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UnusableFileException(use, "it cannot be read", e);
        }
    }

    @Override
    public ByteStream connect(TcpStream tcp, String host, int port, Budget budget) throws IOException {
        long session = RustLibrary.call(Operation.OPEN, config, host.getBytes(StandardCharsets.UTF_8));
        RustTlsStream stream = new RustTlsStream(tcp, session);
        try {
            stream.handshake(budget);
            return stream;
        } catch (IOException e) {
            stream.close();
            throw e;
        }
    }
}
