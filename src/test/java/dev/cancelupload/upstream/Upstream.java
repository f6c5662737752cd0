package dev.cancelupload.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * A mock of OpenAI on loopback, with or without TLS, whose behaviour for each connection and request a test can control
 * down to the TLS record. By default it cancels every Upload. It is fast enough for a load test, and records requests
 * and responses.
 *
 * <p>If plain HTTP is enough, use {@link OpenAI}.
 */
public final class Upstream implements Closeable {

    /** The behaviour for a request. */
    @FunctionalInterface
    public interface Play {
        /** @return whether another request can follow */
        boolean answers(Exchange exchange) throws IOException, InterruptedException;
    }

    /** The behaviour of a connection before its first request, including the TLS handshake. */
    @FunctionalInterface
    public interface Opening {
        /** @return whether requests can come */
        boolean opens(Peer peer) throws IOException, InterruptedException;
    }

    /** Only the TLS handshake. */
    public static final Opening HANDSHAKE = peer -> {
        peer.handshake();
        return true;
    };

    /** All headers that the function sends, except those of organization and project. */
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

    /**
     * One request.
     *
     * @param peer the connection
     * @param id of the upload
     * @param attempt its number, the first request for this upload being 1
     * @param number its number, the first of all requests being 1
     * @param authorization the header's value, key included
     */
    public record Exchange(Upstream upstream, Peer peer, String id, int attempt, int number, String authorization) {

        /** The same request as the first one for its upload. */
        public Exchange asFirst() {
            return new Exchange(upstream, peer, id, 1, number, authorization);
        }

        public String nonce() {
            return "n" + attempt + "n";
        }

        public String key() {
            return authorization.substring("Bearer ".length());
        }

        /** The response that cancels this upload, which is recorded. */
        public Answer cancelled() {
            upstream.cancelled.add(id);
            upstream.statuses(id).add(200);
            return Answer.upload(id, nonce(), "cancelled");
        }

        public Answer error(int status) {
            upstream.statuses(id).add(status);
            return Answer.error(status, id, nonce());
        }

        /** Sends any other response. */
        public Answer answer(int status, String body) {
            upstream.statuses(id).add(status);
            return Answer.of(status, body).header("x-request-id", "req_" + id + "_" + nonce());
        }

        /** Cancels the upload. */
        public boolean honest() throws IOException {
            peer.send(cancelled().bytes());
            return true;
        }

