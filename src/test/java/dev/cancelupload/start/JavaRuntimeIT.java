package dev.cancelupload.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.upstream.OpenAI;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The differences between the JVM package on Lambda's Java runtime and the executable. */
@EnabledIfSystemProperty(named = "function.package", matches = "jvm")
class JavaRuntimeIT {

    @TempDir
    Path folder;

    private RuntimeApi lambda;
    private Process process;

    @BeforeEach
    void listen() throws IOException {
        lambda = new RuntimeApi();
    }

    @AfterEach
    void stop() {
        process.destroyForcibly();
        lambda.close();
    }

    private void start(Map<String, String> variables) throws IOException {
        Map<String, String> environment = new HashMap<>(JavaRuntime.environment());
        environment.put("AWS_LAMBDA_RUNTIME_API", lambda.address());
        environment.put("OPENAI_API_KEY", OpenAI.KEY);
        environment.putAll(variables);
        ProcessBuilder builder = JavaRuntime.process()
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        process = builder.start();
    }

    /** The complete lines of the log. */
    private List<JsonNode> log() throws IOException {
        String text = Files.readString(folder.resolve("log"));
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .map(line -> Json.parse(line).orElseThrow(() -> new AssertionError("not JSON: " + line)))
                .toList();
    }

    @Test
    void anErrorHasTheTypeOfFunqysWrapperAndTheDocumentedOneInItsMessage() throws Exception {
        start(Map.of());
        RuntimeApi.Post post = lambda.invoke("\"no/id\"");
        JsonNode error = Json.parse(post.body()).orElseThrow();
        assertEquals(
                "io.quarkus.funqy.runtime.ApplicationException",
                error.get("errorType").textValue());
        assertTrue(error.get("errorMessage").textValue().startsWith("{\"errorType\":\"InvalidUploadId\","), post::body);
        assertTrue(error.get("stackTrace").isArray(), post::body);
        assertEquals(
                "InvalidUploadId",
                Json.parse(JavaRuntime.unwrapped(post).body())
                        .orElseThrow()
                        .get("errorType")
                        .textValue());
    }

    @Test
    void aFailedInvocationLeavesAnotherLineOfTheRuntimesAndNoRequestId() throws Exception {
        start(Map.of());
        lambda.invoke("\"no/id\"");
        // The runtime writes its line after it has posted the error, and before it requests the next event.
        lambda.invoke("\"no/id\"");
        List<JsonNode> lines = log();
        assertEquals("InvalidUploadId", lines.get(0).get("outcome").textValue());
        assertTrue(lines.get(0).path("awsRequestId").isMissingNode(), lines::toString);
        assertTrue(lines.get(1).get("message").textValue().contains("ApplicationException"), lines::toString);
    }

    @Test
    void anEventThatIsNoJsonIsRefusedAsByTheExecutable() throws Exception {
        start(Map.of());
        RuntimeApi.Post post = JavaRuntime.unwrapped(lambda.invoke("no JSON"));
        assertEquals(
                "InvalidEvent",
                Json.parse(post.body()).orElseThrow().get("errorType").textValue());
    }

    @Test
    void aWrongVariableFailsInitAndOnlyTheLogSaysWhich() throws Exception {
        start(Map.of("OPENAI_MAX_RETRIES", "many"));
        RuntimeApi.Post post = lambda.posted();
        assertEquals("init/error", post.kind());
        assertEquals(
                "Quarkus manual initialization failed",
                Json.parse(post.body()).orElseThrow().get("errorMessage").textValue());
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "the process goes on");
        assertTrue(log().toString().contains("OPENAI_MAX_RETRIES is \\\"many\\\""), "the log does not say");
    }
}
