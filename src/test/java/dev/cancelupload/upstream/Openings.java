package dev.cancelupload.upstream;

import dev.cancelupload.upstream.Upstream.Opening;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Behaviours of a whole connection. */
public final class Openings {
    private Openings() {}

    /** Reads the head of a request, sends these bytes and closes. */
    public static Opening answer(String bytes) {
        return reading(peer -> peer.send(bytes(bytes)));
    }

    /** Responds that OpenAI is busy, and asks for a retry in ten milliseconds. */
    public static Opening busy() {
        return answer("HTTP/1.1 503 Busy\r\nretry-after-ms: 10\r\ncontent-length: 0\r\n\r\n");
    }

    /** Reads the head of a request and responds byte by byte, with a pause before each. */
    public static Opening drip(String bytes, int pauseMillis) {
        return reading(peer -> {
            for (byte b : bytes(bytes)) {
                Thread.sleep(pauseMillis);
                peer.send(new byte[] {b});
            }
        });
    }

    /** Reads the head of a request and never responds. */
    public static Opening silence() {
        return reading(Peer::stall);
    }

    /** Resets the connection after the head of a request. */
    public static Opening reset() {
        return reading(Peer::reset);
    }

    @FunctionalInterface
    private interface End {
        void of(Peer peer) throws IOException, InterruptedException;
    }

    private static Opening reading(End end) {
        return peer -> {
            peer.handshake();
            peer.readHead();
            end.of(peer);
            return false;
        };
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Relays the connection to a local server. */
    static Opening relay(int port) {
        return peer -> {
            try (Socket behind = new Socket(InetAddress.getLoopbackAddress(), port)) {
                behind.setTcpNoDelay(true);
                Upstream.daemon(() -> pump(behind, peer.socket()));
                pump(peer.socket(), behind);
            }
            return false;
        };
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
            // The other direction is ended below.
        }
        closeQuietly(to);
        closeQuietly(from);
    }

    private static void closeQuietly(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    /**
     * Passes the connections, after their handshake, to the thread of the test, which then acts as the server, so that
     * the order of events is fixed.
     */
    public static final class HandedOver implements Opening {

        private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();

        @Override
        public boolean opens(Peer peer) throws IOException, InterruptedException {
            peer.handshake();
            peers.add(peer);
            peer.awaitClose();
            return false;
        }

        /** The next connection. */
        public Peer next() throws InterruptedException {
            Peer peer = peers.poll(10, TimeUnit.SECONDS);
            if (peer == null) {
                throw new IllegalStateException("no connection came");
            }
            return peer;
        }
    }
}
