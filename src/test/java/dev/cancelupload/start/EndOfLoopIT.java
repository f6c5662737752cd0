package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.json.Json;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Openings;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever ends the loop that asks Lambda for events ends the process, so that Lambda starts another one. */
class EndOfLoopIT {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("OPENAI_API_KEY", OpenAI.KEY, "OPENAI_BASE_URL", "http://127.0.0.1:1/v1", "OPENAI_MAX_RETRIES", "0");

    private Bootstrap bootstrap;

    @AfterEach
    void cleanUp() throws IOException {
        if (bootstrap != null) {
            bootstrap.close();
        }
    }

    private void assertExits(String lastLine) throws Exception {
        assertEquals(1, bootstrap.exit());
        List<String> lines = bootstrap.log().lines().toList();
        lines.forEach(line -> assertTrue(Json.parse(line).isPresent(), line));
        String last = lines.get(lines.size() - 1);
        assertEquals("ERROR", Json.parse(last).orElseThrow().get("level").textValue());
        assertThat(last, containsString(lastLine));
    }

    /** As AWS's emulator does with a response that is too large, and with the report of that. */
    @Test
    void aRuntimeApiThatRefusesTheResultAndTheError() throws Exception {
        bootstrap = new Bootstrap(ENVIRONMENT);
        assertEquals("error", bootstrap.invoke("\"upload_1\"").kind());
        bootstrap.lambda().answersPosts(size -> 413);
        bootstrap.lambda().offer("\"upload_1\"".getBytes(StandardCharsets.UTF_8), Map.of());
        assertExits("The loop that asks Lambda for events has ended.");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 403, 404, 204})
    void aRuntimeApiThatRefusesTheNextEvent(int status) throws Exception {
        bootstrap = new Bootstrap(ENVIRONMENT);
        bootstrap.invoke("\"upload_1\"");
        // That request gets an event still, and the one after it this status.
        bootstrap.lambda().awaitAsked(2);
        bootstrap.lambda().answersNext(status);
        bootstrap.invoke("\"upload_1\"");
        assertExits("answered \\\"HTTP/1.1 " + status);
        assertThat(bootstrap.lambda().asked(), lessThan(5));
    }

    @Test
    void aRuntimeApiThatIsGone() throws Exception {
        bootstrap = new Bootstrap(ENVIRONMENT);
        bootstrap.invoke("\"upload_1\"");
        bootstrap.lambda().close();
        assertExits("The loop that asks Lambda for events has ended.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}"
            })
    void aRuntimeApiThatTalksGarbage(String answer) throws Exception {
        try (Upstream api = new Upstream().opensAll(Openings.answer(answer))) {
            bootstrap = Bootstrap.withoutRuntimeApi(
                    Map.of("OPENAI_API_KEY", OpenAI.KEY, "AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + api.port()));
            assertEquals(1, bootstrap.exit());
            List<String> lines = bootstrap.log().lines().toList();
            lines.forEach(line -> assertTrue(Json.parse(line).isPresent(), line));
            // A start that the loop's end overtakes has Quarkus's line alone.
            assertThat(
                    bootstrap.log(),
                    anyOf(containsString("so that Lambda replaces it"), containsString("Error running lambda")));
        }
    }
}
