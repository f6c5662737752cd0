package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Assumptions;

/**
 * The packaged function: a process of the {@code bootstrap} in target/function.zip, or in {@code -Dfunction.zip=…}, run
 * as Lambda runs it. It starts with the first invocation. What it says is searched for credentials, each log line must
 * be JSON, and each answered invocation must have left one line with its metrics; {@link #close} fails the test
 * otherwise.
 */
public final class Function implements AutoCloseable {

    /** What a template's function has. */
    static final Duration TIMEOUT = Duration.ofSeconds(300);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Path executable;

    private final RuntimeApi lambda = new RuntimeApi();
    private final Map<String, String> environment = new HashMap<>();
    private final List<String> arguments = new ArrayList<>();
    private final Secrets secrets = new Secrets();
    private Path folder;
    private Process process;
    private MemoryLimit limit;
    private int memory;
    private int answered;
    private boolean crashIsExpected;

    /** With the key that the stand-in accepts. */
    public Function(OpenAiStandIn openai) {
        with("OPENAI_BASE_URL", openai.url()).with("OPENAI_API_KEY", OpenAiStandIn.KEY);
        with("AWS_LAMBDA_FUNCTION_NAME", "cancel-upload").with("AWS_REGION", "eu-central-1");
        secret(OpenAiStandIn.KEY);
    }

    /** Sets a variable of the environment; null removes it. Before the first invocation. */
    public Function with(String variable, String value) {
        if (process != null) {
            throw new IllegalStateException("it runs already");
        }
        if (value == null) {
            environment.remove(variable);
        } else {
            environment.put(variable, value);
        }
        return this;
    }

    /** Sets variables of the environment. */
    public Function with(Map<String, String> variables) {
        variables.forEach(this::with);
        return this;
    }

