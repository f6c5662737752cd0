package dev.cancelupload.adversary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.adversary.Target.Servers;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.upstream.Answer;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.Upstream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An upstream that repeats the key in every encoding and every part of a response. */
@Tag("reliability")
class KeyComesOutInNoFormIT {

    @TempDir
    static Path folder;

    private static Servers servers;

    /** One process for each export and key. */
    private static final Map<String, Target> TARGETS = new LinkedHashMap<>();

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

    private static Target target(Export export, String key) throws Exception {
        Target target = TARGETS.get(export + key);
        if (target == null || !target.sandbox.isAlive()) {
            target = new Target(
                    export,
                    servers,
                    connection -> Layer.PLAIN,
                    key,
                    Target.AMPLE,
                    // Text that no message quotes is not logged either, so retries would test nothing more.
                    Map.of("OPENAI_MAX_RETRIES", "0"));
            TARGETS.put(export + key, target);
        }
        return target;
    }

    static Stream<Arguments> forms() {
        return Arrays.stream(Export.values())
                .flatMap(export -> Arrays.stream(KeyForm.values()).map(form -> Arguments.of(export, form)));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theKeyComesOutInNoForm(Export export, KeyForm form) throws Exception {
        List<String> violations = new ArrayList<>();
        int answers = 0;
        for (String key : List.of(Target.OPENAI_KEY, Target.GATEWAY_KEY)) {
            for (Moves.Place place : Moves.Place.values()) {
                for (int status : new int[] {400, 404, 500}) {
                    if (place.isALine() && !form.fitsALine() || place == Moves.Place.UPLOAD && status != 400) {
                        continue;
                    }
                    answers++;
                    try {
                        target(export, key)
                                .check(new Move(
                                        Move.Kind.LEAK,
                                        "the key " + form + " in " + place + " of " + status,
                                        1,
                                        place == Moves.Place.UPLOAD ? Expectation.EITHER : Expectation.FAILED,
                                        (exchange, random) -> {
                                            exchange.peer()
                                                    .send(Moves.leak(exchange, form, place, status, random)
                                                            .bytes());
                                            return true;
                                        }));
                    } catch (AssertionError e) {
                        violations.add(e.getMessage());
                    }
                }
            }
        }
        if (!violations.isEmpty()) {
            throw new AssertionError(
                    violations.size() + " of " + answers + " answers:\n" + String.join("\n", violations));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "null", "upload", "cancelled", "object"})
    void aKeyThatIsTooShortToBeOneSpoilsNoAnswer(String key) throws Exception {
        try (Upstream upstream = new Upstream();
                Sandbox sandbox = new Sandbox(
                        Export.CANCEL_UPLOAD,
                        Target.AMPLE,
                        Map.of("OPENAI_API_KEY", key, "OPENAI_BASE_URL", upstream.baseUrl()))) {
            JsonNode expected = Json.parse(Answer.uploadJson("upload_advshort", "n1n", "cancelled"))
                    .orElseThrow();
            assertEquals(
                    expected,
                    Json.parse(sandbox.invoke("\"upload_advshort\"").body()).orElseThrow());
        }
    }
}
