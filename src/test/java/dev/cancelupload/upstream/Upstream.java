package dev.cancelupload.upstream;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * A server on loopback, with or without TLS. It answers every request with an empty 200, or passes its connections on
 * to the thread of the test, which then acts as the server, so that the order of events is fixed.
 */
public final class Upstream implements Closeable {

    private final Layer layer;
    private final SSLContext tls;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Peer> passedOn = new LinkedBlockingQueue<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile boolean wantsCertificates;
    private volatile boolean passesOn;

    /** @param tls with its certificate; not used by {@link Layer#PLAIN} */
    public Upstream(Layer layer, SSLContext tls) throws IOException {
        this.layer = layer;
        this.tls = tls;
        daemon(this::accept);
    }

    /** Requires a client certificate that its {@link SSLContext} trusts. */
    public Upstream wantingCertificates() {
        wantsCertificates = true;
        return this;
    }

    /** Passes on its connections, after their handshake, to {@link #next}. */
    public Upstream passingOn() {
        passesOn = true;
        return this;
    }

    /** The next connection. */
    public Peer next() throws InterruptedException {
        Peer peer = passedOn.poll(10, TimeUnit.SECONDS);
        if (peer == null) {
            throw new IllegalStateException("no connection came");
        }
        return peer;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The number of requests that were answered. */
    public int requests() {
        return requests.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                Peer peer = new Peer(socket, engine());
                peers.add(peer);
                daemon(() -> serve(peer));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private Optional<SSLEngine> engine() {
        if (!layer.isTls()) {
            return Optional.empty();
        }
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(wantsCertificates);
        engine.setEnabledProtocols(new String[] {layer.protocol()});
        return Optional.of(engine);
    }

    private void serve(Peer peer) {
        try {
            peer.handshake();
            if (passesOn) {
                passedOn.add(peer);
                return;
            }
            while (true) {
                peer.readHead();
                requests.incrementAndGet();
                peer.send(peer.record("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
            }
        } catch (IOException e) {
            peer.close();
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "upstream");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        peers.forEach(Peer::close);
    }
}
