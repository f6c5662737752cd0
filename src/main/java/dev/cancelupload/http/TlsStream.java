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
 * TLS over a TCP connection, record by record: an {@link javax.net.ssl.SSLSocket} reads on for as long as records
 * without data come, writes without a time-out, and does not show the part of a record that has come.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446">RFC 8446: TLS 1.3</a>
 */
final class TlsStream implements PeerStream {

    /** A handshake with the longest chain of certificates that the JDK takes has some twenty. */
    private static final int MOST_RECORDS_IN_HANDSHAKE = 100;

    /**
     * After the handshake, over the connection's life. Servers send two or three session tickets; each stays in memory
     * for as long as the connection, and each key update asks for an answer.
     */
    private static final int MOST_RECORDS_WITHOUT_DATA = 32;

    /** For {@link #pending}, which would otherwise read for as long as a fast peer sends. */
    private static final int MOST_READS_AT_A_LOOK = 4;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final DeadlineSocket socket;
    private final SSLEngine engine;
    /** Has come and is not decrypted: from 0 to its position. */
    private final ByteBuffer received;
    /** Is decrypted and not read: from its position to its limit. */
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
     * Makes the handshake.
     *
     * @param socket stays open, whatever happens
     * @param engine of a client
     * @throws SSLException if there is no agreement; the message says why
     */
    static TlsStream over(DeadlineSocket socket, SSLEngine engine, Budget budget) throws IOException {
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
            } else if (++records > MOST_RECORDS_IN_HANDSHAKE) {
                throw new SSLException("more than " + MOST_RECORDS_IN_HANDSHAKE + " records in the handshake");
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
                // A key update; in TLS 1.2 a whole new handshake, which nobody has asked for since 2010.
                if (!engine.getSession().getProtocol().equals("TLSv1.3")) {
                    throw new SSLException("the server asked for another handshake");
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

    /** Decrypts one record, if a whole one has come. */
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
        if (!decrypted.hasRemaining() && ++recordsWithoutData > MOST_RECORDS_WITHOUT_DATA) {
            throw new SSLException("more than " + MOST_RECORDS_WITHOUT_DATA + " records without data");
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

    /** Sends one record, with as much of the data as fits, or what the handshake wants to say. */
    private void send(ByteBuffer source, Budget budget) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        if (wrap(source, record).getStatus() != Status.OK) {
            throw new SSLException("the connection was closed");
        }
        // Even if there is nothing to write, the deadline is looked at.
        socket.write(record.flip(), budget);
    }

    private SSLEngineResult wrap(ByteBuffer source, ByteBuffer record) throws SSLException {
        try {
            return engine.wrap(source, record);
        } catch (RuntimeException e) {
            throw new SSLException(e.getMessage(), e);
        }
    }

    /** After a failed handshake: tells the server why, if that can be done without waiting. */
    private void sendAlert() {
        try {
            ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            wrap(NOTHING, record);
            socket.writeNow(record.flip());
        } catch (IOException e) {
            // It will see that we are gone.
        }
    }

    /** Session tickets, which follow the handshake of TLS 1.3, are read away. */
    @Override
    public Pending pending() throws IOException {
        for (int reads = 0; !decrypted.hasRemaining(); ) {
            if (wantsHandshake()) {
                // A key update that was found at a look before still asks for an answer.
                return Pending.BYTES;
            }
            SSLEngineResult result = received.position() == 0 ? null : unwrap();
            if (result == null || result.getStatus() == Status.BUFFER_UNDERFLOW) {
                int count = reads++ < MOST_READS_AT_A_LOOK ? socket.readNow(received) : 0;
                if (count <= 0) {
                    // A part of a record would be completed later, by whatever comes then.
                    return received.position() > 0 || reads > MOST_READS_AT_A_LOOK
                            ? Pending.BYTES
                            : count < 0 ? Pending.END : Pending.NOTHING;
                }
            } else if (result.getStatus() == Status.CLOSED) {
                return Pending.END;
            } else {
                countIfWithoutData();
            }
        }
        return Pending.BYTES;
    }

    @Override
    public void close() {
        socket.close();
    }
}
