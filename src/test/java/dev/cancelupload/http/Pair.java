package dev.cancelupload.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import dev.cancelupload.tls.Tls.Trust;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;

/** A transport, and its server, which does what a test's own thread makes its last connection do. */
final class Pair implements AutoCloseable {

    static final Duration LONG = Duration.ofSeconds(20);

    private static final SSLContext CERTIFICATE;
    private static final Tls TLS;

    static {
        try {
            Certificates certificates = new Certificates(Files.createTempDirectory(Path.of("target"), "pair"));
            CERTIFICATE = certificates.context("localhost", "localhost");
            TLS = Tls.create(Trust.only(Optional.of(certificates.root())), Optional.empty());
        } catch (Exception e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final AtomicLong timeOfDay = new AtomicLong(1_700_000_000_000L);
    final HttpTransport transport = new HttpTransport(Optional.empty(), TLS, timeOfDay::get);
    private final Upstream server;
    private final String origin;
    /** The server's end of the last connection; null before the first. */
    Peer peer;

    Pair(Layer layer) throws IOException {
        server = new Upstream(layer, CERTIFICATE).passingOn();
        origin = (layer.isTls() ? "https" : "http") + "://localhost:" + server.port();
    }

    HttpRequest request(String path) {
        return post(origin + "/" + path);
    }

    static HttpRequest post(String url) {
        return new HttpRequest("POST", URI.create(url), Map.of(), new byte[0]);
    }

    /** Opens a connection, as init does. */
    void connectAhead() throws InterruptedException {
        transport.connectAhead(URI.create(origin), Budget.of(LONG));
        peer = server.next();
    }

    /** Makes a call on a thread of its own. */
    static FutureTask<HttpResponse> start(Callable<HttpResponse> work) {
        FutureTask<HttpResponse> call = new FutureTask<>(work);
        new Thread(call, "client").start();
        return call;
    }

    FutureTask<HttpResponse> ask(String id, Duration time) {
        return start(() -> transport.send(request(id), Budget.of(time)));
    }

    FutureTask<HttpResponse> ask(String id) {
        return ask(id, LONG);
    }

    void expectOnNewConnection(String id) throws InterruptedException {
        peer = server.next();
        expect(id);
    }

    void expect(String id) {
        assertEquals("POST /" + id + " HTTP/1.1", peer.request());
    }

    /** Sends one TLS record. */
    void send(String text) throws IOException {
        peer.send(peer.record(text));
    }

    static String answer(String body) {
        return "HTTP/1.1 200 OK\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
    }

    /** A request that is answered, on a connection that is new or, if there is one, the last. */
    void exchange(String id) throws Exception {
        FutureTask<HttpResponse> call = ask(id);
        if (peer == null) {
            peer = server.next();
        }
        expect(id);
        send(answer(id));
        assertEquals(id, body(call));
    }

    /** A request that is answered on a new connection, since the last one is closed without a request. */
    void exchangeOnNewConnection(String id) throws Exception {
        FutureTask<HttpResponse> call = ask(id);
        assertNull(peer.request());
        expectOnNewConnection(id);
        send(answer(id));
        assertEquals(id, body(call));
    }

    static String body(FutureTask<HttpResponse> call) throws Exception {
        return new String(call.get(20, TimeUnit.SECONDS).body(), StandardCharsets.ISO_8859_1);
    }

    static TransportException failure(FutureTask<HttpResponse> call) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> call.get(20, TimeUnit.SECONDS));
        return (TransportException) e.getCause();
    }

    @Override
    public void close() throws IOException {
        transport.closeIdle();
        server.close();
    }
}
