package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.json.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** BootstrapIT tests the executable. */
class InitErrorTest {

    private static final String MESSAGE = "OPENAI_TIMEOUT is \"soon\": it has to be a duration.";

    /** In a separate JVM, since the address of the Runtime API is an environment variable. */
    public static final class Reporter {
        public static void main(String... arguments) {
            InitError.report(new ConfigurationError(MESSAGE));
        }
    }

    @Test
    void lambdaAndTheLogAreToldWhyInitFailed() throws Exception {
        try (RuntimeApi lambda = new RuntimeApi()) {
            ChildJvm.Result result = ChildJvm.run(Reporter.class, Map.of("AWS_LAMBDA_RUNTIME_API", lambda.address()));
            assertEquals(List.of("ConfigurationError: " + MESSAGE), result.lines());
            RuntimeApi.Post post = lambda.posted();
            assertEquals("init/error", post.kind());
            JsonNode error = Json.parse(post.body()).orElseThrow();
            assertEquals("ConfigurationError", error.get("errorType").textValue());
            assertEquals(MESSAGE, error.get("errorMessage").textValue());
        }
    }

    /** Quotes the key that a server repeats. */
    public static final class QuotingReporter {
        public static void main(String... arguments) {
            InitError.report(new ConfigurationError("AWS says \"sk-proj-0123456789abcdefghijklmnop\"."));
        }
    }

    @Test
    void whatLooksLikeAKeyIsMaskedBeforeTheKeyIsKnown() throws Exception {
        try (RuntimeApi lambda = new RuntimeApi()) {
            ChildJvm.Result result =
                    ChildJvm.run(QuotingReporter.class, Map.of("AWS_LAMBDA_RUNTIME_API", lambda.address()));
            assertEquals(List.of("ConfigurationError: AWS says \"***\"."), result.lines());
            JsonNode error = Json.parse(lambda.posted().body()).orElseThrow();
            assertEquals("AWS says \"***\".", error.get("errorMessage").textValue());
        }
    }

    @Test
    void withoutARuntimeApiTheLogIsToldAllTheSame() throws Exception {
        ChildJvm.Result result = ChildJvm.run(Reporter.class, Map.of("AWS_LAMBDA_RUNTIME_API", ""));
        assertEquals(List.of("ConfigurationError: " + MESSAGE), result.lines());
        assertEquals(0, result.status());
    }

    @Test
    void aRuntimeApiThatIsNotThereIsNamed() throws Exception {
        ChildJvm.Result result = ChildJvm.run(Reporter.class, Map.of("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1"));
        assertEquals("ConfigurationError: " + MESSAGE, result.lines().get(0));
        assertThat(result.lines().get(1), containsString("The Runtime API at 127.0.0.1:1 did not accept the error"));
        assertEquals(0, result.status());
    }
}
