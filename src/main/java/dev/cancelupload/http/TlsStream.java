package dev.cancelupload.http;

import dev.cancelupload.http.TlsEngine.Progress;
import dev.cancelupload.time.Budget;
import java.io.IOException;
import java.nio.ByteBuffer;
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

    /** Holds any record of a usual handshake or response. A longer one makes the buffers grow. */
    private static final int USUAL_RECORD = 4096;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final DeadlineSocket socket;
    private final TlsEngine engine;
    /** The largest record that is accepted. */
    private final int recordSize;
    /** Received and not yet decrypted, from 0 to its position. */
    private ByteBuffer received;
    /** Decrypted and not yet read, from its position to its limit. Holds the plaintext of all that was received. */
    private ByteBuffer decrypted;

    private int recordsWithoutData;

    private TlsStream(DeadlineSocket socket, TlsEngine engine) {
        this.socket = socket;
        this.engine = engine;
        this.recordSize = engine.recordSize();
        allocate(USUAL_RECORD);
    }

    private void allocate(int size) {
        received = ByteBuffer.allocate(Math.min(size, recordSize));
        decrypted = ByteBuffer.allocate(Math.min(size, engine.plaintextSize())).limit(0);
    }

    /**
     * Performs the handshake.
     *
     * @param socket stays open even if the handshake fails
     * @param engine is closed if the handshake fails
     * @throws SSLException if the handshake fails; the message has the reason
     */
    static TlsStream connect(DeadlineSocket socket, TlsEngine engine, Budget budget) throws IOException {
        TlsStream stream = new TlsStream(socket, engine);
        boolean connected = false;
        try {
            stream.handshake(budget);
            connected = true;
            return stream;
        } catch (SSLException e) {
            stream.sendAlert();
            throw e;
        } finally {
            if (!connected) {
                engine.close();
            }
        }
    }

    private void handshake(Budget budget) throws IOException {
        for (int records = 0; engine.isHandshaking(); ) {
            if (engine.wantsToSend()) {
                send(NOTHING, budget);
            } else if (++records > MAX_HANDSHAKE_RECORDS) {
                throw new SSLException("more than " + MAX_HANDSHAKE_RECORDS + " records in the handshake");
            } else if (!receive(budget)) {
                throw new SSLException("the connection was closed in the handshake");
            }
        }
    }

    @Override
    public int read(ByteBuffer target, Budget budget) throws IOException {
        while (!decrypted.hasRemaining()) {
            if (!receive(budget)) {
                return -1;
            }
            countIfWithoutData();
            if (engine.isHandshaking()) {
                // A key update; in TLS 1.2 a renegotiation, which is obsolete since RFC 5746 (2010).
                if (!engine.isTls13()) {
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
        Progress progress = unwrap();
        while (progress == Progress.INCOMPLETE) {
            if (socket.read(received, budget) < 0) {
                return false;
            }
            progress = unwrap();
        }
        return progress != Progress.CLOSED;
    }

    /** Decrypts one record if it has been received completely. */
    private Progress unwrap() throws SSLException {
        Progress progress;
        received.flip();
        decrypted.clear();
        try {
            progress = engine.unwrap(received, decrypted);
        } finally {
            received.compact();
            decrypted.flip();
        }
        if (progress == Progress.INCOMPLETE && !received.hasRemaining()) {
            grow();
        }
        return progress;
    }

    /** Makes room for the rest of a record. */
    private void grow() throws SSLException {
        ByteBuffer start = received.flip();
        if (start.capacity() == recordSize) {
            throw new SSLException("a record is too large");
        }
        allocate(2 * start.capacity());
        received.put(start);
    }

    private void countIfWithoutData() throws SSLException {
        if (!decrypted.hasRemaining() && ++recordsWithoutData > MAX_RECORDS_WITHOUT_DATA) {
            throw new SSLException("more than " + MAX_RECORDS_WITHOUT_DATA + " records without data");
        }
    }

    @Override
    public void write(ByteBuffer source, Budget budget) throws IOException {
        do {
            send(source, budget);
        } while (source.hasRemaining());
    }

    /** Sends one record with as much of the data as fits, or with the next handshake message. */
    private void send(ByteBuffer source, Budget budget) throws IOException {
        ByteBuffer record = engine.wrap(source);
        // Also checks the deadline if there is nothing to write.
        socket.write(record, budget);
    }

    /** After a failed handshake: sends the TLS alert if that does not block. */
    private void sendAlert() {
        try {
            socket.writeNow(engine.alert());
        } catch (IOException e) {
            // The server will see the connection closed.
        }
    }

    /** Also reads session tickets, which follow the handshake in TLS 1.3. */
    @Override
    public Unread checkUnread() throws IOException {
        for (int reads = 0; !decrypted.hasRemaining(); ) {
            if (engine.isHandshaking()) {
                // A key update from an earlier check still requires a response.
                return Unread.DATA;
            }
            Progress progress = received.position() == 0 ? Progress.INCOMPLETE : unwrap();
            if (progress == Progress.INCOMPLETE) {
                int count = reads++ < MAX_READS_PER_CHECK ? socket.readNow(received) : 0;
                if (count <= 0) {
                    // A partly received record counts as data: later input would complete it.
                    return received.position() > 0 || reads > MAX_READS_PER_CHECK
                            ? Unread.DATA
                            : count < 0 ? Unread.END_OF_STREAM : Unread.NOTHING;
                }
            } else if (progress == Progress.CLOSED) {
                return Unread.END_OF_STREAM;
            } else {
                countIfWithoutData();
            }
        }
        return Unread.DATA;
    }

    @Override
    public void close() {
        engine.close();
        socket.close();
    }
}
