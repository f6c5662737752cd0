package dev.cancelupload.runtime;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * The Lambda Runtime API on loopback, for a process that is run as Lambda runs it.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
public final class RuntimeApi implements AutoCloseable {

    /** What the process posted: the end of the path ({@code response}, {@code error}, {@code init/error}) and the body. */
    public record Post(String kind, String body) {}

    private static final String RUNTIME = "/2018-06-01/runtime/";

    private final BlockingQueue<String> events = new SynchronousQueue<>();
    private final BlockingQueue<Post> posts = new LinkedBlockingQueue<>();
    private final HttpServer server;

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
        if (!events.offer(event, 30, TimeUnit.SECONDS)) {
            throw new AssertionError("the process did not ask for an event");
        }
        return posted();
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
                byte[] event = events.take().getBytes(StandardCharsets.UTF_8);
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
                exchange.sendResponseHeaders(200, event.length);
                exchange.getResponseBody().write(event);
            } else {
                String path = exchange.getRequestURI().getPath();
                String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(202, -1);
                posts.add(new Post(
                        path.endsWith("init/error") ? "init/error" : path.substring(path.lastIndexOf('/') + 1), body));
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
