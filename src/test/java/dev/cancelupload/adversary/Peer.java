package dev.cancelupload.adversary;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;

/**
 * The server's end of one connection. It decides what goes into one TLS record, and which bytes of a record go out
 * when; without TLS a record is what one call writes.
 */
final class Peer implements Closeable {

    /** RFC 8446, 5.1: the most that one record carries. */
    static final int LARGEST_RECORD = 1 << 14;

    private final Socket socket;
    /** Whoever seals and sends holds it, since records have to go out in the order in which they were sealed. */
    private final Object order = new Object();

    private final Optional<SSLEngine> engine;
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

    Socket socket() {
        return socket;
    }

    /** The ids of the requests that came over this connection, in their order. */
    synchronized List<String> served() {
        return List.copyOf(served);
    }

    synchronized void serves(String id) {
        served.add(id);
    }

    /** How many requests came over this connection. */
    int requests() {
        return requests;
    }

    /** Bytes that go out beneath TLS as soon as there is another request. */
    void owes(byte[] bytes) {
        owed = bytes;
    }

    boolean hasKeyUpdates() {
        return engine.filter(e -> e.getSession().getProtocol().equals("TLSv1.3"))
                .isPresent();
    }

    boolean isTls() {
        return engine.isPresent();
    }

    /** Goes through TLS's handshake as any server does. */
    void handshake() throws IOException {
        if (engine.isEmpty()) {
            return;
        }
        SSLEngine tls = engine.get();
        tls.setUseClientMode(false);
        tls.beginHandshake();
        while (true) {
            HandshakeStatus status = tls.getHandshakeStatus();
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

    private void tasks() {
        SSLEngine tls = engine.orElseThrow();
        for (Runnable task = tls.getDelegatedTask(); task != null; task = tls.getDelegatedTask()) {
            task.run();
        }
    }

    /** Takes one record from the socket; what it carried is in {@link #decrypted}. */
    private void unwrap() throws IOException {
        ByteBuffer plain = ByteBuffer.allocate(LARGEST_RECORD + 2048);
        while (true) {
            SSLEngineResult result;
            synchronized (engine) {
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
     * The next request's head, its last line being empty. What arrives beside it, such as answers to key updates, is
     * read.
     */
    String readHead() throws IOException {
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

    /** The bytes as one record, which is not sent yet, or as several if they are too many; as they are without TLS. */
    byte[] seal(byte[] plain) throws IOException {
        if (engine.isEmpty()) {
            return plain;
        }
        ByteBuffer left = ByteBuffer.wrap(plain);
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        do {
            ByteBuffer record = ByteBuffer.allocate(LARGEST_RECORD + 2048);
            synchronized (engine) {
                SSLEngineResult result = engine.get().wrap(left, record);
                if (result.getStatus() != SSLEngineResult.Status.OK) {
                    throw new IOException("not sealed: " + result);
                }
            }
            records.write(record.array(), 0, record.position());
        } while (left.hasRemaining());
        return records.toByteArray();
    }

    /** A key update that asks for one in return, which is not sent yet. */
    private byte[] keyUpdate() throws IOException {
        ByteBuffer record = ByteBuffer.allocate(LARGEST_RECORD + 2048);
        synchronized (engine) {
            SSLEngine tls = engine.orElseThrow();
            tls.beginHandshake();
            do {
                tls.wrap(ByteBuffer.allocate(0), record);
            } while (tls.getHandshakeStatus() == HandshakeStatus.NEED_WRAP);
        }
        return Arrays.copyOf(record.array(), record.position());
    }

    /** So many key updates one after the other, which are not sent yet. */
    byte[] keyUpdates(int count) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            all.writeBytes(keyUpdate());
        }
        return all.toByteArray();
    }

    /** The same, all of them in one write to the socket. */
    void sendKeyUpdates(int count) throws IOException {
        synchronized (order) {
            raw(keyUpdates(count));
        }
    }

    /** Each part as a record of its own, all of them in one write to the socket. */
    void send(byte[]... parts) throws IOException {
        synchronized (order) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (byte[] part : parts) {
                all.writeBytes(seal(part));
            }
            raw(all.toByteArray());
        }
    }

    /** Bytes that go out as they are, beneath TLS. */
    void raw(byte[] bytes) throws IOException {
        synchronized (order) {
            socket.getOutputStream().write(bytes);
        }
    }

    /** TLS's close_notify, and the connection stays open. */
    void closeNotify() throws IOException {
        if (engine.isEmpty()) {
            return;
        }
        ByteBuffer record = ByteBuffer.allocate(LARGEST_RECORD + 2048);
        synchronized (engine) {
            engine.get().closeOutbound();
            engine.get().wrap(ByteBuffer.allocate(0), record);
        }
        raw(Arrays.copyOf(record.array(), record.position()));
    }

    /** Takes and discards what the other side sends, until it gives up. */
    void stall() throws IOException {
        byte[] bytes = new byte[8192];
        while (socket.getInputStream().read(bytes) >= 0) {
            // Of no interest.
        }
    }

    void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // It is gone already.
        }
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }

    static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
