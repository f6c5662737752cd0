package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A stand-in of OpenAI on loopback, with or without TLS. It cancels every Upload unless a test gives it other
 * {@link Answer}s, refuses other keys than those it accepts as OpenAI does, and records each request. On closing it
 * fails if a request had a wrong method, path, body or header.
 */
public final class OpenAiStandIn implements AutoCloseable {

    /** The key that must appear nowhere but here. */
    public static final String KEY = "sk-test-5ecret-K3y-0f-th3-0rganisation";

    /** All headers that the function sends. */
    private static final Set<String> HEADERS = Set.of(("host authorization accept accept-encoding user-agent"
                    + " content-length connection openai-organization openai-project x-client-request-id")
            .split(" "));

    /**
     * A request.
     *
     * @param id of the upload
     * @param headers by lower-case name
     * @param at {@link System#nanoTime()} of its arrival
     * @param connection its number, the first being 1
     */
    public record Request(String line, String id, Map<String, String> headers, long at, int connection) {
        /** The bearer token. */
        String key() {
            return headers.getOrDefault("authorization", "").replaceFirst("^Bearer ", "");
        }
    }

    /** What happens on a new connection before its first request. */
    @FunctionalInterface
    public interface Greeting {
        /** Returns the connection to serve, which may be the same; null to close it. */
        Socket greet(Socket connection) throws IOException, InterruptedException;
    }

    /** Closes the connection. */
    public static final Greeting CLOSE = connection -> null;

    /** Resets the connection. */
    public static final Greeting RESET = connection -> {
        reset(connection);
        return null;
    };

    /** Says nothing until the client closes. */
    public static final Greeting STALL = connection -> {
        connection.getInputStream().transferTo(OutputStream.nullOutputStream());
        return null;
    };

    private static final int WAIT_SECONDS = 20;

    private final boolean isTls;
    private final InetAddress address;
    private final int port;
    /** Each connection, with what is served on it: the same, or TLS on top of it. */
    private final Map<Socket, Socket> open = new ConcurrentHashMap<>();

    private final Queue<Greeting> nextGreetings = new ConcurrentLinkedQueue<>();
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger underway = new AtomicInteger();
    private final AtomicInteger mostUnderway = new AtomicInteger();
    private volatile Predicate<String> accepted = KEY::equals;
    private volatile Function<Request, Answer> others = request -> Answer.cancelled();
    private volatile Greeting greeting;
    private volatile String basePath = "/v1";
    private volatile ServerSocket listener;
    private volatile Thread acceptor;

    /** Without TLS. */
    public OpenAiStandIn() {
        this("127.0.0.1", 0, null);
    }

    /** With TLS and this certificate. */
    public OpenAiStandIn(SSLContext certificate) {
        this("127.0.0.1", 0, certificate);
    }

