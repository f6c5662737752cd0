package dev.cancelupload.adversary;

import dev.cancelupload.adversary.Target.Servers;
import dev.cancelupload.config.Export;
import dev.cancelupload.upstream.Answer;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/**
 * Invokes one process many times, with a hostile upstream that chooses its moves by a seed and also disturbs idle
 * connections. Checks the invariants after each invocation.
 */
final class RandomWalk {

    private static final Duration BUDGET = Duration.ofSeconds(8);
    private static final int REMEMBERED = 12;

    /** The kinds of the moves between requests; see {@link #disturb}. */
    private static final List<Move.Kind> BETWEEN = List.of(
            Move.Kind.SURPLUS,
            Move.Kind.KEY_UPDATES,
            Move.Kind.FAULT,
            Move.Kind.SURPLUS,
            Move.Kind.SURPLUS,
            Move.Kind.FAULT,
            Move.Kind.FAULT,
            Move.Kind.FAULT,
            Move.Kind.FAULT,
            Move.Kind.KEY_UPDATES,
            Move.Kind.KEY_UPDATES,
            Move.Kind.SURPLUS);

    /** Memory that the collector may not have released yet. */
    private static final int MOST_GROWTH_MB = 24;

    private final Export export;
    private final boolean tls;
    private final long seed;
    private final Random random;
    private final Senders senders;
    private final boolean hostileEvents;
    private final Map<Move.Kind, List<Move>> moves = new EnumMap<>(Move.Kind.class);
    private final Map<Move.Kind, Integer> played = new EnumMap<>(Move.Kind.class);
    private final Deque<String> last = new ArrayDeque<>();
    private final List<Long> resident = new ArrayList<>();
    private int uploads;
    private int surprises;

    /**
     * @param tls whether the upstream uses TLS, 1.2 or 1.3 for each connection
     * @param seed of all choices
     * @param kinds of moves to play; {@link Move.Kind#HONEST} is always among them
     */
    RandomWalk(Export export, boolean tls, long seed, Set<Move.Kind> kinds) {
        this.export = export;
        this.tls = tls;
        this.seed = seed;
        this.random = new Random(seed * 31 + export.ordinal() * 2L + (tls ? 1 : 0));
        this.senders = new Senders(random, kinds.contains(Move.Kind.EVENTS));
        this.hostileEvents = kinds.contains(Move.Kind.EVENTS);
        for (Move move : Moves.all()) {
            if (move.kind() == Move.Kind.HONEST || kinds.contains(move.kind())) {
                List<Move> weighted = moves.computeIfAbsent(move.kind(), kind -> new ArrayList<>());
                weighted.addAll(Collections.nCopies(move.weight(), move));
            }
        }
    }

    /**
     * Plays it.
     *
     * @param servers the upstream's certificate
     * @return a summary
     * @throws AssertionError with the seed and the last invocations if an invariant was violated
     */
    String play(int invocations, Servers servers) throws Exception {
        Random connections = new Random(seed);
        long start = System.nanoTime();
        IntFunction<Layer> layers =
                number -> tls ? connections.nextInt(3) == 0 ? Layer.TLS_1_2 : Layer.TLS_1_3 : Layer.PLAIN;
        try (Target target = new Target(export, servers, layers, key(), BUDGET, Map.of("OPENAI_TIMEOUT", "2s"))) {
            Upstream upstream = target.upstream;
            Invariants invariants = target.invariants;
            int number = 0;
            try {
                invariants.checkInit();
                for (number = 1; number <= invocations; number++) {
                    step(upstream, invariants);
                    if (number % 50 == 0) {
                        resident.add(target.sandbox.status("VmRSS") / 1024);
                    }
                }
                checkMemory();
            } catch (AssertionError | IOException e) {
                throw new AssertionError(
                        "-Dreliability.seed=" + seed + ", " + this + ", invocation " + number + ": " + e.getMessage()
                                + "\nThe last invocations:\n" + String.join("\n", last),
                        e);
            }
            return "%s: %d invocations, %d uploads %s, %d connections, %d between requests; %d to %d MB resident; %d s"
                    .formatted(
                            this,
                            invocations,
                            uploads,
                            played,
                            upstream.connections(),
                            surprises,
                            Collections.min(resident),
                            Collections.max(resident),
                            Duration.ofNanos(System.nanoTime() - start).toSeconds());
        }
    }

    /** A key like OpenAI's, or one of a gateway with characters that encoders escape. */
    private String key() {
        return random.nextBoolean()
                ? "sk-proj-" + Moves.letters(random, 20) + "_" + Moves.letters(random, 20) + "-"
                        + Moves.letters(random, 20)
                : "gw+" + Moves.letters(random, 12) + "/" + Moves.letters(random, 9) + "+" + Moves.letters(random, 14)
                        + "==";
    }