        /** Writes any ISO 8859-1 text. */
        public void write(String bytes) throws IOException {
            peer.stream(bytes.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** An upload of an earlier request on this connection. */
        public Optional<String> earlier() {
            List<String> served = peer.served();
            return served.subList(0, Math.max(0, served.size() - 1)).stream()
                    .filter(other -> !other.equals(id))
                    .reduce((first, last) -> last);
        }
    }

    private final IntFunction<Layer> layers;
    private final boolean isTls;
    private final SSLContext tls;
    private final InetAddress address;
    private final int receiveBuffer;
    private final int port;
    private final Set<Peer> open = ConcurrentHashMap.newKeySet();
    private final Queue<Opening> openings = new ConcurrentLinkedQueue<>();
    private final Map<String, Play> plays = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    private final Map<String, Set<Integer>> statuses = new ConcurrentHashMap<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final Queue<String> ids = new ConcurrentLinkedQueue<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private volatile String key;
    private volatile boolean wantsCertificates;
    private volatile Play play = Exchange::honest;
    private volatile Opening opening = HANDSHAKE;
    private volatile ServerSocket listener;
    private volatile Thread acceptor;

    /** A server without TLS. */
    public Upstream() throws IOException {
        this(Layer.PLAIN, null);
    }

    /** @param tls with its certificate; null for {@link Layer#PLAIN} */
    public Upstream(Layer layer, SSLContext tls) throws IOException {
        this(connection -> layer, tls, 0);
    }

    /**
     * @param layers of each connection, the first being 1; all are TLS, or none is
     * @param receiveBuffer size of the receive buffer; 0 for the system's default
     */
    public Upstream(IntFunction<Layer> layers, SSLContext tls, int receiveBuffer) throws IOException {
        this.layers = layers;
        this.isTls = layers.apply(1).isTls();
        this.tls = tls;
        this.address = InetAddress.getByName("127.0.0.1");
        this.receiveBuffer = receiveBuffer;
        this.port = listenSomewhere();
    }

    /** The same server at another address, with the same port. */
    public Upstream(Upstream other, String address) throws IOException {
        this.layers = other.layers;
        this.isTls = other.isTls;
        this.tls = other.tls;
        this.key = other.key;
        this.play = other.play;
        this.receiveBuffer = other.receiveBuffer;
        this.address = InetAddress.getByName(address);
        this.port = other.port;
        listen(port);
    }

    /** Below the ephemeral ports of the kernel, since it must be free again after {@link #down}. */
    private int listenSomewhere() throws IOException {
        Random random = new Random();
        while (true) {
            int candidate = 20_000 + random.nextInt(10_000);
            try {
                listen(candidate);
                return candidate;
            } catch (BindException e) {
                // Taken; try another one.
            }
        }
    }

    private void listen(int at) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.bind(new InetSocketAddress(address, at), 200);
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

    public boolean isTls() {
        return isTls;
    }

    /** The value of {@code OPENAI_BASE_URL}. */
    public String baseUrl() {
        return baseUrl(isTls ? "localhost" : "127.0.0.1");
    }

    /** The value of {@code OPENAI_BASE_URL} with this name of the host. */
    public String baseUrl(String host) {
        return (isTls ? "https://" : "http://") + host + ":" + port + "/v1";
    }

    // Behaviour

    /** Checks that every request has this key; see {@link #wrong}. */
    public Upstream expectingKey(String expected) {
        key = expected;
        return this;
    }

    /** Requires a client certificate that its {@link SSLContext} trusts. */
    public Upstream wantingCertificates() {
        wantsCertificates = true;
        return this;
    }

    /** Sets the behaviour for all requests of this upload. */
    public void plays(String id, Play next) {
        plays.put(id, next);
    }

    /** Sets the behaviour for the requests of all other uploads. */
    public Upstream plays(Play next) {
        play = next;
        return this;
    }

    /** Sets the behaviour of the next connections, one each. */
    public void opens(Opening... next) {
        openings.addAll(List.of(next));
    }

    /** Sets the behaviour of all other connections. */
    public Upstream opensAll(Opening next) {
        opening = next;
        return this;
    }

    public boolean hasOpenings() {
        return !openings.isEmpty();
    }

    /** Sets the behaviour of requests after {@link #startOver}. */
    public void behave(Play next) {
        behave(HANDSHAKE, next);
    }

    /** Sets the behaviour of connections and requests after {@link #startOver}. */
    public void behave(Opening every, Play next) {
        startOver();
        opening = every;
        play = next;
    }

    /** Closes all connections, and resets the counts and the openings. */
    public void startOver() {
        connections.set(0);
        requests.set(0);
        openings.clear();
        closeConnections();
    }

    /** Starts over, and the next connections begin in these ways, one each. */
    public void next(Opening... next) {
        startOver();
        opens(next);
    }

    /** Stops listening and closes all connections. */
    public void down() throws IOException {
        listener.close();
        try {
            // Until then the port is not free.
            acceptor.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeConnections();
    }

    /** Listens again on the same port. */
    public void up() throws IOException {
        listen(port);
    }

    /** Closes all connections, as a server closes idle ones. */
    public void closeConnections() {
        open.forEach(Peer::close);
    }

    /** Resets all connections. */
    public void resetConnections() {
        open.forEach(Peer::reset);
    }

    // Observations

    /** The connections that neither side has closed. */
    public List<Peer> open() {
        return List.copyOf(open);
    }

    public int connections() {
        return connections.get();
    }

    public int requests() {
        return requests.get();
    }

    /** The number of requests for this upload. */
    public int attempts(String id) {
        AtomicInteger count = attempts.get(id);
        return count == null ? 0 : count.get();
    }

    /** The ids of all requests. */
    public List<String> ids() {
        return new ArrayList<>(ids);
    }

    /** The errors in requests: a wrong method, path, key or header. */
    public List<String> wrong() {
        return new ArrayList<>(wrong);
    }

    /** Whether a request for this upload ever got the response that cancels it. */
    public boolean hasCancelled(String id) {
        return cancelled.contains(id);
    }

    /** All statuses of the responses for this upload. */
    public Set<Integer> statuses(String id) {
        return statuses.computeIfAbsent(id, any -> ConcurrentHashMap.newKeySet());
    }

    /** Forgets a finished upload, in a long run. */
    public void forget(String id) {
        plays.remove(id);
        attempts.remove(id);
        statuses.remove(id);
        cancelled.remove(id);
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket socket = from.accept();
                socket.setTcpNoDelay(true);
                Layer layer = layers.apply(connections.incrementAndGet());
                Peer peer = new Peer(socket, layer.isTls() ? Optional.of(engine(layer)) : Optional.empty());
                open.add(peer);
                Opening next = openings.poll();
                Opening chosen = next == null ? opening : next;
                daemon(() -> serve(peer, chosen));
            } catch (IOException e) {
                // Closed; the loop ends.
            }
        }
    }

    private SSLEngine engine(Layer layer) {
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(wantsCertificates);
        engine.setEnabledProtocols(new String[] {layer.protocol()});
        return engine;
    }

    private void serve(Peer peer, Opening chosen) {
        try {
            boolean goesOn = chosen.opens(peer);
            while (goesOn) {
                Exchange exchange = exchange(peer, peer.readHead().split("\r\n"));
                goesOn = plays.getOrDefault(exchange.id, play).answers(exchange);
            }
        } catch (IOException | InterruptedException e) {
            // The peer has disconnected, or this side is closing.
        } finally {
            peer.close();
            open.remove(peer);
        }
    }

    private Exchange exchange(Peer peer, String[] head) {
        if (!head[0].matches("POST /v1/uploads/[^/ ]+/cancel HTTP/1\\.1")) {
            wrong.add(head[0]);
        }
        String[] path = head[0].split("/");
        String id = path.length > 3 ? path[3] : head[0];
        ids.add(id);
        peer.serves(id);
        String authorization = "";
        for (int i = 1; i < head.length; i++) {
            int colon = head[i].indexOf(':');
            String name = head[i].substring(0, Math.max(colon, 0)).toLowerCase(Locale.ROOT);
            if (!HEADERS.contains(name)) {
                wrong.add(head[i]);
            }
            if (name.equals("authorization")) {
                authorization = head[i].substring(colon + 1).strip();
            }
        }
        if (key != null && !authorization.equals("Bearer " + key)) {
            wrong.add("authorization of " + id);
        }
        int attempt = attempts.computeIfAbsent(id, any -> new AtomicInteger()).incrementAndGet();
        return new Exchange(this, peer, id, attempt, requests.incrementAndGet(), authorization);
    }

    /** Runs something on a daemon thread. */
    public static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "upstream");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() throws IOException {
        down();
    }
}
