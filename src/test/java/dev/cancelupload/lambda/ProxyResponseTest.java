package dev.cancelupload.lambda;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.ProxyRequest.Format;
import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.ErrorResponse;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.ResponseHeaders;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProxyResponseTest {

    private static final String UPLOAD = "{\"id\": \"upload_abc123\",\"bytes\":1.0,\"status\":\"cancelled\"}";
    private static final String OPENAI_ERROR =
            " {\"error\" : {\"message\":\"\\u00e9\",\"type\":null,\"param\":null,\"code\":\"theirs\"}}\n";

    private static ResponseHeaders headers(String... namesAndValues) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], List.of(namesAndValues[i + 1].split(",")));
        }
        return new ResponseHeaders(fields);
    }

    private static ProxyResponse cancelled(String... headers) {
        return ProxyResponse.cancelled(new CancelledUpload(UPLOAD, 200, headers(headers), 1));
    }

    private static ProxyResponse failed(FailureKind kind, int status, String body, String... headers) {
        ErrorResponse response = new ErrorResponse(status, headers(headers), body, Optional.of("theirs"));
        return ProxyResponse.failed(
                new Failure(kind, "Why.", kind.retryable(), Optional.of(response), Optional.empty(), 1));
    }

    private static ProxyResponse failed(FailureKind kind) {
        return ProxyResponse.failed(Failure.of(kind, "Why."));
    }

    private static JsonNode error(ProxyResponse response) {
        return Json.parse(response.body()).orElseThrow().get("error");
    }

    private static String header(ProxyResponse response, String name) {
        return response.headers().containsKey(name)
                ? String.join(",", response.headers().get(name))
                : null;
    }

    private static void isNeitherSniffedNorKept(ProxyResponse response) {
        assertEquals("application/json", header(response, "content-type"));
        assertEquals("nosniff", header(response, "x-content-type-options"));
        assertEquals("no-store", header(response, "cache-control"));
    }

    @Test
    void aCancelledUploadComesOutAsOpenAISentIt() {
        ProxyResponse response = cancelled("x-request-id", "req_1", "openai-new", "yes", "content-type", "text/html");
        assertEquals(200, response.status());
        assertEquals(UPLOAD, response.body());
        assertEquals("req_1", header(response, "x-request-id"));
        assertEquals("yes", header(response, "openai-new"));
        isNeitherSniffedNorKept(response);
    }

    @ParameterizedTest
    @CsvSource({
        "UPLOAD_NOT_FOUND,404",
        "UPLOAD_ALREADY_FINAL,400",
        "UPLOAD_ALREADY_FINAL,409",
        "REQUEST_REJECTED,422",
        "RATE_LIMITED,429"
    })
    void whatOpenAISaysOfTheRequestIsPassedOnWordForWord(FailureKind kind, int status) {
        ProxyResponse response = failed(kind, status, OPENAI_ERROR, "x-request-id", "req_1", "openai-new", "yes");
        assertEquals(status, response.status());
        assertEquals(OPENAI_ERROR, response.body());
        assertEquals("yes", header(response, "openai-new"));
        assertEquals("req_1", header(response, "x-request-id"));
        isNeitherSniffedNorKept(response);
    }

    @Test
    void aRefusalWithoutAnEnvelopeKeepsItsStatus() {
        ProxyResponse response = failed(FailureKind.REQUEST_REJECTED, 422, "");
        assertEquals(422, response.status());
        assertEquals("request_rejected", error(response).get("code").textValue());
    }

    @ParameterizedTest
    @CsvSource({
        "INVALID_UPLOAD_ID,400,invalid_request_error,",
        "CREDENTIALS_REJECTED,502,server_error,false",
        "CREDENTIALS_UNAVAILABLE,502,server_error,false",
        "ACCESS_DENIED,502,server_error,false",
        "WRONG_BASE_URL,502,server_error,false",
        "UPSTREAM_FAILURE,502,server_error,",
        "BUDGET_SPENT,504,server_error,",
        "INTERNAL_ERROR,500,server_error,"
    })
    void anErrorOfThisFunctionIsInOpenAIsEnvelope(FailureKind kind, int status, String type, String shouldRetry) {
        ProxyResponse response = failed(
                kind,
                401,
                OPENAI_ERROR,
                "x-request-id",
                "req_1",
                "retry-after",
                "7",
                "retry-after-ms",
                "7000",
                "openai-organization",
                "theirs",
                "x-should-retry",
                "true");
        assertEquals(status, response.status());
        assertEquals(
                "{\"message\":\"Why.\",\"type\":\"" + type + "\",\"param\":null,\"code\":\""
                        + kind.name().toLowerCase(Locale.ROOT) + "\"}",
                error(response).toString());
        assertEquals("req_1", header(response, "x-request-id"));
        assertEquals("7", header(response, "retry-after"));
        assertEquals("7000", header(response, "retry-after-ms"));
        assertEquals(shouldRetry, header(response, "x-should-retry"));
        assertFalse(response.headers().containsKey("openai-organization"));
        isNeitherSniffedNorKept(response);
    }

    @Test
    void tooManyRequestsAlwaysSayHowLongToWait() {
        assertEquals("8", header(failed(FailureKind.RATE_LIMITED), "retry-after"));
        assertEquals("8", header(failed(FailureKind.RATE_LIMITED, 429, OPENAI_ERROR), "retry-after"));
        assertEquals(
                "60", header(failed(FailureKind.RATE_LIMITED, 429, OPENAI_ERROR, "retry-after", "60"), "retry-after"));
        assertEquals(429, failed(FailureKind.RATE_LIMITED).status());
    }

    @Test
    void aKeyInAMessageIsMasked() {
        ProxyResponse response = ProxyResponse.failed(
                Failure.of(FailureKind.INVALID_UPLOAD_ID, "The upload id \"sk-proj-0123456789abcdef0123\" is none."));
        assertEquals(
                "The upload id \"***\" is none.", error(response).get("message").textValue());
    }

    @Test
    void anUnknownPathIs404() {
        ProxyResponse response =
                ProxyResponse.unknownPath(new ProxyRequest(Format.ALB, "GET", "/\u202e", Optional.empty()));
        assertEquals(404, response.status());
        assertEquals("unknown_url", error(response).get("code").textValue());
        assertThat(error(response).get("message").textValue(), containsString("URL: \"GET\" \"/\\u202e\"."));
        isNeitherSniffedNorKept(response);
    }

    @Test
    void anotherMethodIs405() {
        ProxyResponse response =
                ProxyResponse.methodNotAllowed(new ProxyRequest(Format.ALB, "GET", "/", Optional.empty()));
        assertEquals(405, response.status());
        assertEquals("POST", header(response, "allow"));
        assertEquals("method_not_allowed", error(response).get("code").textValue());
        isNeitherSniffedNorKept(response);
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void aResponseHasWhatItsProxyAsksFor(Format format) {
        ObjectNode json = cancelled("openai-many", "one,two").toJson(format);
        assertEquals(200, json.get("statusCode").intValue());
        assertEquals(UPLOAD, json.get("body").textValue());
        assertFalse(json.get("isBase64Encoded").booleanValue());
        boolean alb = format == Format.ALB || format == Format.ALB_MULTI_VALUE;
        assertEquals(alb ? "200 OK" : null, json.path("statusDescription").textValue());
        String one = json.path("headers").path("content-type").textValue();
        String many = json.path("multiValueHeaders").path("content-type").toString();
        switch (format) {
            case PAYLOAD_2_0, ALB -> {
                assertEquals("application/json", one);
                assertEquals("one, two", json.get("headers").get("openai-many").textValue());
                assertFalse(json.has("multiValueHeaders"));
            }
            case PAYLOAD_1_0 -> {
                assertEquals("application/json", one);
                assertEquals(
                        "{\"openai-many\":[\"one\",\"two\"]}",
                        json.get("multiValueHeaders").toString());
                assertFalse(json.get("headers").has("openai-many"));
            }
            case ALB_MULTI_VALUE -> {
                assertEquals("[\"application/json\"]", many);
                assertFalse(json.has("headers"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"404,404 Not Found", "429,429 Too Many Requests", "422,422 Status", "504,504 Gateway Timeout"})
    void aLoadBalancerGetsADescriptionOfEachStatus(int status, String description) {
        assertEquals(
                description,
                new ProxyResponse(status, Map.of(), "{}")
                        .toJson(Format.ALB)
                        .get("statusDescription")
                        .textValue());
        assertTrue(description.startsWith(status + " "));
    }
}
