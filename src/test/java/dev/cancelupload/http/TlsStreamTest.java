package dev.cancelupload.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An engine may have memory outside of Java's heap, so it is closed whatever happens, and after its last use. */
class TlsStreamTest {

    private ServerSocket server;
    private DeadlineSocket socket;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        socket = DeadlineSocket.connect(List.of(server.getInetAddress()), server.getLocalPort(), budget(20_000));
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        server.close();
    }

    private static Budget budget(int millis) {
        return Budget.of(Duration.ofMillis(millis));
    }

    /** Says what is called, in this order. */
    private static class Engine implements TlsEngine {

        final List<String> calls = new ArrayList<>();
        boolean handshaking = true;

        @Override
        public int recordSize() {
            return 100;
        }

        @Override
        public int plaintextSize() {
            return 100;
        }

        @Override
        public Progress unwrap(ByteBuffer received, ByteBuffer decrypted) throws SSLException {
            if (!received.hasRemaining()) {
                return Progress.INCOMPLETE;
            }
            if (received.get() == 0) {
                throw new SSLException("refused");
            }
            handshaking = false;
            return Progress.RECORD;
        }

        @Override
        public boolean isHandshaking() {
            return handshaking;
        }

        @Override
        public boolean wantsToSend() {
            return false;
        }

        @Override
        public boolean isTls13() {
            return true;
        }

        @Override
        public ByteBuffer wrap(ByteBuffer plaintext) {
            return ByteBuffer.allocate(0);
        }

        @Override
        public ByteBuffer alert() {
            calls.add("alert");
            return ByteBuffer.wrap(new byte[] {7});
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }

    @Test
    void anEngineIsClosedAfterTheAlertThatSaysWhyTheHandshakeFailed() throws IOException {
        Engine engine = new Engine();
        try (Socket peer = server.accept()) {
            peer.getOutputStream().write(0);
            assertThrows(SSLException.class, () -> TlsStream.connect(socket, engine, budget(20_000)));
            assertEquals(List.of("alert", "close"), engine.calls);
            assertEquals(7, peer.getInputStream().read());
        }
    }

    @Test
    void anEngineIsClosedAfterAHandshakeThatTookTooLong() {
        Engine engine = new Engine();
        assertThrows(DeadlineException.class, () -> TlsStream.connect(socket, engine, budget(50)));
        assertEquals(List.of("close"), engine.calls);
    }

    @Test
    void anEngineIsClosedWithItsConnection() throws IOException {
        Engine engine = new Engine();
        try (Socket peer = server.accept()) {
            peer.getOutputStream().write(1);
            TlsStream stream = TlsStream.connect(socket, engine, budget(20_000));
            assertEquals(List.of(), engine.calls);
            stream.close();
            assertEquals(List.of("close"), engine.calls);
        }
    }

    /** Records are a length in two bytes and that many bytes of plaintext. */
    private static final class LengthsEngine extends Engine {

        private static final int LARGEST = 20_000;

        @Override
        public int recordSize() {
            return LARGEST;
        }

        @Override
        public int plaintextSize() {
            return LARGEST;
        }

        @Override
        public Progress unwrap(ByteBuffer received, ByteBuffer decrypted) {
            if (received.remaining() < 2 || received.remaining() < 2 + received.getShort(received.position())) {
                return Progress.INCOMPLETE;
            }
            handshaking = false;
            byte[] plaintext = new byte[received.getShort()];
            received.get(plaintext);
            decrypted.put(plaintext);
            return Progress.RECORD;
        }
    }

    private static byte[] record(int length) {
        byte[] plaintext = new byte[length];
        for (int i = 0; i < length; i++) {
            plaintext[i] = (byte) (i % 251);
        }
        return ByteBuffer.allocate(2 + length)
                .putShort((short) length)
                .put(plaintext)
                .array();
    }

    private static byte[] read(TlsStream stream, int length) throws IOException {
        ByteBuffer read = ByteBuffer.allocate(length);
        while (read.hasRemaining()) {
            stream.read(read, budget(20_000));
        }
        return read.array();
    }

    @Test
    void recordsOfAnySizeUpToTheLargestAreRead() throws IOException {
        try (Socket peer = server.accept()) {
            peer.getOutputStream().write(record(0));
            TlsStream stream = TlsStream.connect(socket, new LengthsEngine(), budget(20_000));
            for (int length : new int[] {1, 4093, 4094, 4095, 4096, 4097, 8191, 16_384, LengthsEngine.LARGEST - 2, 5}) {
                byte[] record = record(length);
                // The start of the next record is received together with this one.
                peer.getOutputStream().write(record);
                peer.getOutputStream().write(record, 0, 2);
                assertArrayEquals(Arrays.copyOfRange(record, 2, record.length), read(stream, length));
                peer.getOutputStream().write(record, 2, length);
                assertArrayEquals(Arrays.copyOfRange(record, 2, record.length), read(stream, length));
                assertEquals(PeerStream.Unread.NOTHING, stream.checkUnread());
            }
        }
    }

    @Test
    void aRecordLargerThanTheLargestIsRefused() throws IOException {
        try (Socket peer = server.accept()) {
            peer.getOutputStream().write(record(0));
            TlsStream stream = TlsStream.connect(socket, new LengthsEngine(), budget(20_000));
            peer.getOutputStream().write(record(LengthsEngine.LARGEST - 1));
            assertThrows(SSLException.class, () -> stream.read(ByteBuffer.allocate(1), budget(20_000)));
        }
    }
}
