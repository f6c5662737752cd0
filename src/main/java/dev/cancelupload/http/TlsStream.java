package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;

/**
 * TLS over a TCP connection, record by record. An {@link javax.net.ssl.SSLSocket} would read without end while records
 * without data arrive, write without a timeout, and hide a partly received record.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446">RFC 8446: TLS 1.3</a>
 */
final class TlsStream implements PeerStream {

    /** A handshake with the longest certificate chain that the JDK accepts has about twenty. */
    private static final int MAX_HANDSHAKE_RECORDS = 100;

    /**
     * Limit over the life of the connection after the handshake. Servers send two or three session tickets; each stays
     * in memory as long as the connection, and each key update requires a response.
     */
    private static final int MAX_RECORDS_WITHOUT_DATA = 32;

    /** Bounds {@link #checkUnread}, which would otherwise read as long as a fast peer sends. */
    private static final int MAX_READS_PER_CHECK = 4;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final DeadlineSocket socket;
    private final SSLEngine engine;
    /** Received and not yet decrypted, from 0 to its position. */
    private final ByteBuffer received;
    /** Decrypted and not yet read, from its position to its limit. */
    private final ByteBuffer decrypted;

    private int recordsWithoutData;

    private TlsStream(DeadlineSocket socket, SSLEngine engine) {
        this.socket = socket;
        this.engine = engine;
        this.received = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        this.decrypted = ByteBuffer.allocate(engine.getSession().getApplicationBufferSize())
                .limit(0);
    }

    /**
     * Performs the handshake.
     *
     * @param socket stays open even if the handshake fails
     * @param engine in client mode
     * @throws SSLException if the handshake fails; the message has the reason
     */
    static TlsStream connect(DeadlineSocket socket, SSLEngine engine, Budget budget) throws IOException {
        TlsStream stream = new TlsStream(socket, engine);
        try {
            stream.handshake(budget);
            return stream;
        } catch (SSLException e) {
            stream.sendAlert();
            throw e;
        }
    }

    private void handshake(Budget budget) throws IOException {
        engine.beginHandshake();
        for (int records = 0; ; ) {
            HandshakeStatus status = engine.getHandshakeStatus();
            if (status == HandshakeStatus.NOT_HANDSHAKING) {
                return;
            } else if (status == HandshakeStatus.NEED_TASK) {
                runTasks();
            } else if (status == HandshakeStatus.NEED_WRAP) {
                send(NOTHING, budget);
            } else if (++records > MAX_HANDSHAKE_RECORDS) {
                throw new SSLException("more than " + MAX_HANDSHAKE_RECORDS + " records in the handshake");
            } else if (!receive(budget)) {
                throw new SSLException("the connection was closed in the handshake");
            }
        }
    }

    private void runTasks() {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
    }

    @Override
    public int read(ByteBuffer target, Budget budget) throws IOException {
        while (!decrypted.hasRemaining()) {
            if (!receive(budget)) {
                return -1;
            }
            countIfWithoutData();
            if (wantsHandshake()) {
                // A key update; in TLS 1.2 a renegotiation, which is obsolete since RFC 5746 (2010).
                if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
                    throw new SSLException("the server requested a renegotiation");
                }
                send(NOTHING, budget);
            }
        }
        int count = Math.min(target.remaining(), decrypted.remaining());
        target.put(target.position(), decrypted, decrypted.position(), count);
        target.position(target.position() + count);
        decrypted.position(decrypted.position() + count);
        return count;
    }

    /**
     * Reads and decrypts one record.
     *
     * @return false at the end of the stream
     */
    private boolean receive(Budget budget) throws IOException {
        SSLEngineResult result = unwrap();
        while (result.getStatus() == Status.BUFFER_UNDERFLOW) {
            if (socket.read(received, budget) < 0) {
                return false;
            }
            result = unwrap();
        }
        return result.getStatus() != Status.CLOSED;
    }

    /** Decrypts one record if it has been received completely. */
    private SSLEngineResult unwrap() throws SSLException {
        received.flip();
        decrypted.clear();
        try {
            SSLEngineResult result = engine.unwrap(received, decrypted);
            runTasks();
            if (result.getStatus() == Status.BUFFER_OVERFLOW
                    || result.getStatus() == Status.BUFFER_UNDERFLOW && received.limit() == received.capacity()) {
                throw new SSLException("a record is too large");
            }
            return result;
        } catch (RuntimeException e) {
            throw new SSLException(e.getMessage(), e);
        } finally {
            received.compact();
            decrypted.flip();
        }
    }

    private void countIfWithoutData() throws SSLException {
        if (!decrypted.hasRemaining() && ++recordsWithoutData > MAX_RECORDS_WITHOUT_DATA) {
            throw new SSLException("more than " + MAX_RECORDS_WITHOUT_DATA + " records without data");
        }
    }

    private boolean wantsHandshake() {
        return engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
    }

    @Override
    public void write(ByteBuffer source, Budget budget) throws IOException {
        do {
            send(source, budget);
        } while (source.hasRemaining());
    }

    /** Sends one record with as much of the data as fits, or with the next handshake message. */
    private void send(ByteBuffer source, Budget budget) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        if (wrap(source, record).getStatus() != Status.OK) {
            throw new SSLException("the connection was closed");
        }
        // Also checks the deadline if there is nothing to write.
        socket.write(record.flip(), budget);
    }

    private SSLEngineResult wrap(ByteBuffer source, ByteBuffer record) throws SSLException {
        try {
            return engine.wrap(source, record);
        } catch (RuntimeException e) {
            throw new SSLException(e.getMessage(), e);
        }
    }

    /** After a failed handshake: sends the TLS alert if that does not block. */
    private void sendAlert() {
        try {
            ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            wrap(NOTHING, record);
            socket.writeNow(record.flip());
        } catch (IOException e) {
            // The server will see the connection closed.
        }
    }

    /** Also reads session tickets, which follow the handshake in TLS 1.3. */
    @Override
    public Unread checkUnread() throws IOException {
        for (int reads = 0; !decrypted.hasRemaining(); ) {
            if (wantsHandshake()) {
                // A key update from an earlier check still requires a response.
                return Unread.DATA;
            }
            SSLEngineResult result = received.position() == 0 ? null : unwrap();
            if (result == null || result.getStatus() == Status.BUFFER_UNDERFLOW) {
                int count = reads++ < MAX_READS_PER_CHECK ? socket.readNow(received) : 0;
                if (count <= 0) {
                    // A partly received record counts as data: later input would complete it.
                    return received.position() > 0 || reads > MAX_READS_PER_CHECK
                            ? Unread.DATA
                            : count < 0 ? Unread.END_OF_STREAM : Unread.NOTHING;
                }
            } else if (result.getStatus() == Status.CLOSED) {
                return Unread.END_OF_STREAM;
            } else {
                countIfWithoutData();
            }
        }
        return Unread.DATA;
    }

    @Override
    public void close() {
        socket.close();
    }
}
