package dev.cancelupload.start;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * The Lambda Runtime API on loopback, for a process that is run as Lambda runs it.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
public final class RuntimeApi implements AutoCloseable {

    /**
     * A message that the process posted.
     *
     * @param kind the end of the path: {@code response}, {@code error} or {@code init/error}
     * @param requestId of the invocation; empty for an init error
     * @param headers as they were posted
     * @param at {@link System#nanoTime()} at which it was complete
     */
    public record Post(String kind, String body, String requestId, String headers, long at) {
        Post withBody(String other) {
            return new Post(kind, other, requestId, headers, at);
        }
    }

    /** An event to send. */
    public static final class Invocation {
        private final byte[] event;
        private final Map<String, String> headers;
        private final String requestId = UUID.randomUUID().toString();
        private volatile long handedOver;

        /** @param headers additional ones, such as {@code Lambda-Runtime-Cognito-Identity} */
        public Invocation(byte[] event, Map<String, String> headers) {
            this.event = event;
            this.headers = headers;
        }

        public String requestId() {
            return requestId;
        }

        /** {@link System#nanoTime()} at which the process got it. */
        public long handedOver() {
            return handedOver;
        }
    }

    private static final String RUNTIME = "/2018-06-01/runtime/";

    private final BlockingQueue<Invocation> invocations = new SynchronousQueue<>();
    private final BlockingQueue<Post> posts = new LinkedBlockingQueue<>();
    private final CompletableFuture<Long> firstAsked = new CompletableFuture<>();
    private final HttpServer server;

    private volatile IntUnaryOperator postStatus = size -> 202;
    private volatile int nextStatus = 200;
    private final AtomicInteger asked = new AtomicInteger();

    public RuntimeApi() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "runtime-api");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext(RUNTIME, this::handle);
        server.start();
    }

    /** The value of {@code AWS_LAMBDA_RUNTIME_API}. */
    public String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** Sends an event when the process requests one, and waits for the result. */
    public Post invoke(String event) throws InterruptedException {
        return invoke(event.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /**
     * Sends an event when the process requests one, and waits for the result.
     *
     * @param headers further ones, such as {@code Lambda-Runtime-Cognito-Identity}
     */
    public Post invoke(byte[] event, Map<String, String> headers) throws InterruptedException {
        offer(event, headers);
        return posted();
    }

    /** Sends an event when the process requests one. */
    void offer(byte[] event, Map<String, String> headers) throws InterruptedException {
        if (!offer(new Invocation(event, headers), Duration.ofSeconds(30))) {
            throw new AssertionError("the process did not ask for an event");
        }
    }

    /** Sends an event when the process requests one; false if it does not within the time. */
    public boolean offer(Invocation invocation, Duration patience) throws InterruptedException {
        return invocations.offer(invocation, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Responds to posts with these statuses by size in bytes; only those with 202 are {@link #posted}. */
    void answersPosts(IntUnaryOperator status) {
        postStatus = status;
    }

    /** Responds to requests for an event with this status. */
    void answersNext(int status) {
        nextStatus = status;
    }

    /** The number of requests for an event. */
    int asked() {
        return asked.get();
    }

    /** Waits for this number of requests for an event. */
    void awaitAsked(int times) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (asked.get() < times) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("the process did not ask for an event");
            }
            Thread.sleep(1);
        }
    }

    /** The next message that the process posts. */
    public Post posted() throws InterruptedException {
        return posted(Duration.ofSeconds(30)).orElseThrow(() -> new AssertionError("the process posted nothing"));
    }

    /** The next message that the process posts; empty if there is none within the time. */
    public Optional<Post> posted(Duration patience) throws InterruptedException {
        return Optional.ofNullable(posts.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** {@link System#nanoTime()} of the first request for an event, which is the end of init. */
    public CompletableFuture<Long> firstAsked() {
        return firstAsked;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                firstAsked.complete(System.nanoTime());
                asked.incrementAndGet();
                if (nextStatus != 200) {
                    exchange.sendResponseHeaders(nextStatus, -1);
                    return;
                }
                handOver(exchange, invocations.take());
            } else {
                take(exchange);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void handOver(HttpExchange exchange, Invocation invocation) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>(Map.of(
                "Content-Type", "application/json",
                "Lambda-Runtime-Aws-Request-Id", invocation.requestId,
                "Lambda-Runtime-Deadline-Ms", "" + (System.currentTimeMillis() + 30_000),
                "Lambda-Runtime-Trace-Id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
                "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:cancel-upload"));
        headers.putAll(invocation.headers);
        headers.forEach(exchange.getResponseHeaders()::add);
        byte[] event = invocation.event;
        invocation.handedOver = System.nanoTime();
        exchange.sendResponseHeaders(200, event.length == 0 ? -1 : event.length);
        exchange.getResponseBody().write(event);
    }

    private void take(HttpExchange exchange) throws IOException {
        String[] path =
                exchange.getRequestURI().getPath().substring(RUNTIME.length()).split("/");
        byte[] body = exchange.getRequestBody().readAllBytes();
        long at = System.nanoTime();
        int status = postStatus.applyAsInt(body.length);
        exchange.sendResponseHeaders(status, -1);
        if (status == 202) {
            boolean ofInit = path[0].equals("init");
            posts.add(new Post(
                    ofInit ? "init/error" : path[path.length - 1],
                    new String(body, StandardCharsets.UTF_8),
                    ofInit ? "" : path[1],
                    new ArrayList<>(exchange.getRequestHeaders().entrySet()).toString(),
                    at));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
