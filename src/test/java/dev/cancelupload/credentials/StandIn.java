package dev.cancelupload.credentials;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.cancelupload.json.Json;
import dev.cancelupload.tls.Tls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * A service on a real HTTP server: plain, or with TLS. It answers as the service does, after the answers that a test
 * asks for first.
 */
public abstract class StandIn implements AutoCloseable {

    /** What arrived. @param headers by lower-case name */
    public record Request(String path, Map<String, String> headers, String body) {}

    /** A response. @param after the time that it takes; negative to close the connection without one */
    public record Answer(int status, Map<String, String> headers, String body, Duration after) {
        public static Answer json(int status, Object body) {
            return new Answer(status, Map.of("content-type", "application/json"), body.toString(), Duration.ZERO);
        }

        public static Answer html(int status) {
            return new Answer(
                    status, Map.of("content-type", "text/html"), "<html><body>Blocked</body></html>", Duration.ZERO);
        }

        /** The connection is closed without a response. */
        public static Answer none() {
            return new Answer(0, Map.of(), "", Duration.ofMillis(-1));
        }

        public Answer after(Duration time) {
            return new Answer(status, headers, body, time);
        }
    }

    private final HttpServer server;
    private final boolean tls;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Deque<Answer> first = new ArrayDeque<>();
    private volatile Answer always;
    private volatile Duration delay = Duration.ZERO;

    /** @param context for TLS; null for plain HTTP on the loopback address */
    StandIn(SSLContext context) {
        tls = context != null;
        try {
            InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            if (tls) {
                HttpsServer https = HttpsServer.create(address, 200);
                https.setHttpsConfigurator(new HttpsConfigurator(context));
                server = https;
            } else {
                server = HttpServer.create(address, 200);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Its URL, without a path. */
    public String url() {
        return (tls ? "https://localhost:" : "http://127.0.0.1:") + port();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** What arrived, in this order. */
    public List<Request> requests() {
        return requests;
    }

    /** Answers the next requests so, each of them once; then as before. */
    public void answersFirst(Answer... answers) {
        synchronized (first) {
            first.addAll(List.of(answers));
        }
    }

    /** Answers all requests so from now on; null for what the service itself answers. */
    public void answersAlways(Answer answer) {
        always = answer;
    }

    /** Takes so long for each answer. */
    public void takes(Duration time) {
        delay = time;
    }

    /** What the service answers. */
    abstract Answer answer(Request request) throws Exception;

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = exchange.getRequestHeaders().entrySet().stream()
                    .collect(Collectors.toMap(
                            h -> h.getKey().toLowerCase(Locale.ROOT), h -> String.join(",", h.getValue())));
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Request request = new Request(exchange.getRequestURI().getPath(), headers, body);
            requests.add(request);
            Answer answer = next(request);
            Thread.sleep(Math.max(0, answer.after.toMillis()) + delay.toMillis());
            if (!answer.after.isNegative()) {
                answer.headers.forEach(
                        (name, value) -> exchange.getResponseHeaders().add(name, value));
                byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(answer.status, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer next(Request request) {
        synchronized (first) {
            if (!first.isEmpty()) {
                return first.poll();
            }
        }
        try {
            return always != null ? always : answer(request);
        } catch (Exception e) {
            return Answer.json(500, Json.object().put("defect", e.toString()));
        }
    }

    /** TLS for its clients. @param anchors PEM file of further certificates to trust */
    static Tls tls(Optional<Path> anchors) {
        try {
            return Tls.create(Tls.Trust.also(anchors), Optional.empty());
        } catch (Tls.UnusableFileException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
