package dev.cancelupload.reliability;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * OpenAI's place on loopback, over TLS, down to its bytes: it can do to a connection what no HTTP server does, and is
 * quick enough for a load test. It writes down what it was asked.
 */
final class Upstream implements Closeable {

    /** Every header that the function may send. */
    private static final Set<String> HEADERS = Set.of(
            "host",
            "authorization",
            "accept",
            "accept-encoding",
            "user-agent",
            "content-type",
            "content-length",
            "connection",
            "x-client-request-id");

    /** What it does to connections and requests. */
    interface Behaviour {

        /** The certificate to show; the good one unless a behaviour is about it. */
        default SSLContext tls(SSLContext good) {
            return good;
        }

        /**
         * Before anything is read of a connection, TLS included.
         *
         * @param connection its number, the first being 1
         * @return whether to go on with it
         */
        default boolean accepts(Socket raw, int connection) throws IOException, InterruptedException {
            return true;
        }

        /** Answers one request. @return whether the connection can have another */
        boolean answers(Exchange exchange) throws IOException, InterruptedException;
    }

    /**
     * One request.
     *
     * @param id the id in its path
     * @param number its number, the first being 1
     * @param raw the connection beneath TLS
     * @param out where to write the answer
     */
    record Exchange(String id, int number, Socket raw, OutputStream out) {
        void write(String bytes) throws IOException {
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }

    private final SSLContext tls;
    private final String key;
    private final InetAddress address;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final Queue<String> ids = new ConcurrentLinkedQueue<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile Behaviour behaviour;
    private volatile ServerSocket listener;
    private volatile Thread acceptor;

    /**
     * @param tls with the good certificate
     * @param key that every request has to carry
     */
    Upstream(SSLContext tls, String key, Behaviour behaviour) throws IOException {
        this.tls = tls;
        this.key = key;
        this.behaviour = behaviour;
        this.address = InetAddress.getByName("127.0.0.1");
        this.port = listenSomewhere();
    }

    /** The same server at another address, with the same port. */
    Upstream(Upstream other, String address) throws IOException {
        this.tls = other.tls;
        this.key = other.key;
        this.behaviour = other.behaviour;
        this.address = InetAddress.getByName(address);
        this.port = other.port;
        listen(port);
    }

    /** Below the ports that the kernel gives to others, since it has to be free again after {@link #down}. */
    private int listenSomewhere() throws IOException {
        Random random = new Random();
        while (true) {
            int candidate = 20_000 + random.nextInt(10_000);
            try {
                listen(candidate);
                return candidate;
            } catch (BindException e) {
                // Taken; another one.
            }
        }
    }

    private void listen(int at) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(address, at), 100);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        listener = socket;
        acceptor = daemon(() -> accept(socket));
    }

    String baseUrl() {
        return baseUrl("localhost");
    }

    String baseUrl(String host) {
        return "https://" + host + ":" + port + "/v1";
    }

    /** From now on it behaves so; connections of before are closed and the counts start again. */
    void behave(Behaviour next) {
        closeConnections();
        connections.set(0);
        requests.set(0);
        behaviour = next;
    }

    /** Nobody listens any more, and no connection is left. */
    void down() throws IOException {
        listener.close();
        try {
            // The port is not free before.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeConnections();
    }

    /** Listens again on the port of before. */
    void up() throws IOException {
        listen(port);
    }

    /** Ends all connections in good order. */
    void closeConnections() {
        open.forEach(Upstream::closeQuietly);
    }

    /** Ends all connections with a reset. */
    void resetConnections() {
        open.forEach(Upstream::reset);
    }

    int connections() {
        return connections.get();
    }

    int requests() {
        return requests.get();
    }

    /** The ids of all requests ever. */
    List<String> ids() {
        return new ArrayList<>(ids);
    }

    /** What was wrong about requests: another method, path, key or header than the function's. */
    List<String> wrong() {
        return new ArrayList<>(wrong);
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket raw = from.accept();
                raw.setTcpNoDelay(true);
                open.add(raw);
                int number = connections.incrementAndGet();
                daemon(() -> serve(raw, number, behaviour));
            } catch (IOException e) {
                // Closed; the loop's condition sees it.
            }
        }
    }

    private void serve(Socket raw, int number, Behaviour at) {
        try {
            if (at.accepts(raw, number)) {
                SSLSocket socket =
                        (SSLSocket) at.tls(tls).getSocketFactory().createSocket(raw, null, raw.getPort(), false);
                socket.setUseClientMode(false);
                InputStream in = new BufferedInputStream(socket.getInputStream());
                OutputStream out = socket.getOutputStream();
                String id;
                do {
                    id = read(in);
                } while (id != null && behaviour.answers(new Exchange(id, requests.incrementAndGet(), raw, out)));
            }
        } catch (IOException | InterruptedException e) {
            // The other side is gone, which is what many a test wants.
        } finally {
            closeQuietly(raw);
            open.remove(raw);
        }
    }

    /** A request's id; null if the connection ends instead. */
    private String read(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            return null;
        }
        if (!line.matches("POST /v1/uploads/[^/ ]+/cancel HTTP/1\\.1")) {
            wrong.add(line);
        }
        String[] parts = line.split("/");
        String id = parts.length > 3 ? parts[3] : line;
        ids.add(id);
        String authorization = null;
        for (String header = line(in); header != null && !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            String name = header.substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
            if (!HEADERS.contains(name)) {
                wrong.add(header);
            }
            if (name.equals("authorization")) {
                authorization = header.substring(colon + 1).strip();
            }
        }
        if (!("Bearer " + key).equals(authorization)) {
            wrong.add("authorization of " + id);
        }
        return id;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            line.append((char) b);
        }
        return line.substring(0, Math.max(0, line.length() - 1));
    }

    static void reset(Socket raw) {
        try {
            raw.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is gone already.
        }
        closeQuietly(raw);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "upstream");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    @Override
    public void close() throws IOException {
        down();
    }
}
