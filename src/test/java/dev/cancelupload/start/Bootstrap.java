package dev.cancelupload.start;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A process of the bootstrap in target/function.zip, run as Lambda runs it, with its own Runtime API. With
 * {@code -Dfunction.package=jvm} a process of the {@link JavaRuntime}.
 */
public final class Bootstrap implements AutoCloseable {

    static {
        // Read when the class HttpServer is loaded. Without it each invocation takes 40 ms longer, for a delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static Path executable;

    private final RuntimeApi lambda = new RuntimeApi();
    private final Path folder = Files.createTempDirectory("bootstrap");
    private final Process process;
    private final Optional<MemoryLimit> limit;
    private final long started;
    private long logRead;

    /**
     * Starts it.
     *
     * @param environment all variables except the address of the Runtime API
     * @param arguments of the command line, such as a system property
     */
    public Bootstrap(Map<String, String> environment, String... arguments) throws IOException {
        this(environment, true, Optional.empty(), arguments);
    }

    private Bootstrap(
            Map<String, String> environment, boolean onLambda, Optional<MemoryLimit> limit, String... arguments)
            throws IOException {
        this.limit = limit;
        ProcessBuilder builder = (JavaRuntime.isChosen() ? JavaRuntime.process(arguments) : executed(arguments))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().clear();
        if (JavaRuntime.isChosen()) {
            builder.environment().putAll(JavaRuntime.environment());
        }
        builder.environment().putAll(environment);
        if (onLambda) {
            builder.environment().put("AWS_LAMBDA_RUNTIME_API", lambda.address());
        }
        limit.ifPresent(memory -> builder.command(memory.joinedBy(builder.command())));
        started = System.nanoTime();
        process = builder.start();
        // A failed test may not close it.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /**
     * Starts it with the memory limit of a function of this size.
     *
     * @throws IOException if control groups are not available, or this user may not create one
     */
    public static Bootstrap withMemory(int megabytes, Map<String, String> environment, String... arguments)
            throws IOException {
        return new Bootstrap(environment, true, Optional.of(new MemoryLimit(megabytes)), arguments);
    }

    /** Starts it without a Runtime API, as in a shell. */
    static Bootstrap withoutRuntimeApi(Map<String, String> environment) throws IOException {
        return new Bootstrap(environment, false, Optional.empty());
    }

    private ProcessBuilder executed(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(executable().toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).directory(folder.toFile());
    }

    private static synchronized Path executable() throws IOException {
        if (executable == null) {
            Path file = Files.createTempDirectory("function").resolve("bootstrap");
            try (ZipFile zip = new ZipFile(System.getProperty("function.zip", "target/function.zip"))) {
                ZipEntry entry = zip.getEntry("bootstrap");
                if (entry == null) {
                    throw new IOException(zip.getName() + " has no executable. Build it: ./mvnw package -Dnative");
                }
                try (InputStream in = zip.getInputStream(entry)) {
                    Files.copy(in, file);
                }
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
            file.toFile().deleteOnExit();
            executable = file;
        }
        return executable;
    }

    /** Sends an event and waits for the result. */
    public RuntimeApi.Post invoke(String event) throws InterruptedException {
        return invoke(event.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /**
     * Sends an event and waits for the result.
     *
     * @param headers additional headers of the event
     */
    public RuntimeApi.Post invoke(byte[] event, Map<String, String> headers) throws InterruptedException {
        RuntimeApi.Post post;
        try {
            post = lambda.invoke(event, headers);
        } catch (AssertionError e) {
            throw new AssertionError(
                    e.getMessage() + (isAlive() ? ", and goes on" : ", and has ended") + ": " + tail(), e);
        }
        return JavaRuntime.isChosen() ? JavaRuntime.unwrapped(post) : post;
    }

    /** The Runtime API that the process has. */
    public RuntimeApi lambda() {
        return lambda;
    }

    /** The init error that the process posts. */
    RuntimeApi.Post posted() throws InterruptedException {
        return lambda.posted();
    }

    /** The end of the log, for messages. */
    public String tail() {
        try {
            String log = log();
            return log.substring(Math.max(0, log.length() - 2000));
        } catch (IOException e) {
            return "no log (" + e.getMessage() + ")";
        }
    }

    /** The whole output so far. */
    public String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** The lines that were written since the last call, each complete. */
    public List<String> newLines() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(folder.resolve("log").toFile(), "r")) {
            byte[] bytes = new byte[(int) (file.length() - logRead)];
            file.seek(logRead);
            file.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            logRead += end;
            // Splits at line feeds only, since a line must not contain other separators.
            return end == 0
                    ? List.of()
                    : List.of(new String(bytes, 0, end - 1, StandardCharsets.UTF_8).split("\n", -1));
        }
    }

    /** {@link System#nanoTime()} at which it was started. */
    public long started() {
        return started;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Kills the process. */
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Waits for its end. Returns the exit status: 128 plus the number of the signal if it was killed. */
    public int exit() throws InterruptedException {
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("the process goes on: " + tail());
        }
        return process.exitValue();
    }

    /** The names of the files in its working directory. */
    List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("log"))
                    .toList();
        }
    }

    /** A value of {@code /proc/<pid>/status}: memory in kB, or a number. */
    public long status(String field) throws IOException {
        try (Stream<String> lines = Files.lines(proc("status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + field));
        }
    }

    /** Live bytes of the JVM's heap. The heap of an executable is part of its resident memory. */
    public long heap() throws IOException {
        return JavaRuntime.isChosen() ? JavaRuntime.liveBytes(process.pid()) : 0;
    }

    /** The number of open file descriptors. */
    public int descriptors() throws IOException {
        try (Stream<Path> files = Files.list(proc("fd"))) {
            return (int) files.count();
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", "" + process.pid(), file);
    }

    /** Freezes the process as Lambda freezes a sandbox. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** Resumes the process. */
    public void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** Sends it a signal, such as {@code -TERM}. */
    void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, "" + process.pid()).start();
        if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("kill " + signal + " failed");
        }
    }

    @Override
    public void close() throws IOException {
        kill();
        lambda.close();
        if (limit.isPresent()) {
            limit.get().close();
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
