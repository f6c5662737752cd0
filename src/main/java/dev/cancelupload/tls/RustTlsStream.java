package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.RustLibrary.Code;
import dev.cancelupload.tls.RustLibrary.Operation;
import java.io.IOException;
import javax.net.ssl.SSLException;

/** A connection with TLS by rustls. Its session is memory outside of Java's heap, which {@link #close} frees. */
final class RustTlsStream implements ByteStream {

    /** A server sends two or three session tickets, which these reads hold. */
    private static final int MAX_READS_PER_CHECK = 4;

    /** Of a TLS record: its type, its version, and the length of what follows. */
    private static final int HEADER_LENGTH = 5;

    private final TcpStream tcp;
    private final byte[] reason;
    private final byte[] received = new byte[4096];
    private final byte[] outgoing = new byte[4096];
    private long session;
    /** What was received and not yet passed on is in {@link #received} from here to the limit. */
    private int position;

    private int limit;
    /** How much was received of the last record's header, and how much is missing of what follows it. */
    private int header;

    private int missing;

    private RustTlsStream(TcpStream tcp, long session, byte[] reason) {
        this.tcp = tcp;
        this.session = session;
        this.reason = reason;
    }

    /** Performs the handshake. If that fails, it frees the session. */
    static RustTlsStream connect(TcpStream tcp, long session, byte[] reason, Budget budget) throws IOException {
        RustTlsStream stream = new RustTlsStream(tcp, session, reason);
        boolean connected = false;
        try {
            stream.handshake(budget);
            connected = true;
            return stream;
        } finally {
            if (!connected) {
                stream.free();
            }
        }
    }

    private void handshake(Budget budget) throws IOException {
        flush(budget);
        while (RustLibrary.call(Operation.IS_HANDSHAKING, session, null, null, null) != 0) {
            if (!fill(budget)) {
                throw new SSLException("the connection was closed in the handshake");
            }
            try {
                decrypt();
            } catch (SSLException e) {
                tellServer(e, budget);
                throw e;
            }
            flush(budget);
        }
    }

    /** Sends the alert that rustls has for the server after a failure. */
    private void tellServer(SSLException failure, Budget budget) {
        try {
            flush(budget);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public int read(byte[] target, int offset, int length, Budget budget) throws IOException {
        int count = plaintext(target, offset, length);
        while (count == 0) {
            if (!fill(budget)) {
                return -1;
            }
            decrypt();
            count = plaintext(target, offset, length);
        }
        return count;
    }

    /** Takes what is decrypted: the number of bytes, 0 if there are none now, -1 after a close_notify. */
    private int plaintext(byte[] target, int offset, int length) throws SSLException {
        long count = RustLibrary.call(Operation.READ, session, null, 0, -1, null, target, offset, length);
        if (count == Code.FAILED.number) {
            throw new SSLException(RustLibrary.reason(target));
        }
        return count == Code.CLOSED.number ? -1 : (int) count;
    }

    /** Waits for bytes if there are none to decrypt; false at the end of the stream. */
    private boolean fill(Budget budget) throws IOException {
        budget.remainingMillis();
        return position < limit || follow(tcp.read(received, 0, received.length, budget));
    }

    /** Notes where the last record ends, to know whether all of it was received: RFC 8446, 5.1. */
    private boolean follow(int count) {
        position = 0;
        limit = Math.max(count, 0);
        for (int i = 0; i < limit; ) {
            if (header < HEADER_LENGTH) {
                header++;
                missing = (missing << 8 | received[i++] & 0xff) & 0xffff;
            } else {
                int skipped = Math.min(missing, limit - i);
                missing -= skipped;
                i += skipped;
            }
            if (header == HEADER_LENGTH && missing == 0) {
                header = 0;
            }
        }
        return count > 0;
    }

    private void decrypt() throws SSLException {
        position += (int) checked(RustLibrary.call(
                Operation.RECEIVE, session, received, position, limit - position, null, reason, 0, reason.length));
    }

    private long checked(long result) throws SSLException {
        if (result < 0) {
            throw new SSLException(RustLibrary.reason(reason));
        }
        return result;
    }

    @Override
    public void write(byte[] bytes, int length, Budget budget) throws IOException {
        checked(RustLibrary.call(Operation.WRITE, session, bytes, 0, length, null, reason, 0, reason.length));
        flush(budget);
    }

    private void flush(Budget budget) throws IOException {
        while (true) {
            int count = (int) RustLibrary.call(Operation.SEND, session, null, null, outgoing);
            if (count <= 0) {
                return;
            }
            tcp.write(outgoing, count, budget);
        }
    }

    /** Also reads session tickets, which follow the handshake in TLS 1.3. */
    @Override
    public Unread checkUnread() throws IOException {
        byte[] one = new byte[1];
        for (int reads = 0; reads < MAX_READS_PER_CHECK; ) {
            int count = plaintext(one, 0, 1);
            if (count != 0) {
                return count < 0 ? Unread.END_OF_STREAM : Unread.DATA;
            }
            if (position == limit) {
                reads++;
                int read = tcp.readNow(received, 0, received.length);
                if (!follow(read)) {
                    // What comes later would complete a part of a record.
                    return header > 0 ? Unread.DATA : read < 0 ? Unread.END_OF_STREAM : Unread.NOTHING;
                }
            }
            decrypt();
        }
        return Unread.DATA;
    }

    private void free() {
        if (session != 0) {
            RustLibrary.call(Operation.CLOSE, session, null, null, null);
            session = 0;
        }
    }

    @Override
    public void close() {
        free();
        tcp.close();
    }
}
