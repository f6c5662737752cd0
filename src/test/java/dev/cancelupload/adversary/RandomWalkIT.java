package dev.cancelupload.adversary;

import dev.cancelupload.config.Export;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Thousands of invocations between a hostile upstream and hostile senders, with the memory of the smallest function.
 */
@Tag("reliability")
class RandomWalkIT {

    private static final long SEED = Long.getLong("reliability.seed", 6);

    /** Per export over TLS; half as many over plain HTTP. */
    private static final int STEPS = Integer.getInteger("reliability.steps", 1200);

    private static final Set<Move.Kind> KINDS = kinds();

    @TempDir
    static Path folder;

    /** Three at a time, since they mostly wait. */
    private static final ExecutorService THREADS = Executors.newFixedThreadPool(3);

    private static final Map<String, Future<String>> WALKS = new LinkedHashMap<>();

    private static Set<Move.Kind> kinds() {
        String names = System.getProperty("reliability.moves");
        return names == null
                ? EnumSet.allOf(Move.Kind.class)
                : Arrays.stream(names.split(",")).map(Move.Kind::valueOf).collect(Collectors.toSet());
    }

    @BeforeAll
    static void begin() throws Exception {
        System.out.println("-Dreliability.seed=" + SEED);
        Target.Servers servers = Target.Servers.in(folder);
        for (boolean tls : new boolean[] {true, false}) {
            for (Export export : Export.values()) {
                WALKS.put(export + " " + tls, THREADS.submit(() -> new RandomWalk(export, tls, SEED, KINDS)
                        .play(tls ? STEPS : STEPS / 2, servers)));
            }
        }
    }

    @AfterAll
    static void end() {
        THREADS.shutdownNow();
    }

    @ParameterizedTest
    @CsvSource({
        "CANCEL_UPLOAD, true",
        "CANCEL_UPLOAD_HTTP, true",
        "CLEAN_UP_UPLOADS, true",
        "CANCEL_UPLOAD, false",
        "CANCEL_UPLOAD_HTTP, false",
        "CLEAN_UP_UPLOADS, false"
    })
    void whateverBothSidesDoTheInvariantsHold(Export export, boolean tls) throws Exception {
        try {
            System.out.println(WALKS.get(export + " " + tls).get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError violated) {
                throw violated;
            }
            throw e;
        }
    }
}
