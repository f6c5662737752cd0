package dev.cancelupload.net;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** A TCP connection whose operations end when their budget does. */
public final class TcpStream implements ByteStream {

    private static final long RETRY_NANOS = 1_000_000;

    private final SocketChannel channel;
    private final InputStream in;

    private TcpStream(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.in = channel.socket().getInputStream();
    }

    /**
     * Connects to the first address of a host that accepts. Each has an equal share of the time that is left, so that
     * an address behind which packets vanish leaves time for the next.
     *
     * @param host a name, or an address; an IPv6 address without brackets
     * @throws UnknownHostException if the name cannot be resolved
     * @throws DeadlineException if the budget is spent first
     * @throws IOException if no address accepts; the message has the reason of the last
     */
    public static TcpStream connect(String host, int port, Budget budget) throws IOException {
        return connect(resolve(host, budget), port, budget);
    }

    static TcpStream connect(InetAddress[] addresses, int port, Budget budget) throws IOException {
        for (int i = 0; ; i++) {
            int untried = addresses.length - i;
            int millis = Math.max(1, budget.remainingMillis() / untried);
            try {
                return connect(new InetSocketAddress(addresses[i], port), millis);
            } catch (SocketTimeoutException e) {
                if (untried == 1) {
                    throw new DeadlineException();
                }
            } catch (IOException e) {
                if (untried == 1) {
                    throw e;
                }
            }
        }
    }

    private static TcpStream connect(InetSocketAddress address, int millis) throws IOException {
        SocketChannel channel = SocketChannel.open();
        boolean connected = false;
        try {
            channel.socket().connect(address, millis);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connected = true;
            return new TcpStream(channel);
        } catch (UnsupportedAddressTypeException e) {
            throw new IOException("no IPv6 available", e);
        } finally {
            if (!connected) {
                channel.close();
            }
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
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            throw (IOException) new UnknownHostException(host).initCause(e.getCause());
        }
    }

    /** The connection as the JDK's TLS takes it. */
    public Socket socket() {
        return channel.socket();
    }

    @Override
    public int read(byte[] target, int offset, int length, Budget budget) throws IOException {
        // Looked at before each read: a peer that sends byte after byte gains no time.
        channel.socket().setSoTimeout(budget.remainingMillis());
        try {
            return in.read(target, offset, length);
        } catch (SocketTimeoutException e) {
            throw new DeadlineException();
        }
    }

    /**
     * Reads without waiting.
     *
     * @return the number of bytes, 0 if there are none now, -1 at the end of the stream
     */
    public int readNow(byte[] target, int offset, int length) throws IOException {
        channel.configureBlocking(false);
        int count = channel.read(ByteBuffer.wrap(target, offset, length));
        channel.configureBlocking(true);
        return count;
    }

    @Override
    public void write(byte[] bytes, int length, Budget budget) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(bytes, 0, length);
        channel.configureBlocking(false);
        while (true) {
            budget.remainingMillis();
            channel.write(source);
            if (!source.hasRemaining()) {
                break;
            }
            // Only if the server has stopped reading: a request is much smaller than the send buffer.
            LockSupport.parkNanos(RETRY_NANOS);
        }
        channel.configureBlocking(true);
    }

    @Override
    public Unread checkUnread() throws IOException {
        int count = readNow(new byte[1], 0, 1);
        return count == 0 ? Unread.NOTHING : count > 0 ? Unread.DATA : Unread.END_OF_STREAM;
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
