package dev.cancelupload.adversary;

import dev.cancelupload.config.Export;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import javax.net.ssl.SSLContext;

/** A deployment under attack: the packaged function in a sandbox, with a hostile upstream. */
final class Target implements AutoCloseable {

    /** A certificate and its authority, created once. */
    record Servers(SSLContext certificate, String anchors) {
        static Servers in(Path folder) throws Exception {
            Certificates certificates = new Certificates(folder);
            return new Servers(
                    certificates.context("server", "localhost"),
                    certificates.root().toString());
        }
    }

    /** A key like OpenAI's. */
    static final String OPENAI_KEY = "sk-proj-x7Vq0_Zr3TtW-9mKdLb2PfEhYcNsUaJi8RgOe5Q4wB1";

    /** A key of a gateway, with characters that encoders escape. */
    static final String GATEWAY_KEY = "gw+Abc9/Def0Ghi+Jkl8Mno/Pqr7StuVwx6Yz==";

    final Export export;
    final Upstream upstream;
    final Sandbox sandbox;
    final Invariants invariants;
    private final long seed;
    private int number;

    /**
     * @param layers of each connection, the first being 1
     * @param key the API key
     * @param budget the value of {@code CANCEL_BUDGET}
     * @param variables of the environment, besides those
     */
    Target(
            Export export,
            Servers servers,
            IntFunction<Layer> layers,
            String key,
            Duration budget,
            Map<String, String> variables,
            Upstream.Opening... openings)
            throws IOException {
        this.export = export;
        this.seed = 6;
        upstream = new Upstream(layers, servers.certificate(), 0);
        upstream.opens(openings);
        Map<String, String> environment = new HashMap<>(Map.of(
                "OPENAI_API_KEY",
                key,
                "OPENAI_BASE_URL",
                upstream.baseUrl(),
                "SSL_CERT_FILE",
                servers.anchors(),
                "OPENAI_TIMEOUT",
                "1s",
                "CANCEL_BUDGET",
                budget.toMillis() + "ms"));
        environment.putAll(variables);
        sandbox = new Sandbox(export, budget, environment);
        int connections = Integer.parseInt(variables.getOrDefault("CLEAN_UP_CONCURRENCY", "8"));
        invariants = new Invariants(upstream, sandbox, key, budget, connections);
    }

    /** For moves that never stall, so that time does not matter on a busy machine. */
    static final Duration AMPLE = Duration.ofSeconds(30);

    /** With a budget that no test exhausts. */
    Target(Export export, Servers servers, Layer layer, Map<String, String> variables) throws IOException {
        this(export, servers, connection -> layer, OPENAI_KEY, AMPLE, variables);
    }

    /** A new upload's id. */
    String id() {
        return Invariants.ID_PREFIX + export.ordinal() + "x" + ++number;
    }

    /** An upload for each move, cancelled in one invocation, and the invariants checked. */
    Sandbox.Post check(Move... moves) throws IOException, InterruptedException {
        Map<String, Move> uploads = new LinkedHashMap<>();
        for (Move move : moves) {
            String id = id();
            uploads.put(id, move);
            upstream.plays(id, move.seeded(seed + number));
        }
        return check(invocation(uploads));
    }

    Sandbox.Post check(Invocation invocation) throws IOException, InterruptedException {
        try {
            return invariants.check(invocation);
        } catch (AssertionError e) {
            throw new AssertionError(export.functionName() + ", " + invocation + ": " + e.getMessage(), e);
        }
    }

    /** A caller that must be served correctly. */
    Sandbox.Post checkHonest() throws IOException, InterruptedException {
        return check(HONEST);
    }

    static final Move HONEST =
            new Move(Move.Kind.HONEST, "cancelled", 1, Expectation.CANCELLED, (exchange, random) -> exchange.honest());

    private Invocation invocation(Map<String, Move> uploads) {
        Map<String, Expectation> expectations = new LinkedHashMap<>();
        Map<String, String> names = new LinkedHashMap<>();
        uploads.forEach((id, move) -> {
            expectations.put(id, move.expectation());
            names.put(id, move.name());
        });
        String one = uploads.keySet().iterator().next();
        List<String> ids = new ArrayList<>(uploads.keySet());
        return switch (export) {
            case CANCEL_UPLOAD ->
                ids.size() == 1
                        ? new Invocation(
                                "cancel", '"' + one + '"', Map.of(), expectations, names, Invocation.Reply.UPLOAD)
                        : new Invocation(
                                "messages",
                                Senders.records(ids.stream()
                                        .map(id -> Senders.message("m-" + id, id))
                                        .toList()),
                                Map.of(),
                                expectations,
                                names,
                                Invocation.Reply.BATCH);
            case CANCEL_UPLOAD_HTTP ->
                new Invocation(
                        "request", request(one, ""), Map.of(), expectations, names, Invocation.Reply.LOAD_BALANCER);
            case CLEAN_UP_UPLOADS ->
                new Invocation(
                        "clean-up",
                        "[\"" + String.join("\",\"", ids) + "\"]",
                        Map.of(),
                        expectations,
                        names,
                        Invocation.Reply.REPORT);
        };
    }

    /**
     * A load balancer's request.
     *
     * @param more members of the event, each with a comma before it
     */
    static String request(String id, String more) {
        return "{\"requestContext\":{\"elb\":{}},\"httpMethod\":\"POST\",\"path\":\"/v1/uploads/" + id
                + "/cancel\",\"headers\":{}" + more + "}";
    }

    @Override
    public void close() throws IOException {
        sandbox.close();
        upstream.close();
    }
}
