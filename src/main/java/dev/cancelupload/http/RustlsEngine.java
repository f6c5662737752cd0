package dev.cancelupload.http;

import dev.cancelupload.crypto.NativeCrypto;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;

/**
 * A session of rustls. It is memory outside of Java's heap, which {@link #close} frees; each method holds the lock
 * while it uses it, so that nothing uses what was freed.
 */
final class RustlsEngine implements TlsEngine {

    private static final int HEADER_SIZE = 5;

    /** Of a record's content, which in TLS 1.2 may be 2,048 bytes more than its plaintext. */
    private static final int MAX_CONTENT = (1 << 14) + 2048;

    private static final int MAX_PLAINTEXT = 1 << 14;

    private static final byte[] NOTHING = {};

    /** Its handle; 0 if it was freed. */
    private long session;

    RustlsEngine(long session) {
        this.session = session;
    }

    @Override
    public int recordSize() {
        return HEADER_SIZE + MAX_CONTENT;
    }

    @Override
    public int plaintextSize() {
        return MAX_PLAINTEXT;
    }

    @Override
    public synchronized Progress unwrap(ByteBuffer received, ByteBuffer decrypted) throws SSLException {
        int length = recordLength(received);
        if (length > received.remaining()) {
            return Progress.INCOMPLETE;
        }
        // TlsStream keeps what it received at the start of an array.
        if (received.arrayOffset() + received.position() != 0 || decrypted.arrayOffset() + decrypted.position() != 0) {
            throw new IllegalArgumentException("a buffer does not start at the start of its array");
        }
        int count = NativeCrypto.receive(open(), received.array(), length, decrypted.array());
        received.position(length);
        if (count == NativeCrypto.FAILED) {
            throw new SSLException(reason());
        }
        if (count == NativeCrypto.CLOSED) {
            return Progress.CLOSED;
        }
        decrypted.position(count);
        return Progress.RECORD;
    }

    /**
     * The length of the first record with its header; more than there is if the header is not complete.
     *
     * @throws SSLException if it cannot be a record
     */
    private static int recordLength(ByteBuffer received) throws SSLException {
        int start = received.position();
        // change_cipher_spec, alert, handshake, application_data; the version is 3.x.
        if (received.remaining() > 0 && (received.get(start) < 20 || received.get(start) > 23)
                || received.remaining() > 1 && received.get(start + 1) != 3) {
            throw new SSLException("the server sent something that is not TLS");
        }
        if (received.remaining() < HEADER_SIZE) {
            return HEADER_SIZE;
        }
        int content = received.getShort(start + 3) & 0xffff;
        if (content > MAX_CONTENT) {
            throw new SSLException("a record is too large");
        }
        return HEADER_SIZE + content;
    }

    @Override
    public synchronized boolean isHandshaking() {
        return session != 0 && (NativeCrypto.state(session) & NativeCrypto.HANDSHAKING) != 0;
    }

    @Override
    public synchronized boolean wantsToSend() {
        return session != 0 && NativeCrypto.wantsToSend(session);
    }

    @Override
    public synchronized boolean isTls13() {
        return session != 0 && (NativeCrypto.state(session) & NativeCrypto.TLS_1_3) != 0;
    }

    @Override
    public synchronized ByteBuffer wrap(ByteBuffer plaintext) throws SSLException {
        int count = Math.min(plaintext.remaining(), MAX_PLAINTEXT);
        byte[] sent = NativeCrypto.send(
                open(),
                count == 0 ? NOTHING : plaintext.array(),
                plaintext.arrayOffset() + plaintext.position(),
                count);
        if (sent == null) {
            throw new SSLException(reason());
        }
        plaintext.position(plaintext.position() + count);
        return ByteBuffer.wrap(sent);
    }

    @Override
    public ByteBuffer alert() throws SSLException {
        return wrap(ByteBuffer.wrap(NOTHING));
    }

    private long open() throws SSLException {
        if (session == 0) {
            throw new SSLException("the connection was closed");
        }
        return session;
    }

    private String reason() {
        return new String(NativeCrypto.reason(session), StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void close() {
        if (session != 0) {
            NativeCrypto.close(session);
            session = 0;
        }
    }
}
