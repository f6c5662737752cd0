package dev.cancelupload.upstream;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * The server's end of a connection. Controls the content of each TLS record, and when its bytes are sent; without TLS a
 * record is the data of one write.
 */
public final class Peer implements Closeable {

    /** RFC 8446, 5.1: the maximum plaintext of a record. */
    public static final int LARGEST_RECORD = 1 << 14;

    private final Socket socket;
    /** Held to encrypt and send, since records must be sent in the order of encryption. */
    private static final int MAX_WAIT_SECONDS = 5;

    private final ReentrantLock order = new ReentrantLock(true);

    /** Held to use the engine. */
    private final Object tls = new Object();

    private final CountDownLatch closed = new CountDownLatch(1);
    private Optional<SSLEngine> engine;
    /** Of what is sealed. */
    private final ByteBuffer record = ByteBuffer.allocate(LARGEST_RECORD + 2048);

    private final ByteBuffer received = ByteBuffer.allocate(1 << 17).flip();
    private final ByteArrayOutputStream decrypted = new ByteArrayOutputStream();
    private final List<String> served = new ArrayList<>();
    private byte[] owed = new byte[0];
    private int requests;

    /** @param engine in server mode; empty for a connection without TLS */
    Peer(Socket socket, Optional<SSLEngine> engine) {
        this.socket = socket;
        this.engine = engine;
    }

    public Socket socket() {
        return socket;
    }

    /** The ids of the requests on this connection, in their order. */
    public synchronized List<String> served() {
        return List.copyOf(served);
    }

    synchronized void serves(String id) {
        served.add(id);
    }

    /** The number of requests on this connection. */
    public int requests() {
        return requests;
    }

    /** Raw bytes to send below TLS when the next request arrives. */
    public void owes(byte[] bytes) {
        owed = bytes;
    }

    public boolean hasKeyUpdates() {
        return engine.filter(e -> e.getSession().getProtocol().equals("TLSv1.3"))
                .isPresent();
    }

    public boolean isTls() {
        return engine.isPresent();
    }

    /** Performs a normal TLS handshake. */
    public void handshake() throws IOException {
        if (engine.isEmpty()) {
            return;
        }
        try {
            handshake(engine.get());
        } catch (SSLException e) {
            refuse();
            throw e;
        }
    }

    /** Performs the handshake with another certificate. */
    public void handshake(SSLContext certificate) throws IOException {
        SSLEngine other = certificate.createSSLEngine();
        other.setUseClientMode(false);
        other.setEnabledProtocols(engine.orElseThrow().getEnabledProtocols());
        engine = Optional.of(other);
        handshake();
    }

    private void handshake(SSLEngine server) throws IOException {
        server.beginHandshake();
        while (true) {
            HandshakeStatus status = server.getHandshakeStatus();
            switch (status) {
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                case NEED_WRAP -> raw(seal(new byte[0]));
                case NEED_TASK -> tasks();
                default -> {
                    return;
                }
            }
        }
    }

    /** Sends the TLS alert and lets the client close first, since a reset could overtake the alert. */
    private void refuse() throws IOException {
        ByteBuffer alert = ByteBuffer.allocate(LARGEST_RECORD + 2048);
        engine.orElseThrow().wrap(ByteBuffer.allocate(0), alert);
        raw(Arrays.copyOf(alert.array(), alert.position()));
        socket.shutdownOutput();
        stall();
    }

    private void tasks() {
        SSLEngine server = engine.orElseThrow();
        for (Runnable task = server.getDelegatedTask(); task != null; task = server.getDelegatedTask()) {
            task.run();
        }
    }

