package dev.cancelupload.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * A socket whose every read ends at one deadline, however slowly the peer drips: a read's own time-out is set to what
 * is left. TLS is layered over it, so that this holds within a TLS record too.
 *
 * <p>It is built on a channel, since only a channel can be asked without waiting whether the peer has closed.
 */
final class DeadlineSocket extends Socket {

    private final SocketChannel channel;
    private final Socket socket;
    /** Null to read no more than what has come already. */
    private volatile Budget budget;
    /** A byte that was read to see whether there is one, and belongs to whoever reads next; -1 for none. */
    private int unread = -1;

    DeadlineSocket(Budget budget) throws IOException {
        this.channel = SocketChannel.open();
        this.socket = channel.socket();
        this.budget = budget;
    }

    void useWithin(Budget budget) {
        this.budget = budget;
    }

    /** From here on a read takes what has come already, and waits for nothing. */
    void useWithoutWaiting() {
        this.budget = null;
    }

    @Override
    public void connect(SocketAddress address, int timeoutMillis) throws IOException {
        socket.connect(address, timeoutMillis);
        socket.setTcpNoDelay(true);
    }

    /**
     * Whether the peer has sent nothing and has not closed. On an idle connection anything else means that it is of no
     * use any more: even a TLS alert or a close.
     */
    boolean isSilent() {
        try {
            if (unread >= 0) {
                return false;
            }
            ByteBuffer one = ByteBuffer.allocate(1);
            int count = readIfThere(one);
            if (count == 1) {
                unread = one.get(0) & 0xff;
            }
            return count == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** @return how many bytes there were, 0 if there is nothing to read now, -1 at the end */
    private int readIfThere(ByteBuffer buffer) throws IOException {
        channel.configureBlocking(false);
        try {
            return channel.read(buffer);
        } finally {
            channel.configureBlocking(true);
        }
    }

    private int readWithoutWaiting(ByteBuffer buffer) throws IOException {
        int count = readIfThere(buffer);
        if (count == 0 && buffer.hasRemaining()) {
            throw new DeadlineException();
        }
        return count;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        InputStream in = socket.getInputStream();
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                if (unread >= 0 && length > 0) {
                    bytes[offset] = (byte) unread;
                    unread = -1;
                    return 1;
                }
                Budget budget = DeadlineSocket.this.budget;
                if (budget == null) {
                    return readWithoutWaiting(ByteBuffer.wrap(bytes, offset, length));
                }
                try {
                    socket.setSoTimeout(budget.leftForSocket());
                    return in.read(bytes, offset, length);
                } catch (SocketTimeoutException e) {
                    throw new DeadlineException();
                }
            }

            @Override
            public int available() throws IOException {
                return in.available();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    @Override
    public boolean isConnected() {
        return socket.isConnected();
    }

    @Override
    public boolean isBound() {
        return socket.isBound();
    }

    @Override
    public boolean isClosed() {
        return socket.isClosed();
    }

    @Override
    public InetAddress getInetAddress() {
        return socket.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return socket.getLocalAddress();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return socket.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return socket.getLocalSocketAddress();
    }

    @Override
    public int getPort() {
        return socket.getPort();
    }

    @Override
    public int getLocalPort() {
        return socket.getLocalPort();
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return socket.getSoTimeout();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void shutdownInput() throws IOException {
        socket.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public boolean isInputShutdown() {
        return socket.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return socket.isOutputShutdown();
    }
}