    /** At any address of loopback. @param port 0 for any */
    public OpenAiStandIn(String host, int port, SSLContext certificate) {
        try {
            isTls = certificate != null;
            address = InetAddress.getByName(host);
            greeting = isTls ? tls(certificate) : connection -> connection;
            this.port = port == 0 ? listenSomewhere() : port;
            if (port != 0) {
                listen(port);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A TLS handshake with this certificate. */
    public static Greeting tls(SSLContext certificate) {
        return tls(certificate, false);
    }

    /** A TLS handshake with this certificate. @param mutual wants a client certificate */
    public static Greeting tls(SSLContext certificate, boolean mutual) {
        return connection -> {
            SSLSocket tls = (SSLSocket)
                    certificate.getSocketFactory().createSocket(connection, null, connection.getPort(), true);
            tls.setUseClientMode(false);
            tls.setNeedClientAuth(mutual);
            tls.startHandshake();
            return tls;
        };
    }

    /** Below the ephemeral ports of the kernel, so that it is free again after {@link #down}. */
    private int listenSomewhere() throws IOException {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 30_000);
            try {
                listen(candidate);
                return candidate;
            } catch (BindException e) {
                // Taken; another one is tried.
            }
        }
    }

    private void listen(int at) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(address, at), 300);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        listener = socket;
        acceptor = daemon(() -> accept(socket));
    }

    public int port() {
        return port;
    }

    /** The value of {@code OPENAI_BASE_URL}. */
    public String url() {
        return url(isTls ? "localhost" : "127.0.0.1");
    }

    /** The value of {@code OPENAI_BASE_URL} with this host name. */
    public String url(String host) {
        return (isTls ? "https://" : "http://") + host + ":" + port + basePath;
    }

    /** The path before {@code /uploads}, {@code /v1} unless this is called. */
    public OpenAiStandIn at(String path) {
        basePath = path;
        return this;
    }

    /** Answers the next requests for this upload in turn; the last answer repeats. */
    public void answers(String id, Answer... inTurn) {
        answers.put(id, new ArrayDeque<>(List.of(inTurn)));
    }

    /** Answers all other requests in turn; the last answer repeats. */
    public void answers(Answer... inTurn) {
        Deque<Answer> left = new ArrayDeque<>(List.of(inTurn));
        others = request -> next(left);
    }

    /** Answers all other requests by a rule. */
    public void answersBy(Function<Request, Answer> rule) {
        others = rule;
    }

    private static Answer next(Deque<Answer> inTurn) {
        synchronized (inTurn) {
            return inTurn.size() > 1 ? inTurn.poll() : inTurn.peek();
        }
    }

    /** From now on refuses all other keys with 401. */
    public OpenAiStandIn accepts(Predicate<String> key) {
        accepted = key;
        return this;
    }

    /** What happens on the next connections, one each. */
    public void greets(Greeting... inTurn) {
        nextGreetings.addAll(List.of(inTurn));
    }

    /** What happens on each other connection. */
    public OpenAiStandIn greetsAll(Greeting every) {
        greeting = every;
        return this;
    }

    /** Stops listening and closes all connections. */
    public void down() {
        try {
            listener.close();
            // Until then the port is not free.
            acceptor.join();
            closeConnections();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Listens again on the same port. */
    public void up() throws IOException {
        listen(port);
    }

    /** Closes all connections, as a server closes idle ones. */
    public void closeConnections() {
        open.forEach((connection, served) -> closeQuietly(served));
    }

    /** Resets all connections. */
    public void resetConnections() throws IOException {
        for (Socket connection : open.keySet()) {
            reset(connection);
        }
    }

    private static void reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0);
        connection.close();
    }

    /** Sends these bytes on all connections, asked or not. */
    public void sendsUnasked(byte[] bytes) throws IOException {
        for (Socket connection : open.values()) {
            connection.getOutputStream().write(bytes);
            connection.getOutputStream().flush();
        }
    }

    /** All requests in their order. */
    public List<Request> requests() {
        return requests;
    }

    /** The requests for one upload. */
    public List<Request> requests(String id) {
        return requests.stream().filter(request -> request.id.equals(id)).toList();
    }

    /** Waits until there are so many requests. */
    public void awaitRequests(int count) throws InterruptedException {
        await("only " + requests.size() + " requests came", () -> requests.size() >= count);
    }

    static void await(String otherwise, BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(WAIT_SECONDS).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError(otherwise);
            }
            Thread.sleep(2);
        }
    }

    /** The time between two requests for an upload, the first being 0. */
    public Duration between(String id, int first, int second) {
        List<Request> all = requests(id);
        return Duration.ofNanos(all.get(second).at - all.get(first).at);
    }

    /** The number of connections so far. */
    public int connections() {
        return connections.get();
    }

    /** The largest number of requests that were answered at the same time. */
    public int mostUnderway() {
        return mostUnderway.get();
    }

    /** Forgets requests and counts, in a long run. */
    public void forget() {
        requests.clear();
        answers.clear();
        connections.set(0);
        mostUnderway.set(0);
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket connection = from.accept();
                connection.setTcpNoDelay(true);
                int number = connections.incrementAndGet();
                Greeting first = nextGreetings.poll();
                daemon(() -> serve(connection, number, first == null ? greeting : first));
            } catch (IOException e) {
                // Closed; the loop ends.
            }
        }
    }

    private void serve(Socket connection, int number, Greeting first) {
        open.put(connection, connection);
        try {
            Socket served = first.greet(connection);
            if (served == null) {
                return;
            }
            open.put(connection, served);
            InputStream in = new BufferedInputStream(served.getInputStream());
            OutputStream out = new BufferedOutputStream(served.getOutputStream(), 1 << 16) {
                @Override
                public synchronized void write(byte[] bytes, int from, int length) throws IOException {
                    super.write(bytes, from, length);
                    flush();
                }
            };
            while (answer(read(in, number), out, connection)) {
                // The next request follows.
            }
        } catch (IOException | InterruptedException e) {
            // The client has gone, or this side is closing.
        } finally {
            closeQuietly(open.remove(connection));
            closeQuietly(connection);
        }
    }

    private boolean answer(Request request, OutputStream out, Socket connection)
            throws IOException, InterruptedException {
        requests.add(request);
        mostUnderway.accumulateAndGet(underway.incrementAndGet(), Math::max);
        try {
            switch (answerTo(request).sendTo(out, request.id)) {
                case KEEP -> {
                    return true;
                }
                case RESET -> reset(connection);
                case STALL -> connection.getInputStream().transferTo(OutputStream.nullOutputStream());
                case CLOSE -> {}
            }
            return false;
        } finally {
            underway.decrementAndGet();
        }
    }

    private Answer answerTo(Request request) {
        if (!accepted.test(request.key())) {
            return Answer.error(401, "Incorrect API key provided: " + request.key() + ".", "invalid_api_key");
        }
        Deque<Answer> own = answers.get(request.id);
        return own == null ? others.apply(request) : next(own);
    }

    private Request read(InputStream in, int connection) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int lastFour = 0; lastFour != 0x0d0a0d0a; ) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            bytes.write(next);
            lastFour = lastFour << 8 | next;
        }
        long at = System.nanoTime();
        String[] head = bytes.toString(StandardCharsets.ISO_8859_1).split("\r\n");
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            String name = head[i].substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT);
            if (!HEADERS.contains(name)
                    || headers.put(name, head[i].substring(colon + 1).strip()) != null) {
                wrong.add(head[i]);
            }
        }
        String[] path = head[0].split("/uploads/|/cancel HTTP", 3);
        if (path.length < 3 || !path[0].equals("POST " + basePath) || path[1].matches(".*[/ ?#].*")) {
            wrong.add(head[0]);
        }
        if (!headers.getOrDefault("content-length", "0").equals("0")) {
            wrong.add("a body");
        }
        return new Request(head[0], path.length > 1 ? path[1] : "", headers, at, connection);
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "stand-in");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() {
        down();
        assertEquals(List.of(), List.copyOf(wrong), "requests that OpenAI would not understand");
    }
}
