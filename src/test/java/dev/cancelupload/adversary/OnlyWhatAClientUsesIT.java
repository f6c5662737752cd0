package dev.cancelupload.adversary;

import dev.cancelupload.adversary.Target.Servers;
import dev.cancelupload.config.Export;
import dev.cancelupload.upstream.Layer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An upstream that attacks browsers, gateways, terminals and readers of logs. */
@Tag("reliability")
class OnlyWhatAClientUsesIT {

    @TempDir
    static Path folder;

    private static Servers servers;
    private static final Map<Export, Target> TARGETS = new LinkedHashMap<>();

    @BeforeAll
    static void certificates() throws Exception {
        servers = Servers.in(folder);
    }

    @AfterAll
    static void end() throws Exception {
        for (Target target : TARGETS.values()) {
            target.close();
        }
    }

    static Stream<Arguments> poison() {
        return Arrays.stream(Export.values()).flatMap(export -> Moves.all().stream()
                .filter(move -> move.kind() == Move.Kind.POISON)
                .map(move -> Arguments.of(export, move)));
    }

    @ParameterizedTest
    @MethodSource("poison")
    void nothingComesThroughButWhatAClientUses(Export export, Move poison) throws Exception {
        Target target = TARGETS.get(export);
        if (target == null || !target.sandbox.isAlive()) {
            target = new Target(export, servers, Layer.PLAIN, Map.of("OPENAI_MAX_RETRIES", "0"));
            TARGETS.put(export, target);
        }
        target.check(poison);
    }
}
