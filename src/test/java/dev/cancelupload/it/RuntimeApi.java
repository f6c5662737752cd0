package dev.cancelupload.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * The Lambda Runtime API on loopback.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
public final class RuntimeApi implements AutoCloseable {

    static {
        // Read when HttpServer is loaded. Without it each invocation takes 40 ms longer, for a delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    static final String ARN = "arn:aws:lambda:us-east-1:123456789012:function:cancel-upload";

    private static final String RUNTIME = "/2018-06-01/runtime/";

    private record Event(String requestId, byte[] body, Duration untilDeadline) {}

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    private final Map<String, Long> handedOver = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch initialized = new CountDownLatch(1);
    private final HttpServer server;
    private volatile IntUnaryOperator statusOfReplies = size -> 202;
    private volatile int statusOfNext = 200;
    private volatile long firstAsked;

    public RuntimeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /** Gives the process an event when it asks for one. */
    public void offer(byte[] event, Duration untilDeadline) {
        events.add(new Event(UUID.randomUUID().toString(), event, untilDeadline));
    }

    /** The next message that the process posts; empty if there is none within the time. */
    public Optional<Reply> reply(Duration patience) throws InterruptedException {
        return Optional.ofNullable(replies.poll(patience.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Waits for the end of init. Returns {@link System#nanoTime()} of it. */
    public long awaitInitialized() throws InterruptedException {
        if (!initialized.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the process did not ask for an event");
        }
        return firstAsked;
    }

    /** Waits until the process has asked so many times for an event. */
    public void awaitAsked(int times) throws InterruptedException {
        OpenAiStandIn.await("the process did not ask for an event", () -> asked.get() >= times);
    }

    /** From now on answers results and errors with these statuses by size. Only those with 202 are a {@link Reply}. */
    public void answersReplies(IntUnaryOperator status) {
        statusOfReplies = status;
    }

    /** From now on answers the question for an event with this status. */
    public void answersNext(int status) {
        statusOfNext = status;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                if (asked.getAndIncrement() == 0) {
                    firstAsked = System.nanoTime();
                    initialized.countDown();
                }
                if (statusOfNext == 200) {
                    handOver(exchange, events.take());
                } else {
                    exchange.sendResponseHeaders(statusOfNext, -1);
                }
            } else {
                take(exchange);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void handOver(HttpExchange exchange, Event event) throws IOException {
        Map.of(
                        "Content-Type",
                        "application/json",
                        "Lambda-Runtime-Aws-Request-Id",
                        event.requestId,
                        "Lambda-Runtime-Deadline-Ms",
                        "" + (System.currentTimeMillis() + event.untilDeadline.toMillis()),
                        "Lambda-Runtime-Trace-Id",
                        "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e",
                        "Lambda-Runtime-Invoked-Function-Arn",
                        ARN)
                .forEach(exchange.getResponseHeaders()::add);
        handedOver.put(event.requestId, System.nanoTime());
        exchange.sendResponseHeaders(200, event.body.length == 0 ? -1 : event.body.length);
        exchange.getResponseBody().write(event.body);
    }

    private void take(HttpExchange exchange) throws IOException {
        String[] path =
                exchange.getRequestURI().getPath().substring(RUNTIME.length()).split("/");
        byte[] body = exchange.getRequestBody().readAllBytes();
        long at = System.nanoTime();
        int status = statusOfReplies.applyAsInt(body.length);
        exchange.sendResponseHeaders(status, -1);
        if (status == 202) {
            boolean ofInit = path[0].equals("init");
            Long from = ofInit ? null : handedOver.remove(path[1]);
            replies.add(new Reply(
                    ofInit ? "init/error" : path[path.length - 1],
                    new String(body, StandardCharsets.UTF_8),
                    ofInit ? "" : path[1],
                    at,
                    Duration.ofNanos(from == null ? 0 : at - from)));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
