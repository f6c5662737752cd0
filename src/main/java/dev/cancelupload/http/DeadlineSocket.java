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

/** A TCP connection that never blocks: it tries, and waits for the next try until the deadline and no longer. */
final class DeadlineSocket implements PeerStream {

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc8305#section-5">RFC 8305: Connection Attempt Delay</a> */
    private static final long HEAD_START_MILLIS = 250;

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
     * Connects to the first address that lets it. Each next one is tried as soon as one was refused, or has not
     * answered for a while, so that one behind which packets vanish does not use up the time of the others.
     *
     * @throws DeadlineException if none does within the budget
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
        IOException last = new UnknownHostException("it has no address");
        int running = 0;
        while (running > 0 || !untried.isEmpty()) {
            if (!untried.isEmpty()) {
                SocketChannel channel = SocketChannel.open();
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_CONNECT);
                try {
                    if (channel.connect(new InetSocketAddress(untried.remove(), port))) {
                        return channel;
                    }
                    running++;
                } catch (IOException e) {
                    channel.close();
                    last = e;
                } catch (UnsupportedAddressTypeException e) {
                    channel.close();
                    last = new IOException("no IPv6 here", e);
                }
            }
            if (running > 0) {
                int left = budget.millisLeft();
                selector.select(untried.isEmpty() ? left : Math.min(left, HEAD_START_MILLIS));
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
                    running--;
                    last = e;
                }
            }
            selector.selectedKeys().clear();
        }
        throw last;
    }

    @Override
    public int read(ByteBuffer target, Budget budget) throws IOException {
        while (true) {
            // Asked before each try, since a peer that never pauses never makes us wait.
            int left = budget.millisLeft();
            int count = channel.read(target);
            if (count != 0) {
                return count;
            }
            await(SelectionKey.OP_READ, left);
        }
    }

    /** @return how many bytes there were, 0 if there is nothing to read now, -1 at the end */
    int readNow(ByteBuffer target) throws IOException {
        return channel.read(target);
    }

    @Override
    public void write(ByteBuffer source, Budget budget) throws IOException {
        while (true) {
            int left = budget.millisLeft();
            channel.write(source);
            if (!source.hasRemaining()) {
                return;
            }
            await(SelectionKey.OP_WRITE, left);
        }
    }

    /** Writes what there is room for now. */
    void writeNow(ByteBuffer source) throws IOException {
        channel.write(source);
    }

    private void await(int operation, int millis) throws IOException {
        key.interestOps(operation);
        selector.select(millis);
        selector.selectedKeys().clear();
    }

    @Override
    public Pending pending() throws IOException {
        int count = channel.read(ByteBuffer.allocate(1));
        return count == 0 ? Pending.NOTHING : count > 0 ? Pending.BYTES : Pending.END;
    }

    @Override
    public void close() {
        try (selector) {
            // The selector after it, with which the descriptor is given back.
            channel.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
