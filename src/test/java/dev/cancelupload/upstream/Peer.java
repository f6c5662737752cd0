package dev.cancelupload.upstream;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/**
 * The server's end of a connection. Controls the content of each TLS record, and when its bytes are sent. One thread at
 * a time uses it.
 */
public final class Peer implements Closeable {

    /** More than a TLS record has. */
    private static final int ROOM = 1 << 15;

    private final Socket socket;
    private final Optional<SSLEngine> engine;
    private final ByteBuffer received = ByteBuffer.allocate(ROOM).flip();
    private final ByteArrayOutputStream decrypted = new ByteArrayOutputStream();
    private int requests;

    /** @param engine in server mode; empty for a connection without TLS */
    Peer(Socket socket, Optional<SSLEngine> engine) {
        this.socket = socket;
        this.engine = engine;
    }

    /** The number of requests on this connection. */
    public int requests() {
        return requests;
    }

    void handshake() throws IOException {
        if (engine.isEmpty()) {
            return;
        }
        engine.get().beginHandshake();
        try {
            while (true) {
                switch (engine.get().getHandshakeStatus()) {
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrap();
                    case NEED_WRAP -> send(wrap(""));
                    case NEED_TASK -> tasks();
                    default -> {
                        return;
                    }
                }
            }
        } catch (SSLException e) {
            // The alert; and the client closes first, since a reset could overtake it.
            send(wrap(""));
            socket.shutdownOutput();
            stall();
        }
    }

    private void tasks() {
        for (Runnable task = engine.get().getDelegatedTask();
                task != null;
                task = engine.get().getDelegatedTask()) {
            task.run();
        }
    }

    /** Reads one record from the socket into {@link #decrypted}. */
    private void unwrap() throws IOException {
        ByteBuffer plain = ByteBuffer.allocate(ROOM);
        SSLEngineResult result = engine.orElseThrow().unwrap(received, plain);
        while (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
            receive();
            result = engine.get().unwrap(received, plain);
        }
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw new EOFException("close_notify");
        }
        decrypted.write(plain.array(), 0, plain.position());
        if (result.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            tasks();
        }
    }

    private void receive() throws IOException {
        received.compact();
        int count = socket.getInputStream().read(received.array(), received.position(), received.remaining());
        if (count < 0) {
            throw new EOFException();
        }
        received.position(received.position() + count).flip();
    }

    /** The head of the next request, with the end of its last line. */
    public String readHead() throws IOException {
        while (true) {
            String text = decrypted.toString(StandardCharsets.ISO_8859_1);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                decrypted.reset();
                decrypted.writeBytes(text.substring(end + 4).getBytes(StandardCharsets.ISO_8859_1));
                requests++;
                return text.substring(0, end + 2);
            }
            if (engine.isPresent()) {
                unwrap();
            } else {
                receive();
                decrypted.write(received.array(), received.position(), received.remaining());
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

    /** ISO 8859-1 text as one TLS record, or as it is without TLS; it is not sent. */
    public byte[] record(String plain) throws IOException {
        return engine.isPresent() ? wrap(plain) : plain.getBytes(StandardCharsets.ISO_8859_1);
    }

    private byte[] wrap(String plain) throws IOException {
        ByteBuffer record = ByteBuffer.allocate(ROOM);
        engine.orElseThrow().wrap(ByteBuffer.wrap(plain.getBytes(StandardCharsets.ISO_8859_1)), record);
        return Arrays.copyOf(record.array(), record.position());
    }

    /** Sends records, or parts of them, in one write to the socket. */
    public void send(byte[]... parts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        all.writeTo(socket.getOutputStream());
    }

    /** Sends close_notify and leaves the connection open. */
    public void closeNotify() throws IOException {
        if (engine.isPresent()) {
            engine.get().closeOutbound();
            send(wrap(""));
        }
    }

    /** Reads and discards data until the client closes. */
    public void stall() throws IOException {
        byte[] bytes = new byte[8192];
        while (socket.getInputStream().read(bytes) >= 0) {
            // Ignored.
        }
    }

    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing more can be done.
        }
    }
}
