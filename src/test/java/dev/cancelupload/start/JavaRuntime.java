package dev.cancelupload.start;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The JVM package, target/function-jvm.zip, as Lambda's own Java runtime runs it: unpacked, in a JVM with AWS's runtime
 * interface client, which the profile {@code reliability-jvm} copies to target/runtime-client. It uses neither the
 * function's {@code Main} nor Quarkus's poll loop.
 */
public final class JavaRuntime {

    private static final Path ZIP = Path.of("target", "function-jvm.zip");
    private static final Path FUNCTION = Path.of("target", "java-function").toAbsolutePath();
    private static final Path CLIENT = Path.of("target", "runtime-client").toAbsolutePath();

    private static final String MAIN = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
    private static final String HANDLER = "io.quarkus.funqy.lambda.FunqyStreamHandler";

    /**
     * Garbage collector and compiler as on Lambda. The heap has its full size from the start, so that growth is outside
     * of it.
     */
    private static final List<String> OPTIONS =
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch");

    /** Without them a JDK newer than 17 writes warnings into the log, which must be JSON. */
    private static final List<String> ACCESS =
            List.of("--enable-native-access=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED");

    /** In Funqy's wrapper the message starts with the type of the failure. */
    private static final String WRAPPER = "io.quarkus.funqy.runtime.ApplicationException";

    /** By default all processes of the client unpack its library to the same file. */
    private static final String LIBRARY = "libaws-lambda-jni.so";

    private static final String LIBRARY_PROPERTY =
            "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";

    private static boolean unpacked;

    private JavaRuntime() {}

    /** Whether {@code -Dfunction.package=jvm} selects it instead of the executable. */
    public static boolean isChosen() {
        return System.getProperty("function.package", "native").equals("jvm");
    }

    /** @param arguments for the JVM */
    static ProcessBuilder process(String... arguments) throws IOException {
        unpack();
        List<String> command = new ArrayList<>();
        command.add(tool("java"));
        command.addAll(OPTIONS);
        command.addAll(ACCESS);
        command.addAll(List.of(arguments));
        command.add("-D" + LIBRARY_PROPERTY + "=" + CLIENT.resolve(LIBRARY));
        command.addAll(List.of("-cp", CLIENT + "/*", MAIN, HANDLER + "::handleRequest"));
        return new ProcessBuilder(command).directory(FUNCTION.toFile());
    }

    /** The log format of the template and the character encoding of Lambda. */
    static Map<String, String> environment() {
        return Map.of("AWS_LAMBDA_LOG_FORMAT", "JSON", "AWS_LAMBDA_LOG_LEVEL", "INFO", "LANG", "C.UTF-8");
    }

    private static synchronized void unpack() throws IOException {
        if (unpacked) {
            return;
        }
        if (Files.exists(FUNCTION)) {
            try (Stream<Path> files = Files.walk(FUNCTION)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        if (!Files.exists(ZIP)) {
            throw new IOException("There is no " + ZIP + ". Build the JVM package: ./mvnw package");
        }
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            for (ZipEntry entry : zip.stream().filter(e -> !e.isDirectory()).toList()) {
                unpack(zip, entry, FUNCTION.resolve(entry.getName()));
            }
        }
        String library = "jni/libaws-lambda-jni.linux-"
                + System.getProperty("os.arch").replace("amd64", "x86_64").replace("aarch64", "aarch_64") + ".so";
        try (ZipFile jar = new ZipFile(client().toFile())) {
            unpack(jar, jar.getEntry(library), CLIENT.resolve(LIBRARY));
        }
        unpacked = true;
    }

    private static Path client() throws IOException {
        try (Stream<Path> jars = Files.list(CLIENT)) {
            return jars.filter(jar -> jar.getFileName().toString().contains("interface-client"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no runtime interface client in " + CLIENT));
        }
    }

    private static void unpack(ZipFile zip, ZipEntry entry, Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** The error as the executable would post it. Other errors are unchanged. */
    static RuntimeApi.Post unwrapped(RuntimeApi.Post post) {
        if (!post.kind().equals("error")) {
            return post;
        }
        JsonNode error = Json.parse(post.body()).orElseGet(Json::object);
        String message = error.path("errorMessage").asText();
        return error.path("errorType").asText().equals(WRAPPER) && message.startsWith("{")
                ? post.withBody(message)
                : post;
    }

    /** The used bytes of its heap after a full collection. */
    static long liveBytes(long pid) throws IOException {
        Process jcmd = new ProcessBuilder(tool("jcmd"), "" + pid, "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes());
        return histogram
                .lines()
                .filter(line -> line.startsWith("Total"))
                .mapToLong(line -> Long.parseLong(line.split("\\s+")[2]))
                .findFirst()
                .orElseThrow(() -> new IOException("no histogram: " + histogram));
    }

    private static String tool(String name) {
        return Path.of(System.getProperty("java.home"), "bin", name).toString();
    }
}
