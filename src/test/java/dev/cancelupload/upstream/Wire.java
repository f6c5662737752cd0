package dev.cancelupload.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP relay in front of a server on this machine. The next connections can be given another fate than being relayed.
 */
public final class Wire implements Closeable {

    /** What becomes of one connection. */
    @FunctionalInterface
    public interface Fate {
        void befall(Socket connection) throws IOException, InterruptedException;
    }

    private final int server;
    private final ServerSocket listener;
    private final Deque<Fate> fates = new ArrayDeque<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    Wire(int server) throws IOException {
        this.server = server;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections there were since the last {@link #next} or {@link #reset}. */
    public int accepted() {
        return accepted.get();
    }

    /** The next connections have these fates, one each; connections of before are closed. */
    public void next(Fate... fates) {
        reset();
        synchronized (this.fates) {
            this.fates.addAll(List.of(fates));
        }
    }

    /** Closes all connections, as a server does with idle ones. */
    public void closeConnections() {
        open.forEach(Wire::closeQuietly);
        open.clear();
    }

    /** Back to relaying, with no connection open. */
    public void reset() {
        accepted.set(0);
        synchronized (fates) {
            fates.clear();
        }
        closeConnections();
    }

    /** Reads the request's head and answers with these bytes, then closes. */
    public static Fate answer(String bytes) {
        return connection -> {
            readHead(connection);
            connection.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            connection.getOutputStream().flush();
        };
    }

    /** Answers that OpenAI is busy, and that another try in ten milliseconds is welcome. */
    public static Fate busy() {
        return answer("HTTP/1.1 503 Busy\r\nretry-after-ms: 10\r\ncontent-length: 0\r\n\r\n");
    }

    /** Reads the request's head and answers byte by byte, with a pause before each. */
    public static Fate drip(String bytes, int pauseMillis) {
        return connection -> {
            readHead(connection);
            for (byte b : bytes.getBytes(StandardCharsets.ISO_8859_1)) {
                Thread.sleep(pauseMillis);
                connection.getOutputStream().write(b);
                connection.getOutputStream().flush();
            }
        };
    }

    /** Reads the request's head and never answers. */
    public static Fate silence() {
        return connection -> {
            readHead(connection);
            connection.getInputStream().read();
        };
    }

    /** Resets the connection as soon as the request's head is there. */
    public static Fate reset(String before) {
        return connection -> {
            readHead(connection);
            connection.getOutputStream().write(before.getBytes(StandardCharsets.ISO_8859_1));
            connection.getOutputStream().flush();
            connection.setSoLinger(true, 0);
        };
    }

    static void readHead(Socket connection) throws IOException {
        InputStream in = connection.getInputStream();
        for (int matched = 0; matched < 4; ) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("the request ended in its head");
            }
            matched = b == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : b == '\r' ? 1 : 0;
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket connection = listener.accept();
                connection.setTcpNoDelay(true);
                accepted.incrementAndGet();
                open.add(connection);
                Fate fate;
                synchronized (fates) {
                    fate = fates.poll();
                }
                daemon(() -> live(connection, fate == null ? this::relay : fate));
            } catch (IOException e) {
                // Closed; the loop's condition sees it.
            }
        }
    }

    private void live(Socket connection, Fate fate) {
        try {
            fate.befall(connection);
        } catch (IOException | InterruptedException e) {
            // The other side is gone, which is what many a test wants.
        } finally {
            closeQuietly(connection);
            open.remove(connection);
        }
    }

    private void relay(Socket connection) throws IOException {
        try (Socket behind = new Socket(InetAddress.getLoopbackAddress(), server)) {
            open.add(behind);
            behind.setTcpNoDelay(true);
            daemon(() -> pump(behind, connection));
            pump(connection, behind);
            open.remove(behind);
        }
    }

    private static void pump(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                out.write(buffer, 0, count);
                out.flush();
            }
        } catch (IOException e) {
            // Ends the other direction below.
        }
        closeQuietly(to);
        closeQuietly(from);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "wire");
        thread.setDaemon(true);
        thread.start();
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    @Override
    public void close() {
        closeQuietly(listener);
        closeConnections();
    }
}
