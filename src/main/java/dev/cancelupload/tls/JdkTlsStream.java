package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** A connection with the JDK's TLS. The budget bounds each wait of it, which may be several in one operation. */
final class JdkTlsStream implements ByteStream {

    private final TcpStream tcp;
    private final SSLSocket socket;
    private boolean readBefore;

    private JdkTlsStream(TcpStream tcp, SSLSocket socket) {
        this.tcp = tcp;
        this.socket = socket;
    }

    /** Performs the handshake. */
    static JdkTlsStream connect(SSLSocketFactory factory, TcpStream tcp, String host, int port, Budget budget)
            throws IOException {
        SSLSocket socket = (SSLSocket) factory.createSocket(tcp.socket(), host, port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(budget.remainingMillis());
        try {
            socket.startHandshake();
        } catch (SocketTimeoutException e) {
            throw new DeadlineException();
        }
        return new JdkTlsStream(tcp, socket);
    }

    @Override
    public int read(byte[] target, int offset, int length, Budget budget) throws IOException {
        readBefore = true;
        socket.setSoTimeout(budget.remainingMillis());
        try {
            return socket.getInputStream().read(target, offset, length);
        } catch (SocketTimeoutException e) {
            throw new DeadlineException();
        }
    }

    @Override
    public void write(byte[] bytes, int length, Budget budget) throws IOException {
        budget.remainingMillis();
        socket.getOutputStream().write(bytes, 0, length);
    }

    @Override
    public Unread checkUnread() throws IOException {
        if (socket.getInputStream().available() > 0) {
            return Unread.DATA;
        }
        if (readBefore) {
            // The JDK reads no further than to the end of a record: what is left is one, or a part of one.
            return tcp.checkUnread();
        }
        // Session tickets follow the handshake.
        socket.setSoTimeout(1);
        try {
            return socket.getInputStream().read() < 0 ? Unread.END_OF_STREAM : Unread.DATA;
        } catch (SocketTimeoutException e) {
            return Unread.NOTHING;
        }
    }

    @Override
    public void close() {
        tcp.close();
    }
}
