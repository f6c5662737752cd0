package dev.cancelupload.http;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

/** A non-blocking TCP connection: each operation waits until the deadline of its budget and no longer. */
final class DeadlineSocket implements PeerStream {

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc8305#section-5">RFC 8305: Connection Attempt Delay</a> */
    private static final long CONNECTION_ATTEMPT_DELAY_MILLIS = 250;

    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private DeadlineSocket(SocketChannel channel, Selector selector) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.key = channel.keyFor(selector);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /**
     * Connects to the first address that accepts ("happy eyeballs"). The next address is tried when one has refused or
     * has not answered for a while, so that an address that drops packets does not use up the time of the others.
     *
     * @throws DeadlineException if none accepts within the budget
     * @throws IOException if all refuse
     */
    static DeadlineSocket connect(List<InetAddress> addresses, int port, Budget budget) throws IOException {
        Selector selector = Selector.open();
        SocketChannel connected = null;
        try {
            connected = race(new ArrayDeque<>(addresses), port, selector, budget);
            return new DeadlineSocket(connected, selector);
        } catch (IOException | RuntimeException e) {
            connected = null;
            throw e;
        } finally {
            for (SelectionKey key : selector.keys()) {
                if (key.channel() != connected) {
                    key.channel().close();
                }
            }
            if (connected == null) {
                selector.close();
            }
        }
    }

    private static SocketChannel race(Queue<InetAddress> untried, int port, Selector selector, Budget budget)
            throws IOException {
        IOException lastFailure = new UnknownHostException("the name has no address");
        int connecting = 0;
        while (connecting > 0 || !untried.isEmpty()) {
            if (!untried.isEmpty()) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_CONNECT);
                try {
                    if (channel.connect(new InetSocketAddress(untried.remove(), port))) {
                        return channel;
                    }
                    connecting++;
                } catch (IOException e) {
                    channel.close();
                    lastFailure = e;
                } catch (UnsupportedAddressTypeException e) {
                    channel.close();
                    lastFailure = new IOException("no IPv6 available", e);
                }
            }
            if (connecting > 0) {
                int millis = budget.remainingMillis();
                selector.select(untried.isEmpty() ? millis : Math.min(millis, CONNECTION_ATTEMPT_DELAY_MILLIS));
                if (Thread.currentThread().isInterrupted()) {
                    throw new ClosedByInterruptException();
                }
            }
            for (SelectionKey key : selector.selectedKeys()) {
                SocketChannel channel = (SocketChannel) key.channel();
                try {
                    if (channel.finishConnect()) {
                        return channel;
                    }
                } catch (IOException e) {
                    channel.close();
                    connecting--;
                    lastFailure = e;
                }
            }
            selector.selectedKeys().clear();
        }
        throw lastFailure;
    }

    @Override
    public int read(ByteBuffer target, Budget budget) throws IOException {
        while (true) {
            // Checked before each read: a peer that sends without pause never makes it wait.
            int millis = budget.remainingMillis();
            int count = channel.read(target);
            if (count != 0) {
                return count;
            }
            await(SelectionKey.OP_READ, millis);
        }
    }

    /**
     * Reads without waiting.
     *
     * @return the number of bytes, 0 if there are none now, -1 at the end of the stream
     */
    int readNow(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public void write(ByteBuffer source, Budget budget) throws IOException {
        while (true) {
            int millis = budget.remainingMillis();
            channel.write(source);
            if (!source.hasRemaining()) {
                return;
            }
            await(SelectionKey.OP_WRITE, millis);
        }
    }

    /** Writes without waiting, as much as the send buffer takes. */
    void writeNow(ByteBuffer source) throws IOException {
        channel.write(source);
    }

    private void await(int operation, int millis) throws IOException {
        key.interestOps(operation);
        selector.select(millis);
        selector.selectedKeys().clear();
    }

    @Override
    public Unread checkUnread() throws IOException {
        int count = channel.read(ByteBuffer.allocate(1));
        return count == 0 ? Unread.NOTHING : count > 0 ? Unread.DATA : Unread.END_OF_STREAM;
    }

    @Override
    public void close() {
        try (selector) {
            // Closing the selector after the channel releases the file descriptor.
            channel.close();
        } catch (IOException e) {
            // Nothing more can be done.
        }
    }
}
