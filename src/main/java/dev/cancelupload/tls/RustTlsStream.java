package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.RustLibrary.Code;
import dev.cancelupload.tls.RustLibrary.Operation;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import javax.net.ssl.SSLException;

/**
 * A connection with TLS by rustls. It reads record by record, so that what is left to read, be it a part of a record,
 * is in the socket. Its session is memory outside of Java's heap, which {@link #close} frees.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8446#section-5.1">RFC 8446: Record Layer</a>
 */
final class RustTlsStream implements ByteStream {

    /** A server sends two or three session tickets. */
    private static final int MAX_RECORDS_PER_CHECK = 8;

    /** Of a record: its type, its version, and the length of what follows. */
    private static final int HEADER_LENGTH = 5;

    private final TcpStream tcp;
    private final byte[] outgoing = new byte[4096];
    private long session;

    /** @param session from {@link Operation#OPEN}, which it closes */
    RustTlsStream(TcpStream tcp, long session) {
        this.tcp = tcp;
        this.session = session;
    }

    void handshake(Budget budget) throws IOException {
        flush();
        while (RustLibrary.call(Operation.IS_HANDSHAKING, session, null) != 0) {
            receiveRecord(budget);
            flush();
        }
    }

    @Override
    public int read(byte[] target, Budget budget) throws IOException {
        int count = plaintext(target);
        while (count == 0) {
            receiveRecord(budget);
            count = plaintext(target);
        }
        return count;
    }

    private void receiveRecord(Budget budget) throws IOException {
        byte[] header = new byte[HEADER_LENGTH];
        tcp.readFully(header, budget);
        RustLibrary.call(Operation.RECEIVE, session, header);
        byte[] rest = restOf(header);
        tcp.readFully(rest, budget);
        RustLibrary.call(Operation.RECEIVE, session, rest);
    }

    private static byte[] restOf(byte[] header) {
        return new byte[(header[3] & 0xff) << 8 | header[4] & 0xff];
    }

    /** Takes what is decrypted: the number of bytes, 0 if there are none now, -1 after a close_notify. */
    private int plaintext(byte[] target) throws SSLException {
        long count = RustLibrary.call(Operation.READ, session, null, null, target);
        if (count == Code.FAILED.number) {
            throw new SSLException(RustLibrary.reason(target));
        }
        return count == Code.CLOSED.number ? -1 : (int) count;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        RustLibrary.call(Operation.WRITE, session, bytes);
        flush();
    }

    private void flush() throws IOException {
        while (true) {
            int count = (int) RustLibrary.call(Operation.SEND, session, null, null, outgoing);
            if (count <= 0) {
                return;
            }
            tcp.write(Arrays.copyOf(outgoing, count));
        }
    }

    /** Also reads session tickets, which follow the handshake in TLS 1.3. */
    @Override
    public boolean hasUnread() throws IOException {
        for (int records = 0; records < MAX_RECORDS_PER_CHECK; records++) {
            byte[] header = new byte[HEADER_LENGTH];
            int count = plaintext(new byte[1]);
            if (count == 0) {
                count = tcp.readNow(header);
            }
            if (count < 0) {
                throw new EOFException("the connection was closed");
            }
            if (count < HEADER_LENGTH) {
                // Plaintext, or a part of a record, if anything.
                return count > 0;
            }
            byte[] rest = restOf(header);
            if (tcp.readNow(rest) < rest.length) {
                return true;
            }
            RustLibrary.call(Operation.RECEIVE, session, header);
            RustLibrary.call(Operation.RECEIVE, session, rest);
        }
        return true;
    }

    @Override
    public void close() {
        if (session != 0) {
            RustLibrary.call(Operation.CLOSE, session, null, null, null);
            session = 0;
        }
        tcp.close();
    }
}
