package dev.cancelupload.start;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
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
     * What the process posted: the end of the path ({@code response}, {@code error}, {@code init/error}) and the body.
     */
    public record Post(String kind, String body) {}

    private static final String RUNTIME = "/2018-06-01/runtime/";

    /** An invocation: the event's bytes, and headers beyond those that each one has. */
    private record Invocation(byte[] event, Map<String, String> headers) {}

    private final BlockingQueue<Invocation> invocations = new SynchronousQueue<>();
    private final BlockingQueue<Post> posts = new LinkedBlockingQueue<>();
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

    /** Hands over an event as soon as the process asks for one, and waits for what it posts. */
    public Post invoke(String event) throws InterruptedException {
        return invoke(event.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    /**
     * Hands over an event as soon as the process asks for one, and waits for what it posts.
     *
     * @param headers further ones, such as {@code Lambda-Runtime-Cognito-Identity}
     */
    public Post invoke(byte[] event, Map<String, String> headers) throws InterruptedException {
        offer(event, headers);
        return posted();
    }

    /** Hands over an event as soon as the process asks for one. */
    void offer(byte[] event, Map<String, String> headers) throws InterruptedException {
        if (!invocations.offer(new Invocation(event, headers), 30, TimeUnit.SECONDS)) {
            throw new AssertionError("the process did not ask for an event");
        }
    }

    /** Gives these statuses to what is posted, by its size in bytes; only what gets 202 is {@link #posted}. */
    void answersPosts(IntUnaryOperator status) {
        postStatus = status;
    }

    /** Gives this status to whoever asks for an event. */
    void answersNext(int status) {
        nextStatus = status;
    }

    /** How many times an event was asked for. */
    int asked() {
        return asked.get();
    }

    /** Waits until an event was asked for so many times. */
    void awaitAsked(int times) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (asked.get() < times) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("the process did not ask for an event");
            }
            Thread.sleep(1);
        }
    }

    /** What the process posts next. */
    public Post posted() throws InterruptedException {
        Post post = posts.poll(30, TimeUnit.SECONDS);
        if (post == null) {
            throw new AssertionError("the process posted nothing");
        }
        return post;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("GET")) {
                asked.incrementAndGet();
                if (nextStatus != 200) {
                    exchange.sendResponseHeaders(nextStatus, -1);
                    return;
                }
                Invocation invocation = invocations.take();
                byte[] event = invocation.event();
                invocation.headers().forEach(exchange.getResponseHeaders()::add);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.getResponseHeaders()
                        .add("Lambda-Runtime-Aws-Request-Id", UUID.randomUUID().toString());
                exchange.getResponseHeaders()
                        .add("Lambda-Runtime-Deadline-Ms", "" + (System.currentTimeMillis() + 30_000));
                exchange.getResponseHeaders()
                        .add("Lambda-Runtime-Trace-Id", "Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e");
                exchange.getResponseHeaders()
                        .add(
                                "Lambda-Runtime-Invoked-Function-Arn",
                                "arn:aws:lambda:us-east-1:123456789012:function:cancel-upload");
                exchange.sendResponseHeaders(200, event.length == 0 ? -1 : event.length);
                exchange.getResponseBody().write(event);
            } else {
                String path = exchange.getRequestURI().getPath();
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                int status = postStatus.applyAsInt(body.length());
                exchange.sendResponseHeaders(status, -1);
                if (status == 202) {
                    posts.add(new Post(
                            path.endsWith("init/error") ? "init/error" : path.substring(path.lastIndexOf('/') + 1),
                            body));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
