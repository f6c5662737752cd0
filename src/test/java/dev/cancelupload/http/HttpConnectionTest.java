package dev.cancelupload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.time.Budget;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whether an idle connection is reused, with any time that the clock of a frozen sandbox shows afterwards. */
class HttpConnectionTest {

    private static final long RESTED = 1_767_225_600_000L;

    @ParameterizedTest
    @CsvSource({
        "0, true",
        "1, true",
        "59999, true",
        "60000, false",
        "31536000000, false",
        // The clock went backwards meanwhile.
        "-1, false",
        "-3600000, false"
    })
    void anIdleConnectionIsUsedForLessThanAMinuteOfAClockThatOnlyGoesForward(long millisLater, boolean used)
            throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                HttpConnection connection = HttpConnection.open(
                        new Origin(false, "127.0.0.1", server.getLocalPort()),
                        Optional.empty(),
                        new JdkTls(Trust.only(Optional.empty()), Optional.empty()),
                        HostResolver.WITHIN_BUDGET,
                        Budget.of(Duration.ofSeconds(20)))) {
            connection.markIdleAt(RESTED);
            assertEquals(used, connection.isRecentlyUsedAt(RESTED + millisLater));
        }
    }
}
