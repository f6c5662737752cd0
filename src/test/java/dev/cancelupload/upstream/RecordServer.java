package dev.cancelupload.upstream;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/**
 * A server whose every TLS record is made by itself and sent when, and cut where, a test wants. The test's own thread
 * plays the server, so that the order of what happens is certain.
 */
public final class RecordServer implements AutoCloseable {

    /** How it speaks. */
    public enum Layer {
        PLAIN,
        TLS_1_2,
        TLS_1_3;

        /** Of {@link SSLEngine}. */
        String protocol() {
            return this == TLS_1_2 ? "TLSv1.2" : "TLSv1.3";
        }
    }

    private final Layer layer;
    private final SSLContext tls;
    private final ServerSocket listener;
    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    /** @param keyStore of {@link Certificates} */
    public RecordServer(Layer layer, Path keyStore) throws IOException, GeneralSecurityException {
        this(layer, keyStore, 0);
    }

    /** @param receiveBuffer how many bytes the system takes for it that it does not read; 0 for the system's default */
    public RecordServer(Layer layer, Path keyStore, int receiveBuffer) throws IOException, GeneralSecurityException {
        this.layer = layer;
        char[] password = Certificates.PASSWORD.toCharArray();
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(KeyStore.getInstance(keyStore.toFile(), password), password);
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        listener = new ServerSocket();
        if (receiveBuffer > 0) {
            listener.setReceiveBufferSize(receiveBuffer);
        }
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread thread = new Thread(this::accept, "record server");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    public boolean isTls() {
        return layer != Layer.PLAIN;
    }

    /** The next connection, handshake made. */
    public Peer next() throws InterruptedException {
        Peer peer = peers.poll(10, TimeUnit.SECONDS);
        if (peer == null) {
            throw new IllegalStateException("no connection came");
        }
        return peer;
    }

    /** Whether a connection has come that {@link #next} has not given. */
    public boolean hasNext() {
        return !peers.isEmpty();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                peers.add(new Peer(socket));
            } catch (IOException e) {
                // Closed, or no handshake: the test sees that no peer comes.
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Closeable socket : open) {
            socket.close();
        }
    }

    /** The server's end of one connection. */
    public final class Peer implements AutoCloseable {

        private final Socket socket;
        private final SSLEngine engine;
        private final ByteBuffer received = ByteBuffer.allocate(1 << 16);
        private final ByteArrayOutputStream decrypted = new ByteArrayOutputStream();

        private Peer(Socket socket) throws IOException {
            this.socket = socket;
            this.engine = isTls() ? tls.createSSLEngine() : null;
            if (isTls()) {
                engine.setUseClientMode(false);
                engine.setEnabledProtocols(new String[] {layer.protocol()});
                handshake();
            }
        }

        private void handshake() throws IOException {
            engine.beginHandshake();
            while (engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
                if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                    send(wrap(new byte[0]));
                } else {
                    receive();
                }
            }
        }

        private byte[] wrap(byte[] plain) throws IOException {
            ByteBuffer source = ByteBuffer.wrap(plain);
            ByteBuffer records = ByteBuffer.allocate(1 << 17);
            do {
                engine.wrap(source, records);
            } while (source.hasRemaining());
            return bytes(records.flip());
        }

        private void receive() throws IOException {
            ByteBuffer plain = ByteBuffer.allocate(1 << 15);
            received.flip();
            SSLEngineResult result = engine.unwrap(received, plain);
            received.compact();
            for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
            decrypted.write(bytes(plain.flip()));
            if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                byte[] some = new byte[received.remaining()];
                int count = socket.getInputStream().read(some);
                if (count < 0) {
                    throw new IOException("the client closed");
                }
                received.put(some, 0, count);
            }
        }

        /** One record with these characters, or more if one cannot hold them; without TLS they themselves. */
        public byte[] record(String plain) throws IOException {
            byte[] bytes = plain.getBytes(StandardCharsets.ISO_8859_1);
            return isTls() ? wrap(bytes) : bytes;
        }

        /** A record that asks for one in return, TLS 1.3 only. */
        public byte[] keyUpdate() throws IOException {
            engine.beginHandshake();
            return wrap(new byte[0]);
        }

        /** A record in which TLS 1.2's server asks the client for another handshake. */
        public byte[] helloRequest() throws IOException {
            return keyUpdate();
        }

        /** Sends them all at once. */
        public void send(byte[]... records) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] record : records) {
                all.write(record);
            }
            socket.getOutputStream().write(all.toByteArray());
        }

        /** The first line of the next request, which has no body; null if the client closes instead. */
        public String request() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int b = read();
                if (b < 0) {
                    return null;
                }
                head.append((char) b);
            }
            return head.substring(0, head.indexOf("\r\n"));
        }

        private int read() throws IOException {
            try {
                if (!isTls()) {
                    return socket.getInputStream().read();
                }
                while (decrypted.size() == 0) {
                    receive();
                }
            } catch (IOException e) {
                // Closed, or reset, since it had not read everything.
                return -1;
            }
            byte[] bytes = decrypted.toByteArray();
            decrypted.reset();
            decrypted.write(bytes, 1, bytes.length - 1);
            return bytes[0] & 0xff;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }

        private static byte[] bytes(ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }
    }
}