    /** With arguments of the command line, such as a system property. */
    public Function withArguments(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** With the memory limit of a function of this size. Skips the test where no control group can be made. */
    public Function withMemory(int megabytes) {
        memory = megabytes;
        return this;
    }

    /** Another text that must not come out. */
    public Function secret(String credential) {
        secrets.add(credential);
        return this;
    }

    /** Starts it, if it does not run. */
    public Function start() {
        if (process != null) {
            return this;
        }
        try {
            folder = Files.createTempDirectory("function");
            List<String> command = new ArrayList<>(List.of(executable().toString()));
            command.addAll(arguments);
            if (memory > 0) {
                command = limited(command);
            }
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            builder.environment().putIfAbsent("AWS_LAMBDA_RUNTIME_API", lambda.address());
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // A test process that is killed closes nothing.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return this;
    }

    private List<String> limited(List<String> command) {
        try {
            limit = new MemoryLimit(memory);
            return limit.joinedBy(command);
        } catch (IOException e) {
            return Assumptions.abort("no memory limit can be set here: " + e);
        }
    }

    private static synchronized Path executable() throws IOException {
        if (executable == null) {
            executable = unpacked(System.getProperty("function.zip", "target/function.zip"));
        }
        return executable;
    }

    private static Path unpacked(String name) throws IOException {
        Path file = Files.createTempDirectory("function").resolve("bootstrap");
        try (ZipFile zip = new ZipFile(name)) {
            ZipEntry entry = zip.getEntry("bootstrap");
            if (entry == null) {
                throw new IOException(name + " has no executable. Build it: ./mvnw package -Dnative");
            }
            try (InputStream in = zip.getInputStream(entry)) {
                Files.copy(in, file);
            }
        }
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
        file.toFile().deleteOnExit();
        return file;
    }

    /** The Runtime API that the process has. */
    public RuntimeApi lambda() {
        return lambda;
    }

    /** Sends an event, with the template's 300 s until Lambda's deadline, and waits for the result. */
    public Reply invoke(String event) throws InterruptedException {
        return invoke(event, TIMEOUT);
    }

    /** Sends an event and waits for the result. */
    public Reply invoke(String event, Duration untilDeadline) throws InterruptedException {
        start();
        lambda.offer(event.getBytes(StandardCharsets.UTF_8), untilDeadline);
        return reply();
    }

    /** Sends an event. The result comes later. */
    public CompletableFuture<Reply> invokeLater(String event) {
        start();
        CompletableFuture<Reply> later = new CompletableFuture<>();
        OpenAiStandIn.daemon(() -> {
            try {
                later.complete(invoke(event));
            } catch (InterruptedException | AssertionError e) {
                later.completeExceptionally(e);
            }
        });
        return later;
    }

    /** The error that ends init. */
    public Reply initError() throws InterruptedException {
        start();
        crashIsExpected = true;
        Reply reply = next();
        assertEquals("init/error", reply.kind(), reply.body());
        return reply;
    }

    private Reply reply() throws InterruptedException {
        Reply reply = next();
        answered++;
        return reply;
    }

    private Reply next() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean alive = true;
        while (alive && System.nanoTime() - end < 0) {
            // What it posted before its end may still be on its way.
            alive = process.isAlive();
            Reply reply = lambda.reply(Duration.ofMillis(500)).orElse(null);
            if (reply != null) {
                secrets.assertAbsent("a " + reply.kind(), reply.body());
                return reply;
            }
        }
        throw new AssertionError((alive ? "no answer within " + PATIENCE : "the process has ended") + ": " + tail());
    }

    /** Waits for the end of the process, which the test expects. Returns its exit status. */
    public int exitStatus() throws InterruptedException {
        crashIsExpected = true;
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), () -> "the process goes on: " + tail());
        return process.exitValue();
    }

    /** The whole log so far. */
    public String logText() {
        try {
            return Files.readString(folder.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String tail() {
        String log = logText();
        return log.substring(Math.max(0, log.length() - 2000));
    }

    /** The complete lines of the log so far. */
    public List<JsonNode> log() {
        String log = logText();
        return log.substring(0, log.lastIndexOf('\n') + 1)
                .lines()
                .map(Reply::parse)
                .toList();
    }

    /** The line of the last invocation. */
    public JsonNode lastInvocation() {
        List<JsonNode> lines = lines("invocation");
        return lines.get(lines.size() - 1);
    }

    /** The lines about an event: {@code invocation} or {@code upload}. */
    public List<JsonNode> lines(String event) {
        return log().stream()
                .filter(line -> line.path("event").asText().equals(event))
                .toList();
    }

    /** The last line about an upload. */
    public JsonNode lineOf(String uploadId) {
        return log().stream()
                .filter(line -> line.path("uploadId").asText().equals(uploadId))
                .reduce((first, last) -> last)
                .orElseThrow(() -> new AssertionError("no line about " + uploadId + ": " + tail()));
    }

    /** A number of {@code /proc/<pid>/status}, of memory in kB. */
    public long status(String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", "" + process.pid(), "status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** The number of open file descriptors. */
    public long descriptors() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc", "" + process.pid(), "fd"))) {
            return files.count();
        }
    }

    /** Freezes the process as Lambda freezes a sandbox. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    public void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor());
    }

    @Override
    public void close() throws IOException {
        if (process == null) {
            lambda.close();
            return;
        }
        boolean alive = process.isAlive();
        process.destroyForcibly().onExit().join();
        lambda.close();
        String log = logText();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
        if (limit != null) {
            limit.close();
        }
        secrets.assertAbsent("the log", log);
        if (crashIsExpected) {
            return;
        }
        assertTrue(alive, () -> "the process has ended: " + log);
        int invocations = 0;
        for (String text : log.substring(0, log.lastIndexOf('\n') + 1).lines().toList()) {
            JsonNode line = Reply.parse(text);
            assertTrue(!line.has("stackTrace") && !text.contains("InternalError"), text);
            if (line.path("event").asText().equals("invocation")) {
                assertMetrics(line);
                invocations++;
            }
        }
        assertEquals(answered, invocations, "log lines of invocations");
    }

    /** Checks that CloudWatch makes the metrics of a line: each is a number and each dimension a text at its top. */
    private static void assertMetrics(JsonNode line) {
        assertTrue(line.at("/_aws/Timestamp").isIntegralNumber(), line::toString);
        JsonNode directives = line.at("/_aws/CloudWatchMetrics");
        assertTrue(directives.size() > 0, line::toString);
        for (JsonNode directive : directives) {
            assertEquals("CancelUpload", directive.get("Namespace").textValue());
            directive
                    .get("Metrics")
                    .forEach(metric -> assertTrue(
                            line.path(metric.get("Name").textValue()).isNumber(), () -> metric + " is not in " + line));
            directive
                    .get("Dimensions")
                    .forEach(dimensions -> dimensions.forEach(name ->
                            assertTrue(!line.path(name.textValue()).asText().isEmpty(), () -> name + " of " + line)));
        }
    }
}
