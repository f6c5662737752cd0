package dev.cancelupload.tls;

import dev.cancelupload.net.ByteStream;
import dev.cancelupload.net.TcpStream;
import dev.cancelupload.time.Budget;
import java.io.EOFException;
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
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(budget.remainingMillis());
        socket.startHandshake();
        return new JdkTlsStream(tcp, socket);
    }

    @Override
    public int read(byte[] target, Budget budget) throws IOException {
        readBefore = true;
        socket.setSoTimeout(budget.remainingMillis());
        return socket.getInputStream().read(target);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    @Override
    public boolean hasUnread() throws IOException {
        if (socket.getInputStream().available() > 0) {
            return true;
        }
        if (readBefore) {
            // The JDK reads no further than to the end of a record: what is left is one, or a part of one.
            return tcp.hasUnread();
        }
        // Session tickets follow the handshake.
        socket.setSoTimeout(1);
        try {
            if (socket.getInputStream().read() < 0) {
                throw new EOFException("the connection was closed");
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Override
    public void close() {
        tcp.close();
    }
}
