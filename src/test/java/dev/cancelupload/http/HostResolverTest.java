package dev.cancelupload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.start.ChildJvm;
import dev.cancelupload.time.Budget;
import dev.cancelupload.time.DeadlineException;
import java.io.File;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostResolverTest {

    /** In a separate JVM, since the JDK reads the settings of its resolver and cache only once. */
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
                return HostResolver.WITHIN_BUDGET.resolve("name.test", Budget.of(Duration.ofSeconds(10)))[0]
                        .getHostAddress();
            } catch (UnknownHostException e) {
                return "unknown";
            }
        }
    }

    /** Queries a resolver that never responds, and prints how many threads wait for it. */
    public static final class Waiting {
        public static void main(String... arguments) throws IOException {
            for (int i = 0; i < 150; i++) {
                try {
                    HostResolver.WITHIN_BUDGET.resolve("name.test", Budget.of(Duration.ofMillis(5)));
                } catch (DeadlineException e) {
                    // As expected.
                }
            }
            System.out.println(Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("resolve "))
                    .count());
        }
    }

    @Test
    void eachLookUpAsksAgain(@TempDir Path folder) throws Exception {
        Path hosts = Files.createFile(folder.resolve("hosts"));
        assertEquals(
                List.of("unknown", "127.0.0.1", "unknown", "127.0.0.2"),
                output(Resolver.class, System.getProperty("java.class.path"), hosts));
    }

    @Test
    void aResolverThatHangsKeepsABoundedNumberOfThreads(@TempDir Path folder) throws Exception {
        // Nothing is ever written to it.
        Path hosts = folder.resolve("hosts");
        assertEquals(0, new ProcessBuilder("mkfifo", hosts.toString()).start().waitFor());
        // Without libraries, since the logging library looks up the machine's name.
        String classes = location(HostResolver.class) + File.pathSeparator + location(Waiting.class);
        assertEquals(List.of("100"), output(Waiting.class, classes, hosts));
    }

    private static Path location(Class<?> of) throws Exception {
        return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private static List<String> output(Class<?> program, String classPath, Path hosts) throws Exception {
        List<String> options = List.of("-Djdk.net.hosts.file=" + hosts);
        return ChildJvm.run(program, classPath, options, Map.of(), hosts.toString())
                .lines();
    }
}
