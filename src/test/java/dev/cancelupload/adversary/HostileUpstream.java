package dev.cancelupload.adversary;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * OpenAI's place on loopback, taken by somebody who wants to do harm: down to the TLS record it does what the test's
 * moves say. It keeps what it has answered to whom, by which a mix-up is told.
 */
final class HostileUpstream implements Closeable {

    /** What is done with a request. */
    @FunctionalInterface
    interface Play {
        /** @return whether the connection can have another request */
        boolean answers(Exchange exchange) throws IOException, InterruptedException;
    }

    /** What is done with a connection before its first request. */
    @FunctionalInterface
    interface Opening {
        /** @return whether there is anything to come */
        boolean opens(Peer peer) throws IOException, InterruptedException;
    }

    /** TLS's handshake and no more. */
    static final Opening HONEST_OPENING = peer -> {
        peer.handshake();
        return true;
    };

    /**
     * One request.
     *
     * @param peer the connection
     * @param id of the upload
     * @param attempt its number, the first request for this upload being 1
     * @param authorization the header's value, key included
     */
    record Exchange(HostileUpstream upstream, Peer peer, String id, int attempt, String authorization) {

        String nonce() {
            return "n" + attempt + "n";
        }

        String key() {
            return authorization.substring("Bearer ".length());
        }

        /** The answer that cancels this upload; that it was given is written down. */
        Answer cancelled() {
            upstream.cancelled.add(id);
            upstream.statuses(id).add(200);
            return Answer.upload(id, nonce(), "cancelled");
        }

        Answer error(int status) {
            upstream.statuses(id).add(status);
            return Answer.error(status, id, nonce());
        }

        /** An answer of one's own making. */
        Answer answer(int status, String body) {
            upstream.statuses(id).add(status);
            return Answer.of(status, body).header("x-request-id", "req_" + id + "_" + nonce());
        }

        /** Cancels the upload in the plainest way. */
        boolean honest() throws IOException {
            peer.send(cancelled().bytes());
            return true;
        }

        /** An upload that was asked for earlier on this connection by somebody else. */
        Optional<String> earlier() {
            List<String> served = peer.served();
            return served.subList(0, Math.max(0, served.size() - 1)).stream()
                    .filter(other -> !other.equals(id))
                    .reduce((first, last) -> last);
        }
    }

    private final Optional<SSLContext> tls;
    private final IntFunction<String> protocols;
    private final ServerSocket listener;
    private final Set<Peer> open = ConcurrentHashMap.newKeySet();
    private final Queue<Opening> openings = new ConcurrentLinkedQueue<>();
    private final Map<String, Play> plays = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> attempts = new ConcurrentHashMap<>();
    private final Map<String, Set<Integer>> statuses = new ConcurrentHashMap<>();
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile Play otherwise = Exchange::honest;

    /**
     * @param tls with its certificate; empty for plain HTTP
     * @param protocols what TLS version the connection of that number has, the first being 1
     */
    HostileUpstream(Optional<SSLContext> tls, IntFunction<String> protocols) throws IOException {
        this.tls = tls;
        this.protocols = protocols;
        this.listener = new ServerSocket();
        listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 200);
        daemon(this::accept);
    }

    String baseUrl() {
        return tls.isPresent()
                ? "https://localhost:" + listener.getLocalPort() + "/v1"
                : "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
    }

    /** What becomes of this upload's requests, all of them. */
    void plays(String id, Play play) {
        plays.put(id, play);
    }

    /** What becomes of the requests for all other uploads. */
    void plays(Play play) {
        otherwise = play;
    }

    /** The next connections begin in these ways, one each. */
    void opens(Opening... next) {
        openings.addAll(List.of(next));
    }

    boolean hasOpenings() {
        return !openings.isEmpty();
    }

    /** Those that the function has not closed. */
    List<Peer> open() {
        return List.copyOf(open);
    }

    int connections() {
        return connections.get();
    }

    int requests() {
        return requests.get();
    }

    /** How many requests there were for this upload. */
    int attempts(String id) {
        AtomicInteger count = attempts.get(id);
        return count == null ? 0 : count.get();
    }

    /** Whether the upload was ever answered for itself with what cancels it. */
    boolean hasCancelled(String id) {
        return cancelled.contains(id);
    }

    /** The statuses that were ever answered for this upload. */
    Set<Integer> statuses(String id) {
        return statuses.computeIfAbsent(id, any -> ConcurrentHashMap.newKeySet());
    }

    /** Forgets uploads that are over, in a long run. */
    void forget(String id) {
        plays.remove(id);
        attempts.remove(id);
        statuses.remove(id);
        cancelled.remove(id);
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                int number = connections.incrementAndGet();
                Peer peer = new Peer(socket, tls.map(context -> engine(context, protocols.apply(number))));
                open.add(peer);
                Opening opening = openings.poll();
                daemon(() -> serve(peer, opening == null ? HONEST_OPENING : opening));
            } catch (IOException e) {
                // Closed; the loop's condition sees it.
            }
        }
    }

    private static SSLEngine engine(SSLContext context, String protocol) {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(new String[] {protocol});
        return engine;
    }

    private void serve(Peer peer, Opening opening) {
        try {
            boolean goesOn = opening.opens(peer);
            while (goesOn) {
                String head = peer.readHead();
                requests.incrementAndGet();
                String[] path = head.split(" ", 3)[1].split("/");
                String id = path[path.length - 2];
                peer.serves(id);
                int attempt =
                        attempts.computeIfAbsent(id, any -> new AtomicInteger()).incrementAndGet();
                goesOn = plays.getOrDefault(id, otherwise)
                        .answers(new Exchange(this, peer, id, attempt, header(head, "authorization")));
            }
        } catch (IOException | InterruptedException e) {
            // The other side is gone, or this one is being closed.
        } finally {
            peer.close();
            open.remove(peer);
        }
    }

    private static String header(String head, String name) {
        for (String line : head.split("\r\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        throw new AssertionError(
                "no " + name + " in " + head.lines().findFirst().orElse(""));
    }

    static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "hostile-upstream");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        open.forEach(Peer::close);
    }
}
