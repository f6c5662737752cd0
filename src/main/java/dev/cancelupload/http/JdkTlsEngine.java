package dev.cancelupload.http;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/** The JDK's TLS. */
final class JdkTlsEngine implements TlsEngine {

    private final SSLEngine engine;

    /** @param engine in client mode */
    JdkTlsEngine(SSLEngine engine) throws SSLException {
        this.engine = engine;
        engine.beginHandshake();
    }

    @Override
    public int recordSize() {
        return engine.getSession().getPacketBufferSize();
    }

    @Override
    public int plaintextSize() {
        return engine.getSession().getApplicationBufferSize();
    }

    @Override
    public Progress unwrap(ByteBuffer received, ByteBuffer decrypted) throws SSLException {
        try {
            SSLEngineResult result = engine.unwrap(received, decrypted);
            runTasks();
            return switch (result.getStatus()) {
                case OK -> Progress.RECORD;
                case CLOSED -> Progress.CLOSED;
                case BUFFER_UNDERFLOW -> Progress.INCOMPLETE;
                case BUFFER_OVERFLOW -> incomplete(decrypted);
            };
        } catch (RuntimeException e) {
            throw new SSLException(e.getMessage(), e);
        }
    }

    /** The engine looks at the target first: a record that does not fit into it has not been received completely. */
    private Progress incomplete(ByteBuffer decrypted) throws SSLException {
        if (decrypted.capacity() >= plaintextSize()) {
            throw new SSLException("a record is too large");
        }
        return Progress.INCOMPLETE;
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public boolean isHandshaking() {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    @Override
    public boolean wantsToSend() {
        return engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    }

    @Override
    public boolean isTls13() {
        return engine.getSession().getProtocol().equals("TLSv1.3");
    }

    @Override
    public ByteBuffer wrap(ByteBuffer plaintext) throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(recordSize());
        if (wrap(plaintext, record) != Status.OK) {
            throw new SSLException("the connection was closed");
        }
        return record.flip();
    }

    @Override
    public ByteBuffer alert() throws SSLException {
        ByteBuffer record = ByteBuffer.allocate(recordSize());
        wrap(ByteBuffer.allocate(0), record);
        return record.flip();
    }

    private Status wrap(ByteBuffer plaintext, ByteBuffer record) throws SSLException {
        try {
            SSLEngineResult result = engine.wrap(plaintext, record);
            runTasks();
            return result.getStatus();
        } catch (RuntimeException e) {
            throw new SSLException(e.getMessage(), e);
        }
    }

    /** The engine has nothing but memory of the heap. */
    @Override
    public void close() {}
}