    private void step(Upstream upstream, Invariants invariants) throws Exception {
        String before = random.nextInt(5) == 0 ? between(upstream) : "";
        Map<String, Move> chosen = new LinkedHashMap<>();
        boolean hostile = hostileEvents && random.nextInt(12) == 0;
        int count =
                hostile ? 0 : export == Export.CANCEL_UPLOAD_HTTP || random.nextInt(6) > 0 ? 1 : 2 + random.nextInt(9);
        for (int i = 0; i < count; i++) {
            chosen.put(id(), move());
        }
        chosen.forEach((id, move) -> upstream.plays(id, move.seeded(random.nextLong())));
        Invocation invocation = hostile ? senders.hostile(export) : event(chosen);
        if (upstream.hasOpenings()) {
            // If the upstream sends first, that may count as the response, but never as another request's.
            invocation = invocation.unsure();
        }
        last.add(before + invocation);
        if (last.size() > REMEMBERED) {
            last.remove();
        }
        invariants.check(invocation);
        uploads += chosen.size();
        chosen.forEach((id, move) -> {
            played.merge(move.kind(), 1, Integer::sum);
            upstream.forget(id);
        });
    }

    private Invocation event(Map<String, Move> chosen) {
        return switch (export) {
            case CANCEL_UPLOAD -> senders.cancel(chosen);
            case CANCEL_UPLOAD_HTTP -> senders.http(chosen);
            case CLEAN_UP_UPLOADS -> senders.cleanUp(chosen);
        };
    }

    private String id() {
        return Invariants.ID_PREFIX + Long.toString(random.nextLong() & Long.MAX_VALUE, 36);
    }

    private Move move() {
        int total = moves.keySet().stream().mapToInt(kind -> kind.share).sum();
        int left = random.nextInt(total);
        for (Map.Entry<Move.Kind, List<Move>> kind : moves.entrySet()) {
            left -= kind.getKey().share;
            if (left < 0) {
                return kind.getValue().get(random.nextInt(kind.getValue().size()));
            }
        }
        throw new AssertionError();
    }

    /** Disturbs the idle connections or the next one between two requests. */
    private String between(Upstream upstream) throws IOException {
        int kind = random.nextInt(12);
        if (!moves.containsKey(BETWEEN.get(kind))) {
            return "";
        }
        surprises++;
        if (kind == 0) {
            upstream.open().forEach(Peer::close);
            upstream.opens(peer -> {
                peer.handshake();
                peer.send(Answer.upload(Moves.STRANGER, "n", "cancelled").bytes());
                return true;
            });
            return "an answer right after the next handshake; ";
        }
        if (kind == 1) {
            upstream.open().forEach(Peer::close);
            upstream.opens(peer -> {
                peer.handshake();
                if (peer.hasKeyUpdates()) {
                    Moves.floodBeside(peer, Duration.ofMillis(300), true);
                }
                return true;
            });
            return "key updates right after the next handshake; ";
        }
        if (kind == 2) {
            upstream.open().forEach(Peer::close);
            upstream.opens(peer -> {
                peer.reset();
                return false;
            });
            return "a reset in place of the next handshake; ";
        }
        long choice = random.nextLong();
        for (Peer peer : upstream.open()) {
            try {
                disturb(peer, kind, new Random(choice));
            } catch (IOException e) {
                // The function has closed it, which is allowed.
            }
        }
        return "disturbance " + kind + " of idle connections; ";
    }

    private static void disturb(Peer peer, int kind, Random random) throws IOException {
        byte[] answer = random.nextBoolean()
                ? Answer.upload(Moves.STRANGER, "n", "cancelled").bytes(Moves.BUFFER)
                : Answer.error(404, Moves.STRANGER, "n").bytes();
        switch (kind) {
            case 3 -> peer.send(answer);
            case 4 -> {
                byte[] record = peer.seal(answer);
                int half = 1 + random.nextInt(record.length - 1);
                peer.raw(java.util.Arrays.copyOf(record, half));
                peer.owes(java.util.Arrays.copyOfRange(record, half, record.length));
            }
            case 5 -> peer.closeNotify();
            case 6 -> peer.close();
            case 7 -> peer.reset();
            case 8 -> peer.raw(new byte[] {(byte) random.nextInt(256)});
            case 9 -> {
                if (peer.hasKeyUpdates()) {
                    peer.sendKeyUpdates(1 + random.nextInt(5));
                }
            }
            case 10 -> {
                if (peer.hasKeyUpdates()) {
                    Moves.floodBeside(peer, Duration.ofSeconds(8), true);
                }
            }
            default ->
                peer.send("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n"
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        }
    }

    private void checkMemory() {
        int fifth = resident.size() / 5;
        if (fifth == 0) {
            return;
        }
        long early = median(resident.subList(fifth, 2 * fifth));
        long late = median(resident.subList(resident.size() - fifth, resident.size()));
        if (late > early + MOST_GROWTH_MB) {
            throw new AssertionError("Violated: memory does not grow. MB resident: " + resident);
        }
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().collect(Collectors.toList()).get(values.size() / 2);
    }

    @Override
    public String toString() {
        return export.functionName() + (tls ? " over TLS" : " over plain HTTP");
    }
}
