package dev.cancelupload.upstream;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.not;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A mock of OpenAI's API: a real HTTP server behind an {@link Upstream} that can misbehave on the wire as no HTTP
 * server does. Each test sets its responses; a test class may add variables of the function by init arguments.
 */
public class OpenAI implements QuarkusTestResourceLifecycleManager {

    /** The key that must appear nowhere but upstream. */
    public static final String KEY = "sk-test-5ecret-K3y-0f-th3-0rganisation";

    private final WireMockServer server = new WireMockServer(
            options().dynamicPort().stubRequestLoggingDisabled(true).containerThreads(40));
    private StubMapping refusal = post(anyUrl()).build();
    private Upstream wire;
    private Map<String, String> variables = Map.of();

    @Override
    public void init(Map<String, String> arguments) {
        variables = arguments;
    }

    @Override
    public Map<String, String> start() {
        server.start();
        try {
            wire = new Upstream().opensAll(Openings.relay(server.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> environment = new HashMap<>();
        environment.put("OPENAI_API_KEY", KEY);
        environment.put("OPENAI_BASE_URL", "http://127.0.0.1:" + wire.port() + "/v1");
        environment.put("OPENAI_TIMEOUT", "700ms");
        environment.put("CANCEL_BUDGET", "4s");
        // Always set, since an integration test inherits the variables of the class before it.
        environment.put("quarkus.funqy.export", "cancelUpload");
        environment.putAll(variables);
        return environment;
    }

    @Override
    public void stop() {
        if (wire != null) {
            try {
                wire.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        server.stop();
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(OpenAI.class));
    }

    /** Resets all responses and requests. An upload without a response is unknown. */
    public void reset() {
        wire.startOver();
        server.resetAll();
        server.stubFor(
                post(anyUrl()).atPriority(10).willReturn(error(404, "No such Upload object: none", "not_found")));
    }

    /** The server in front, which relays connections to the mock unless a test changes that. */
    public Upstream wire() {
        return wire;
    }

    /** The upload is pending and can be cancelled. */
    public void hasPending(String id) {
        answers(id, cancelled(id));
    }

    /** Sets the response to every attempt. */
    public void answers(String id, ResponseDefinitionBuilder answer) {
        server.stubFor(post(urlEqualTo(path(id))).willReturn(answer));
    }

    /** Sets the responses to the next attempts; the last one repeats. */
    public void answersInTurn(String id, ResponseDefinitionBuilder... answers) {
        for (int i = 0; i < answers.length; i++) {
            server.stubFor(post(urlEqualTo(path(id)))
                    .inScenario(id)
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "after " + i)
                    .willSetStateTo("after " + Math.min(i + 1, answers.length - 1))
                    .willReturn(answers[i]));
        }
    }

    /** Sets the response for all other uploads. */
    public void answersAnything(ResponseDefinitionBuilder answer) {
        server.stubFor(post(anyUrl()).atPriority(9).willReturn(answer));
    }

    /** From now on refuses all other keys and repeats them in the response. */
    public void acceptsOnly(String key) {
        server.removeStub(refusal);
        refusal = post(anyUrl())
                .atPriority(1)
                .withHeader("Authorization", not(equalTo("Bearer " + key)))
                .willReturn(
                        error(401, "Incorrect API key provided: {{request.headers.Authorization}}", "invalid_api_key")
                                .withTransformers("response-template"))
                .build();
        server.addStubMapping(refusal);
    }

    public int attempts(String id) {
        return requests(id).size();
    }

    public List<LoggedRequest> requests(String id) {
        return server.findAll(postRequestedFor(urlEqualTo(path(id))));
    }

    public List<LoggedRequest> requests() {
        return server.findAll(anyRequestedFor(anyUrl()));
    }

    private static String path(String id) {
        return "/v1/uploads/" + id + "/cancel";
    }

    /** OpenAI's documented response. */
    public static ResponseDefinitionBuilder cancelled(String id) {
        return json(200, upload(id, "cancelled")).withHeader("x-request-id", "req_" + id);
    }

    /** The same for any requested Upload. */
    public static ResponseDefinitionBuilder cancelledAsAsked() {
        return json(200, upload("{{request.pathSegments.[2]}}", "cancelled")).withTransformers("response-template");
    }

    /** An Upload as OpenAI documents it. */
    public static String upload(String id, String status) {
        return """
                {"id":"%s","object":"upload","bytes":8589934592,"created_at":1719184911,"filename":"training.jsonl",\
                "purpose":"fine-tune","status":"%s","expires_at":1719188511,"file":null}"""
                .formatted(id, status);
    }

    /** OpenAI's error envelope. */
    public static ResponseDefinitionBuilder error(int status, String message, String code) {
        return json(status, envelope(message, code)).withHeader("x-request-id", "req_err");
    }

    /** A 503 response that asks for a retry in ten milliseconds. */
    public static ResponseDefinitionBuilder busy() {
        return error(503, "busy", null).withHeader("retry-after-ms", "10");
    }

    public static String envelope(String message, String code) {
        return """
                {"error":{"message":"%s","type":"invalid_request_error","param":null,"code":%s}}"""
                .formatted(message, code == null ? "null" : '"' + code + '"');
    }

    public static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("content-type", "application/json")
                .withBody(body);
    }
}
