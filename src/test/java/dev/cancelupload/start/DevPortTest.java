package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DevPortTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @Test
    void aFreePortIsUsedAndNothingIsSaid() throws IOException {
        String port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = String.valueOf(socket.getLocalPort());
        }
        assertEquals(Optional.of(port), lookUp(configured(port)));
        assertEquals("", printed());
    }

    @Test
    void aTakenPortIsReplacedByAFreeOneAndTheMessageSaysHowToChooseAnother() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = String.valueOf(taken.getLocalPort());
            String instead = lookUp(configured(port)).orElseThrow();
            assertNotEquals(port, instead);
            new ServerSocket(Integer.parseInt(instead)).close();
            assertThat(printed(), containsString("Port " + port + " is taken"));
            assertThat(printed(), containsString("port " + instead + " instead"));
            assertThat(printed(), containsString("-D" + DevPort.PROPERTY + "=PORT"));
        }
    }

    @Test
    void aReloadKeepsThePortThoughDevModeItselfHasItByThen() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = String.valueOf(taken.getLocalPort());
            String instead = lookUp(configured(port)).orElseThrow();
            String said = printed();
            try (ServerSocket server = new ServerSocket(Integer.parseInt(instead))) {
                assertEquals(Optional.of(instead), lookUp(configured(port)));
                assertEquals(Optional.of(instead), lookUp(configured(String.valueOf(server.getLocalPort()))));
            }
            assertEquals(said, printed());
        }
    }

    @Test
    void withoutASettingTheDefaultPortOrAnotherIsTheValue() {
        int port = Integer.parseInt(lookUp(builder().build()).orElseThrow());
        assertEquals(DevPort.DEFAULT.equals(String.valueOf(port)), printed().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "65536", "99999", "http"})
    void whatIsNoPortIsLeftToQuarkus(String value) {
        assertEquals(Optional.of(value), lookUp(configured(value)));
        assertEquals("", printed());
    }

    @Test
    void outsideOfDevModeNoPortIsTried() throws IOException {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
        new DevPort().configBuilder(builder);
        try (ServerSocket taken = new ServerSocket(0)) {
            String port = String.valueOf(taken.getLocalPort());
            assertEquals(
                    Optional.of(port),
                    lookUp(builder.withDefaultValue(DevPort.PROPERTY, port).build()));
            assertEquals("", printed());
        }
    }

    private static SmallRyeConfigBuilder builder() {
        return new SmallRyeConfigBuilder().withInterceptors(new DevPort.FreePort());
    }

    private static SmallRyeConfig configured(String port) {
        return builder().withDefaultValue(DevPort.PROPERTY, port).build();
    }

    private Optional<String> lookUp(SmallRyeConfig config) {
        PrintStream out = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            return config.getOptionalValue(DevPort.PROPERTY, String.class);
        } finally {
            System.setOut(out);
        }
    }

    private String printed() {
        return printed.toString(StandardCharsets.UTF_8);
    }
}
