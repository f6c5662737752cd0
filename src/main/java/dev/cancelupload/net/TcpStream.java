package dev.cancelupload.net;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A TCP connection. */
public final class TcpStream implements ByteStream {

    private static final String CLOSED = "the connection was closed";

    private final SocketChannel channel;

    private TcpStream(SocketChannel channel) {
        this.channel = channel;
    }

    /**
     * Connects to the first address of a host that accepts. Each has an equal share of the time that is left, so that
     * an address behind which packets vanish leaves time for the next.
     *
     * @param host a name, or an address; an IPv6 address without brackets
     * @throws UnknownHostException if the name cannot be resolved
     * @throws InterruptedIOException if the budget is spent first
     * @throws IOException if no address accepts; the message has the reason of the last
     */
    public static TcpStream connect(String host, int port, Budget budget) throws IOException {
        return connect(resolve(host, budget), port, budget);
    }

    static TcpStream connect(InetAddress[] addresses, int port, Budget budget) throws IOException {
        for (int untried = addresses.length; ; untried--) {
            InetAddress address = addresses[addresses.length - untried];
            try {
                return connect(new InetSocketAddress(address, port), Math.max(1, budget.remainingMillis() / untried));
            } catch (IOException e) {
                if (untried == 1) {
                    throw e;
                }
            }
        }
    }

    private static TcpStream connect(InetSocketAddress address, int millis) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(address, millis);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return new TcpStream(channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** On a thread of its own, since the JDK's resolver has no timeout. */
    private static InetAddress[] resolve(String host, Budget budget) throws IOException {
        FutureTask<InetAddress[]> lookup = new FutureTask<>(() -> InetAddress.getAllByName(host));
        Thread thread = new Thread(lookup, "resolve " + host);
        thread.setDaemon(true);
        thread.start();
        try {
            return lookup.get(budget.remainingMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new DeadlineException();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } catch (ExecutionException e) {
            throw new UnknownHostException("could not resolve the name " + host);
        }
    }

    /** The connection as the JDK's TLS takes it. */
    public Socket socket() {
        return channel.socket();
    }

    @Override
    public int read(byte[] target, Budget budget) throws IOException {
        return read(target, 0, budget);
    }

    private int read(byte[] target, int offset, Budget budget) throws IOException {
        // Looked at before each read: a peer that sends byte after byte gains no time.
        channel.socket().setSoTimeout(budget.remainingMillis());
        return channel.socket().getInputStream().read(target, offset, target.length - offset);
    }

    /** Like {@link #read}, as many bytes as the target has. */
    public void readFully(byte[] target, Budget budget) throws IOException {
        for (int count = 0; count < target.length; ) {
            int more = read(target, count, budget);
            if (more < 0) {
                throw new EOFException(CLOSED);
            }
            count += more;
        }
    }

    /**
     * Reads without waiting.
     *
     * @return the number of bytes, 0 if there are none now, -1 at the end of the stream
     */
    public int readNow(byte[] target) throws IOException {
        channel.configureBlocking(false);
        int count = channel.read(ByteBuffer.wrap(target));
        channel.configureBlocking(true);
        return count;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        channel.socket().getOutputStream().write(bytes);
    }

    @Override
    public boolean hasUnread() throws IOException {
        int count = readNow(new byte[1]);
        if (count < 0) {
            throw new EOFException(CLOSED);
        }
        return count > 0;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing more can be done.
        }
    }
}
