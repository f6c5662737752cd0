package dev.cancelupload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookupTest {

    /** In a JVM of its own, since the JDK reads once where its names come from and how long it keeps them. */
    public static final class Resolver {
        public static void main(String... arguments) throws IOException {
            Path hosts = Path.of(arguments[0]);
            for (String content : new String[] {"", "127.0.0.1 name.test\n", "", "127.0.0.2 name.test\n"}) {
                Files.writeString(hosts, content);
                System.out.println(resolve());
            }
        }

        private static String resolve() throws IOException {
            try {
                return Lookup.WITHIN_BUDGET.resolve("name.test", Budget.of(Duration.ofSeconds(10)))[0].getHostAddress();
            } catch (UnknownHostException e) {
                return "unknown";
            }
        }
    }

    @Test
    void eachLookUpAsksAgain(@TempDir Path folder) throws Exception {
        Path hosts = Files.createFile(folder.resolve("hosts"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djdk.net.hosts.file=" + hosts,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Resolver.class.getName(),
                        hosts.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(10, TimeUnit.SECONDS);
        assertEquals(
                List.of("unknown", "127.0.0.1", "unknown", "127.0.0.2"),
                output.lines().toList());
    }
}
