package dev.cancelupload.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/** A process of the bootstrap in target/function.zip, run as Lambda runs it, against a Runtime API of its own. */
public final class Bootstrap implements AutoCloseable {

    static {
        // Read when the class HttpServer is loaded. Without it each invocation waits 40 ms for a delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static Path executable;

    private final RuntimeApi lambda = new RuntimeApi();
    private final Path folder = Files.createTempDirectory("bootstrap");
    private final Process process;

    /**
     * Starts it.
     *
     * @param environment all its variables but the Runtime API's address
     * @param arguments of the command line, such as a system property
     */
    public Bootstrap(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(executable().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("AWS_LAMBDA_RUNTIME_API", lambda.address());
        process = builder.start();
        // A failed test may not get to close it.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    private static synchronized Path executable() throws IOException {
        if (executable == null) {
            Path file = Files.createTempDirectory("function").resolve("bootstrap");
            try (ZipFile zip = new ZipFile(Path.of("target", "function.zip").toFile());
                    InputStream in = zip.getInputStream(zip.getEntry("bootstrap"))) {
                Files.copy(in, file);
            }
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r-xr-xr-x"));
            file.toFile().deleteOnExit();
            executable = file;
        }
        return executable;
    }

    /** Hands over an event, and waits for what the process posts. */
    public RuntimeApi.Post invoke(String event) throws InterruptedException {
        return lambda.invoke(event);
    }

    /** Everything it wrote so far. */
    public String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** What the kernel says of its memory and threads, in {@code /proc/<pid>/status}: kB, or a number. */
    public long status(String field) throws IOException {
        try (Stream<String> lines = Files.lines(proc("status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + field));
        }
    }

    /** How many descriptors it has open. */
    public int descriptors() throws IOException {
        try (Stream<Path> files = Files.list(proc("fd"))) {
            return (int) files.count();
        }
    }

    private Path proc(String file) {
        return Path.of("/proc", "" + process.pid(), file);
    }

    /** Stops it between two instructions, as Lambda freezes a sandbox. */
    public void freeze() throws IOException, InterruptedException {
        signal("-STOP");
    }

    /** Lets it go on. */
    public void thaw() throws IOException, InterruptedException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, "" + process.pid()).start();
        if (!kill.waitFor(5, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IOException("kill " + signal + " failed");
        }
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        lambda.close();
        Files.deleteIfExists(folder.resolve("log"));
        Files.deleteIfExists(folder);
    }
}
