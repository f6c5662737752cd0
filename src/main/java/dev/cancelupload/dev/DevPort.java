package dev.cancelupload.dev;

import io.quarkus.runtime.LaunchMode;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Gives dev mode another port if its own is taken. Quarkus's mock event server does not start on a taken port, and
 * Quarkus then waits without a message, since it fails before its log is set up.
 */
public final class DevPort implements SmallRyeConfigBuilderCustomizer {

    /** The property from which the mock event server takes its port in dev mode. */
    static final String PROPERTY = "quarkus.lambda.mock-event-server.dev-port";

    /** The port, as text, where the property is not set. */
    static final String DEFAULT = "8080";

    /** Prefix of a system property for each configured port, so that a live reload keeps the chosen port. */
    private static final String CHOSEN = "cancel-upload.dev-port.";

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        if (LaunchMode.current() == LaunchMode.DEVELOPMENT) {
            builder.withInterceptors(new FreePort());
        }
    }

    /** Answers the look-up of the port. */
    static final class FreePort implements ConfigSourceInterceptor {

        private static final long serialVersionUID = 1;

        @Override
        public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
            ConfigValue value = context.proceed(name);
            if (!name.equals(PROPERTY)) {
                return value;
            }
            String port = value == null ? DEFAULT : value.getValue();
            ConfigValue named =
                    value == null ? ConfigValue.builder().withName(name).build() : value;
            return named.withValue(chosen(port));
        }
    }

    /** @return the port if it is free, otherwise another one; an invalid value unchanged, for Quarkus to reject */
    private static String chosen(String port) {
        if (!port.matches("[1-9][0-9]{0,4}") || Integer.parseInt(port) > 65_535) {
            return port;
        }
        String chosen = System.getProperty(CHOSEN + port);
        if (chosen == null) {
            chosen = isFree(Integer.parseInt(port)) ? port : anotherFor(port);
            System.setProperty(CHOSEN + port, chosen);
            // Quarkus looks the port up again when the server has it.
            System.setProperty(CHOSEN + chosen, chosen);
        }
        return chosen;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            // Like the server: a port whose former connections are in TIME_WAIT is free.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static String anotherFor(String taken) {
        try (ServerSocket socket = new ServerSocket(0)) {
            String free = String.valueOf(socket.getLocalPort());
            System.out.printf(
                    "Port %s is taken by another process: dev mode listens on port %s instead. To choose one: -D%s=PORT%n",
                    taken, free, PROPERTY);
            return free;
        } catch (IOException e) {
            throw new UncheckedIOException("No port is free for dev mode", e);
        }
    }
}
