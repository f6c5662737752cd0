package dev.cancelupload.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.start.Bootstrap;
import dev.cancelupload.start.RuntimeApi;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** An export of the packaged function in its own process, with its own mock of OpenAI. */
final class Deployed implements AutoCloseable {

    /**
     * The result of an invocation.
     *
     * @param kind {@code response} or {@code error}
     * @param body as posted
     * @param time from handing over the event to having the answer
     */
    record Reply(String kind, String body, Duration time) {
        JsonNode json() {
            return Json.parse(body).orElseThrow(() -> new AssertionError("not JSON: " + body));
        }

        boolean isError() {
            return kind.equals("error");
        }

        String errorType() {
            return json().path("errorType").asText();
        }
    }

    final Export export;
    final Upstream openai;
    final Bootstrap process;

    /**
     * @param variables of the environment, besides the key, the base URL and the trust anchors
     * @param arguments of the command line
     */
    Deployed(Export export, Upstream openai, Map<String, String> variables, String... arguments) throws IOException {
        this.export = export;
        this.openai = openai;
        Map<String, String> environment = new HashMap<>();
        environment.put("QUARKUS_FUNQY_EXPORT", export.functionName());
        environment.put("OPENAI_API_KEY", OpenAI.KEY);
        environment.put("OPENAI_BASE_URL", openai.baseUrl());
        environment.putAll(variables);
        process = new Bootstrap(environment, arguments);
    }

    /** Invokes the function and checks that the result does not contain the key. */
    Reply invoke(String event) throws InterruptedException {
        long start = System.nanoTime();
        RuntimeApi.Post post = process.invoke(event);
        Reply reply = new Reply(post.kind(), post.body(), Duration.ofNanos(System.nanoTime() - start));
        Secrets.assertAbsent("an answer", reply.body());
        return reply;
    }

    /** Invokes the function with an event of its trigger for this upload. */
    Reply cancel(String id) throws InterruptedException {
        return invoke(event(id));
    }

    String event(String id) {
        return switch (export) {
            case CANCEL_UPLOAD -> '"' + id + '"';
            case CANCEL_UPLOAD_HTTP ->
                """
                {"version":"2.0","rawPath":"/v1/uploads/%s/cancel","headers":{},\
                "requestContext":{"http":{"method":"POST"}}}"""
                        .formatted(id);
            case CLEAN_UP_UPLOADS -> "[\"" + id + "\"]";
        };
    }

    /** Whether the upload was cancelled, in the way of this export. */
    boolean isCancelled(Reply reply, String id) {
        if (reply.isError()) {
            return false;
        }
        JsonNode json = reply.json();
        return switch (export) {
            case CANCEL_UPLOAD -> json.equals(upload(id));
            case CANCEL_UPLOAD_HTTP ->
                json.path("statusCode").intValue() == 200
                        && Json.parse(json.path("body").asText())
                                .filter(upload(id)::equals)
                                .isPresent();
            case CLEAN_UP_UPLOADS ->
                json.path("cancelled").size() == 1
                        && json.path("cancelled").path(0).asText().equals(id);
        };
    }

    private static JsonNode upload(String id) {
        return Json.parse(OpenAI.upload(id, "cancelled")).orElseThrow();
    }

    /** The last log line about this upload. */
    JsonNode logged(String id) throws IOException {
        List<JsonNode> lines = process.log()
                .lines()
                .filter(line -> line.contains('"' + id + '"'))
                .map(line -> Json.parse(line).orElseThrow())
                .filter(line -> line.path("uploadId").asText().equals(id))
                .toList();
        assertTrue(!lines.isEmpty(), () -> "no line about " + id);
        return lines.get(lines.size() - 1);
    }

    /** Checks that it is alive, its log has no bug and no secret, and all requests were correct; then ends it. */
    @Override
    public void close() throws IOException {
        try {
            assertTrue(process.isAlive(), "the process of " + export + " has ended");
            String log = process.log();
            Secrets.assertAbsent("the log", log);
            // On the JVM the last line may be incomplete: the runtime logs an error after it has posted it.
            log.substring(0, log.lastIndexOf('\n') + 1).lines().forEach(line -> {
                assertTrue(Json.parse(line).isPresent(), () -> "not JSON: " + line);
                assertTrue(!line.contains("InternalError") && !line.contains("stackTrace"), line);
            });
            assertEquals(List.of(), openai.wrong());
        } finally {
            process.close();
            openai.close();
        }
    }
}
