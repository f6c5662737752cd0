package dev.cancelupload.adversary;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.cancelupload.config.Export;
import dev.cancelupload.start.MemoryLimit;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Lambda around one process of the packaged executable: its Runtime API, and its limit of memory. The executable is
 * that of {@code target/function.zip}, or of {@code -Dfunction.zip=…}.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
final class Sandbox implements AutoCloseable {

    static {
        // Read when the class HttpServer is loaded. Without it each invocation waits 40 ms for a delayed ACK.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** The smallest MemorySize that the template takes. */
    static final int LEAST_MEMORY_MB = 128;

    /** Beyond the budget: who has posted nothing by then never will. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * What an invocation came to.
     *
     * @param kind {@code response} or {@code error}
     * @param body as posted, UTF-8
     * @param headers as posted
     * @param bytes the body's length
     * @param time from handing over the event to having the answer
     * @param missed what the machine was late meanwhile
     */
    record Post(String kind, String body, String headers, int bytes, Duration time, Duration missed) {
        boolean isError() {
            return kind.equals("error");
        }
    }

    private record Event(byte[] body, Map<String, String> headers, String requestId, CountDownLatch taken) {}

    private record Posted(String requestId, String kind, String body, String headers, int bytes, long at) {}

    private static Path executable;

    private final BlockingQueue<Event> events = new SynchronousQueue<>();
    private final BlockingQueue<Posted> posts = new LinkedBlockingQueue<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final MemoryLimit memory = limit();
    private final Path log = Files.createTempFile("function", ".log");
    private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    private final Duration budget;
    private final Process process;
    private final long started;
    private final Duration missedBefore;
    private volatile long frozenAt;
    private volatile Duration frozen = Duration.ZERO;
    private volatile Duration init;
    private volatile Duration missedInInit;
    private long logRead;

    /**
     * Starts it.
     *
     * @param budget the value of {@code CANCEL_BUDGET}
     * @param environment all other variables but the export's and the Runtime API's
     */
    Sandbox(Export export, Duration budget, Map<String, String> environment) throws IOException {
        this.budget = budget;
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "runtime-api");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/2018-06-01/runtime/", this::handle);
        server.start();
        ProcessBuilder builder = new ProcessBuilder(
                        memory.joinedBy(List.of(executable().toString())))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("CANCEL_BUDGET", budget.toMillis() + "ms");
        builder.environment().put("QUARKUS_FUNQY_EXPORT", export.functionName());
        builder.environment()
                .put(
                        "AWS_LAMBDA_RUNTIME_API",
                        "127.0.0.1:" + server.getAddress().getPort());
        missedBefore = Machine.missed();
        started = System.nanoTime();
        process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
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

    /**
     * Waits until it asks for its first event.
     *
     * @param followUps how often what the machine was late does not count
     * @return how long that took
     */
    Duration init(int followUps) throws InterruptedException {
        Limit limit = new Limit();
        while (!ready.await(50, TimeUnit.MILLISECONDS)) {
            limit.check("asked for no event");
        }
        return init.minus(missedInInit.multipliedBy(followUps)).minus(frozen);
    }

    /** Hands over an event as soon as the process asks for one, and waits for what it posts. */
    Post invoke(String event) throws InterruptedException {
        return invoke(event, Map.of());
    }

    /** @param headers more of what the Runtime API says with an event */
    Post invoke(String event, Map<String, String> headers) throws InterruptedException {
        Limit limit = new Limit();
        Event next = new Event(
                event.getBytes(StandardCharsets.UTF_8),
                headers,
                UUID.randomUUID().toString(),
                new CountDownLatch(1));
        while (!events.offer(next, 50, TimeUnit.MILLISECONDS)) {
            limit.check("did not ask for an event");
        }
        next.taken.await();
        Duration missed = Machine.missed();
        long start = System.nanoTime();
        Posted post = posts.poll(50, TimeUnit.MILLISECONDS);
        for (; post == null; post = posts.poll(50, TimeUnit.MILLISECONDS)) {
            limit.check("posted nothing");
        }
        if (!post.requestId.equals(next.requestId)) {
            throw new AssertionError("the answer to the invocation " + post.requestId + " came in " + next.requestId);
        }
        return new Post(
                post.kind,
                post.body,
                post.headers,
                post.bytes,
                Duration.ofNanos(post.at - start),
                Machine.missed().minus(missed));
    }

    /** Until when something has to happen. */
    private final class Limit {
        private final long end = System.nanoTime() + budget.plus(PATIENCE).toNanos();
        private final Duration missed = Machine.missed();

        void check(String what) {
            if (!process.isAlive()) {
                throw new AssertionError(
                        "the process has ended with status " + process.exitValue() + " (137 is a kill): " + tail());
            }
            Duration late = Machine.missed().minus(missed);
            if (System.nanoTime() > end + late.toNanos()) {
                throw new AssertionError("the process " + what + " within "
                        + budget.plus(PATIENCE).toSeconds() + " s, and goes on: " + tail());
            }
        }
    }

    /** Without a limit nothing would be known about memory, and so there is no test without one. */
    private static MemoryLimit limit() {
        try {
            return new MemoryLimit(LEAST_MEMORY_MB);
        } catch (IOException e) {
            throw new AssertionError(
                    "This test needs a control group with a limit of memory, which takes root and a writable"
                            + " /sys/fs/cgroup: " + e,
                    e);
        }
    }

    /** The end of the log, for a reader. */
    String tail() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            file.seek(Math.max(0, file.length() - 1500));
            byte[] bytes = new byte[(int) (file.length() - file.getFilePointer())];
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "no log (" + e.getMessage() + ")";
        }
    }

    /** The lines that were written since the last call, each complete. */
    List<String> newLines() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            byte[] bytes = new byte[(int) (file.length() - logRead)];
            file.seek(logRead);
            file.readFully(bytes);
            int end = bytes.length;
            while (end > 0 && bytes[end - 1] != '\n') {
                end--;
            }
            logRead += end;
            // At line feeds only: other separators do not belong into a line either.
            return end == 0
                    ? List.of()
                    : List.of(new String(bytes, 0, end - 1, StandardCharsets.UTF_8).split("\n", -1));
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What the kernel says of its memory and threads, in {@code /proc/<pid>/status}: kB, or a number. */
    long status(String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no " + field));
        }
    }

    int descriptors() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return (int) files.count();
        }
    }

    /** Stops it between two instructions. What that takes is no part of init. */
    void freeze() throws IOException, InterruptedException {
        signal("-STOP");
        frozenAt = System.nanoTime();
    }

    /** Lets it go on. */
    void thaw() throws IOException, InterruptedException {
        frozen = frozen.plusNanos(System.nanoTime() - frozenAt);
        signal("-CONT");
    }

    private void signal(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, "" + process.pid()).start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill " + signal + " failed");
        }
    }

    /** Ends the process in the middle of whatever it does. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                if (init == null) {
                    init = Duration.ofNanos(System.nanoTime() - started);
                    missedInInit = Machine.missed().minus(missedBefore);
                    ready.countDown();
                }
                give(exchange, events.take());
            } else {
                String[] path = exchange.getRequestURI().getPath().split("/");
                byte[] body = exchange.getRequestBody().readAllBytes();
                long at = System.nanoTime();
                exchange.sendResponseHeaders(202, -1);
                posts.add(new Posted(
                        path[path.length - 2],
                        path[path.length - 1],
                        new String(body, StandardCharsets.UTF_8),
                        new ArrayList<>(exchange.getRequestHeaders().entrySet()).toString(),
                        body.length,
                        at));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void give(HttpExchange exchange, Event event) throws IOException {
        Map<String, String> headers = new java.util.LinkedHashMap<>(Map.of(
                "Content-Type",
                "application/json",
                "Lambda-Runtime-Aws-Request-Id",
                event.requestId,
                "Lambda-Runtime-Deadline-Ms",
                "" + (System.currentTimeMillis() + 30_000),
                "Lambda-Runtime-Trace-Id",
                "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
                "Lambda-Runtime-Invoked-Function-Arn",
                "arn:aws:lambda:us-east-1:123456789012:function:cancel-upload"));
        headers.putAll(event.headers);
        headers.forEach(exchange.getResponseHeaders()::add);
        event.taken.countDown();
        exchange.sendResponseHeaders(200, event.body.length);
        exchange.getResponseBody().write(event.body);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        kill();
        server.stop(0);
        Files.delete(log);
        // The kernel lets go of a group a moment after its last process.
        for (int i = 0; ; i++) {
            try {
                memory.close();
                return;
            } catch (IOException e) {
                if (i == 100) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }
}
