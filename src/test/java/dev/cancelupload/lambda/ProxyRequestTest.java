package dev.cancelupload.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.ProxyRequest.Format;
import dev.cancelupload.openai.UploadId;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyRequestTest {

    private static ProxyRequest request(String event) {
        return assertInstanceOf(Event.Http.class, Events.read(event)).request();
    }

    @ParameterizedTest
    @CsvSource({
        "http-api-v2.json,PAYLOAD_2_0",
        "function-url.json,PAYLOAD_2_0",
        "http-api-v1.json,PAYLOAD_1_0",
        "rest-api-v1.json,PAYLOAD_1_0",
        "alb.json,ALB",
        "alb-multi-value.json,ALB_MULTI_VALUE"
    })
    void aRequestIsReadFromEachKindOfProxy(String file, Format format) {
        ProxyRequest request = request(Events.real(file));
        assertEquals(format, request.format());
        assertEquals("POST", request.method());
        assertEquals(Optional.of(UploadId.of("upload_abc123")), request.upload());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/uploads/upload_abc123/cancel",
                "/prod/v1/uploads/upload_abc123/cancel",
                "//v1//uploads/upload_abc123/cancel",
                "/v1/uploads/%75pload%5Fabc123/cancel"
            })
    void stagesBasePathsAndPercentEncodingDoNotMatter(String path) {
        assertEquals(
                Optional.of(UploadId.of("upload_abc123")),
                request(Events.http("POST", path)).upload());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/uploads//cancel",
                "/v1/uploads/%2e%2e/cancel",
                "/v1/uploads/../cancel",
                "/v1/uploads/a%2Fb/cancel",
                "/v1/uploads/a%252Fb/cancel",
                "/v1/uploads/upload_1%0d%0aX-Injected:%201/cancel",
                "/v1/uploads/a+b%41/cancel",
                "/v1/uploads/%/cancel",
                "/v1/uploads/%zz/cancel",
                "/v1/uploads/%c3%28/cancel",
                "/v1/uploads/ü/cancel"
            })
    void anIdThatCannotBeOneIsInvalid(String path) {
        UploadId id = request(Events.http("POST", path)).upload().orElseThrow();
        assertTrue(id.problem().isPresent());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/cancel",
                "/uploads/cancel",
                "uploads/x/cancel",
                "/v1/uploads/upload_1",
                "/v1/uploads/upload_1/cancel/",
                "/v1/uploads/upload_1/complete",
                "/v1/files/upload_1/cancel",
                "/v1/uploads/a/b/cancel"
            })
    void anotherPathNamesNoUpload(String path) {
        assertEquals(Optional.empty(), request(Events.http("POST", path)).upload());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"requestContext\":null,\"httpMethod\":\"POST\",\"path\":\"/uploads/a/cancel\"}",
                "{\"requestContext\":\"x\",\"httpMethod\":\"POST\",\"path\":\"/uploads/a/cancel\"}",
                "{\"requestContext\":{},\"httpMethod\":null,\"path\":\"/uploads/a/cancel\"}",
                "{\"requestContext\":{\"http\":\"POST\"},\"rawPath\":\"/uploads/a/cancel\"}",
                "{\"requestContext\":{\"http\":{\"method\":7}},\"rawPath\":\"/uploads/a/cancel\"}",
                "{\"httpMethod\":\"POST\",\"path\":\"/uploads/a/cancel\"}"
            })
    void whatOnlyLooksLikeARequestIsRefused(String event) {
        assertInstanceOf(Event.Refused.class, Events.read(event));
    }

    @Test
    void aRequestWithoutAPathHasAnEmptyOne() {
        assertEquals(
                "",
                request("{\"requestContext\":{},\"httpMethod\":\"GET\",\"path\":null}")
                        .path());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"x-client-request-id\":\"a\"}|null|a",
                "{\"X-Client-Request-ID\":\"a\"}|{\"x-client-request-id\":[\"c\"]}|a",
                "{\"x\":\"a\"}|{\"X-CLIENT-request-id\":[\"a\",\"b\"]}|b",
                "null|{\"x-client-request-id\":[]}|",
                "{\"x-client-request-id\":7}|7|",
                "{\"x-client-request-id\":\"\"}|{}|",
                "{\"x-client-request-id\":\"a b\"}|{}|",
                "{\"x-client-request-id\":\"a\\r\\nX-Injected: 1\"}|{}|",
                "{\"x-client-request-id\":\"ü\"}|{}|"
            })
    void theCallersRequestIdIsFoundIfItIsAHeaderValue(String headers, String multi, String id) {
        String event = "{\"requestContext\":{},\"httpMethod\":\"POST\",\"path\":\"/\",\"headers\":%s,"
                + "\"multiValueHeaders\":%s}";
        assertEquals(
                Optional.ofNullable(id),
                request(event.formatted(headers, multi)).clientRequestId());
    }

    @Test
    void theCallersRequestIdHasAtMost512Characters() {
        ObjectNode event = (ObjectNode) Json.parse(Events.http("POST", "/")).orElseThrow();
        event.putObject("headers").put("x-client-request-id", "a".repeat(512));
        assertTrue(request(event.toString()).clientRequestId().isPresent());
        event.putObject("headers").put("x-client-request-id", "a".repeat(513));
        assertTrue(request(event.toString()).clientRequestId().isEmpty());
    }
}