    /** Reads one record from the socket into {@link #decrypted}. */
    private void unwrap() throws IOException {
        ByteBuffer plain = ByteBuffer.allocate(LARGEST_RECORD + 2048);
        while (true) {
            SSLEngineResult result;
            synchronized (tls) {
                result = engine.orElseThrow().unwrap(received, plain);
            }
            switch (result.getStatus()) {
                case BUFFER_UNDERFLOW -> receive();
                case CLOSED -> throw new EOFException("close_notify");
                case BUFFER_OVERFLOW -> throw new IOException("a record that is too large");
                case OK -> {
                    decrypted.write(plain.array(), 0, plain.position());
                    if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
                        tasks();
                    }
                    return;
                }
            }
        }
    }

    private void receive() throws IOException {
        received.compact();
        int count = socket.getInputStream().read(received.array(), received.position(), received.remaining());
        if (count > 0) {
            received.position(received.position() + count);
        }
        received.flip();
        if (count < 0) {
            throw new EOFException();
        }
    }

    /**
     * The head of the next request, with its empty last line. Also reads other records, such as replies to key updates.
     */
    public String readHead() throws IOException {
        while (true) {
            String text = decrypted.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                decrypted.reset();
                decrypted.writeBytes(text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
                requests++;
                raw(owed);
                owed = new byte[0];
                return text.substring(0, end + 2);
            }
            if (engine.isPresent()) {
                unwrap();
            } else {
                receive();
                decrypted.write(received.array(), received.arrayOffset() + received.position(), received.remaining());
                received.position(received.limit());
            }
        }
    }

    /** The first line of the next request; null if the client closes instead. */
    public String request() {
        try {
            return readHead().lines().findFirst().orElseThrow();
        } catch (IOException e) {
            // Closed, or reset because of unread data.
            return null;
        }
    }

    /** Encrypts the bytes as one record, or several if they are too many, without sending; unchanged without TLS. */
    public byte[] seal(byte[] plain) throws IOException {
        if (engine.isEmpty()) {
            return plain;
        }
        ByteBuffer left = ByteBuffer.wrap(plain);
        ByteArrayOutputStream records = new ByteArrayOutputStream(plain.length + 64);
        do {
            synchronized (tls) {
                SSLEngineResult result = engine.get().wrap(left, record.clear());
                if (result.getStatus() != SSLEngineResult.Status.OK) {
                    throw new IOException("not sealed: " + result);
                }
                records.write(record.array(), 0, record.position());
            }
        } while (left.hasRemaining());
        return records.toByteArray();
    }

    /** Like the one before, with ISO 8859-1 text. */
    public byte[] record(String plain) throws IOException {
        return seal(plain.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** A key update that requests one in return in TLS 1.3, or a HelloRequest in TLS 1.2, without sending it. */
    public byte[] keyUpdate() throws IOException {
        synchronized (tls) {
            SSLEngine server = engine.orElseThrow();
            server.beginHandshake();
            record.clear();
            do {
                server.wrap(ByteBuffer.allocate(0), record);
            } while (server.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
            return Arrays.copyOf(record.array(), record.position());
        }
    }

    /** A sequence of key updates, without sending them. */
    public byte[] keyUpdates(int count) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(keyUpdate());
        }
        return all.toByteArray();
    }

    /** Sends them in one write to the socket. */
    public void sendKeyUpdates(int count) throws IOException {
        inOrder(() -> raw(keyUpdates(count)));
    }

    /** Sends each part as its own record, all in one write to the socket. */
    public void send(byte[]... parts) throws IOException {
        inOrder(() -> {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                all.writeBytes(seal(part));
            }
            raw(all.toByteArray());
        });
    }

    /** However many bytes, each record as soon as it is sealed. */
    public void stream(byte[] plain) throws IOException {
        for (int at = 0; at < plain.length; at += LARGEST_RECORD) {
            send(Arrays.copyOfRange(plain, at, Math.min(plain.length, at + LARGEST_RECORD)));
        }
    }

    /** Sends raw bytes below TLS, in one write to the socket. */
    public void raw(byte[]... parts) throws IOException {
        byte[] all = concatenated(parts);
        inOrder(() -> socket.getOutputStream().write(all));
    }

    private interface Send {
        void run() throws IOException;
    }

    /** A write that blocks, since the other side does not read, must not block all others for ever. */
    private void inOrder(Send send) throws IOException {
        try {
            if (!order.tryLock(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("another write is blocked");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
        try {
            send.run();
        } finally {
            order.unlock();
        }
    }

    /** Sends close_notify and leaves the connection open. */
    public void closeNotify() throws IOException {
        if (engine.isEmpty()) {
            return;
        }
        ByteBuffer record = ByteBuffer.allocate(LARGEST_RECORD + 2048);
        synchronized (tls) {
            engine.get().closeOutbound();
            engine.get().wrap(ByteBuffer.allocate(0), record);
        }
        raw(Arrays.copyOf(record.array(), record.position()));
    }

    /** Reads and discards data until the peer closes. */
    public void stall() throws IOException {
        byte[] bytes = new byte[8192];
        while (socket.getInputStream().read(bytes) >= 0) {
            // Ignored.
        }
    }

    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Already closed.
        }
        close();
    }

    /** Waits until this side closes it. */
    void awaitClose() throws InterruptedException {
        closed.await();
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing more can be done.
        }
    }

    public static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
