package dev.cancelupload.net;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cancelupload.time.Budget;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connecting to the addresses of a name. */
class TcpStreamTest {

    private static final Duration SHORT = Duration.ofMillis(500);
    /** Tolerance for a busy machine. */
    private static final Duration GRACE = Duration.ofSeconds(3);

    @Test
    void anAddressBehindWhichPacketsVanishDoesNotHideTheNext() throws Exception {
        InetAddress dead = InetAddress.getByName("127.0.0.2");
        InetAddress live = InetAddress.getByName("127.0.0.1");
        InetAddress refusing = InetAddress.getByName("127.0.0.3");
        try (ServerSocket server = new ServerSocket(0, 50, live);
                ServerSocket hole = new ServerSocket()) {
            int port = server.getLocalPort();
            hole.bind(new InetSocketAddress(dead, port), 1);
            List<Socket> waiting = fill(hole);
            Budget budget = Budget.of(SHORT);
            TcpStream.connect(new InetAddress[] {dead, refusing, live}, port, budget)
                    .close();
            assertFalse(budget.isSpent());

            Budget again = Budget.of(SHORT);
            InetAddress[] both = {dead, dead};
            assertThrows(InterruptedIOException.class, () -> TcpStream.connect(both, port, again));
            assertThat(again.elapsed(), lessThan(SHORT.plus(GRACE)));
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    /** Until the queue of those that nobody has accepted is full, so that the next gets no answer. */
    private static List<Socket> fill(ServerSocket hole) throws IOException {
        List<Socket> waiting = new ArrayList<>();
        try {
            while (true) {
                Socket socket = new Socket();
                waiting.add(socket);
                socket.connect(hole.getLocalSocketAddress(), 300);
            }
        } catch (IOException e) {
            return waiting;
        }
    }

    @Test
    void whenNoAddressAcceptsTheReasonIsTheLastOnes() throws Exception {
        InetAddress[] both = {InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.3")};
        IOException e = assertThrows(IOException.class, () -> TcpStream.connect(both, 1, Budget.of(SHORT)));
        assertThat(e.getMessage(), containsString("refused"));
    }
}
