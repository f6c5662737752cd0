package dev.cancelupload;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.cancelupload.upstream.OpenAI.cancelled;
import static dev.cancelupload.upstream.OpenAI.cancelledAsAsked;
import static dev.cancelupload.upstream.OpenAI.envelope;
import static dev.cancelupload.upstream.OpenAI.error;
import static dev.cancelupload.upstream.OpenAI.json;
import static dev.cancelupload.upstream.OpenAI.upload;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.matchesRegex;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.RandomEvents;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Openings;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(
        value = OpenAI.class,
        initArgs = @ResourceArg(name = "quarkus.funqy.export", value = "cancelUploadHttp"))
class CancelUploadHttpTest {

    private static final String ID = "upload_abc123";

    OpenAI openai;

    @BeforeEach
    void nothingHappenedYet() {
        openai.reset();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http-api-v2.json",
                "http-api-v1.json",
                "rest-api-v1.json",
                "function-url.json",
                "alb.json",
                "alb-multi-value.json"
            })
    void everyKindOfHttpEventCancelsTheUpload(String event) {
        openai.answers(ID, cancelled(ID).withHeader("openai-new-tomorrow", "yes"));
        JsonNode response = response(Lambda.event(event));
        assertEquals(200, response.get("statusCode").intValue());
        assertEquals(
                Json.parse(upload(ID, "cancelled")),
                Json.parse(response.get("body").textValue()));
        assertFalse(response.get("isBase64Encoded").booleanValue());
        assertEquals("application/json", header(response, "content-type"));
        assertEquals("nosniff", header(response, "x-content-type-options"));
        assertEquals("no-store", header(response, "cache-control"));
        assertEquals("req_" + ID, header(response, "x-request-id"));
        assertEquals("yes", header(response, "openai-new-tomorrow"));
    }

    @Test
    void aLoadBalancerGetsAStatusDescription() {
        openai.hasPending(ID);
        assertEquals(
                "200 OK",
                response(Lambda.event("alb.json")).get("statusDescription").textValue());
    }

    @Test
    void aLoadBalancerWithMultiValueHeadersGetsThoseOnly() {
        openai.hasPending(ID);
        JsonNode response = response(Lambda.event("alb-multi-value.json"));
        assertTrue(response.get("multiValueHeaders").get("content-type").isArray());
        assertFalse(response.has("headers"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/uploads/upload_abc123/cancel",
                "/uploads/upload_abc123/cancel",
                "/prod/v1/uploads/upload_abc123/cancel",
                "/a/base/path/uploads/upload_abc123/cancel",
                "//v1//uploads/upload_abc123/cancel",
                "/v1/uploads/upload%5Fabc123/cancel",
                "/v1/uploads/%75pload_abc123/cancel"
            })
    void stagesBasePathsAndPercentEncodingDoNotMatter(String path) {
        openai.hasPending(ID);
        assertEquals(200, response(request("POST", path)).get("statusCode").intValue());
        assertEquals(1, openai.attempts(ID));
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
                "/v1/uploads/a+b/cancel",
                "/v1/uploads/a+b%41/cancel",
                "/v1/uploads/a%2541/cancel",
                "/v1/uploads/%/cancel",
                "/v1/uploads/%zz/cancel",
                "/v1/uploads/%c3%28/cancel",
                "/v1/uploads/ü/cancel",
                "/v1/uploads/a b/cancel",
                "/v1/uploads/%00/cancel",
                "/v1/uploads/@evil.example/cancel"
            })
    void anIdThatCouldNotBeOneIs400WithoutACall(String path) {
        JsonNode response = response(request("POST", path));
        assertEquals(400, response.get("statusCode").intValue());
        assertEquals("invalid_upload_id", problem(response).get("code").textValue());
        assertEquals("invalid_request_error", problem(response).get("type").textValue());
        assertTrue(problem(response).get("param").isNull());
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "",
                "/v1/uploads",
                "/v1/uploads/upload_1",
                "/v1/uploads/upload_1/parts",
                "/v1/uploads/upload_1/cancel/",
                "/v1/uploads/upload_1/complete",
                "/v1/files/upload_1/cancel",
                "/v1/uploads/a/b/cancel",
                "/cancel",
                "uploads/x/cancel"
            })
    void anUnknownPathIs404(String path) {
        JsonNode response = response(request("POST", path));
        assertEquals(404, response.get("statusCode").intValue());
        assertEquals("unknown_url", problem(response).get("code").textValue());
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"})
    void anotherMethodIs405(String method) {
        JsonNode response = response(request(method, "/v1/uploads/upload_abc123/cancel"));
        assertEquals(405, response.get("statusCode").intValue());
        assertEquals("POST", header(response, "allow"));
        assertEquals("method_not_allowed", problem(response).get("code").textValue());
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404|No such Upload object|not_found",
                "400|Upload has already been completed.|",
                "400|Invalid|invalid_value",
                "413|Too large|",
                "422|Unprocessable|invalid",
                "409|Conflict|conflict",
                "408|Timeout|"
            })
    void whatOpenAISaysOfTheRequestIsPassedOnWordForWord(int status, String message, String code) {
        openai.answers(
                ID,
                error(status, message, code)
                        .withHeader("retry-after-ms", "10")
                        .withHeader("openai-new-tomorrow", "yes"));
        JsonNode response = response(request());
        assertEquals(status, response.get("statusCode").intValue());
        assertEquals(envelope(message, code), response.get("body").textValue());
        assertEquals("req_err", header(response, "x-request-id"));
        assertEquals("yes", header(response, "openai-new-tomorrow"));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void ourOwnKeysRefusalIs502WithoutAWordOfOpenAIs(int status) {
        openai.answers(
                ID,
                error(status, "Incorrect API key provided: sk-test-5ec***tion.", "invalid_api_key")
                        .withHeader("www-authenticate", "Bearer")
                        .withHeader("openai-organization", "secret-org"));
        JsonNode response = response(request());
        assertEquals(502, response.get("statusCode").intValue());
        assertEquals("credentials_rejected", problem(response).get("code").textValue());
        assertEquals("server_error", problem(response).get("type").textValue());
        assertThat(
                response.toString(),
                allOf(
                        not(containsString("sk-test")),
                        not(containsString("invalid_api_key")),
                        not(containsString("www-authenticate")),
                        not(containsString("secret-org"))));
        assertEquals("req_err", header(response, "x-request-id"));
    }

    @Test
    void tooManyRequestsIs429WithRetryAfter() {
        openai.answers(ID, error(429, "slow down", "rate_limit_exceeded").withHeader("retry-after", "60"));
        JsonNode response = response(request());
        assertEquals(429, response.get("statusCode").intValue());
        assertEquals("60", header(response, "retry-after"));
        assertEquals("rate_limit_exceeded", problem(response).get("code").textValue());
    }

    @Test
    void tooManyRequestsHasARetryAfterEvenIfOpenAISentNone() {
        openai.answers(ID, error(429, "slow down", null).withHeader("x-should-retry", "false"));
        assertEquals("8", header(response(request()), "retry-after"));
    }

    @Test
    void aTooManyRequestsThatIsNoJsonIsStill429() {
        openai.answers(ID, aResponse().withStatus(429).withBody("slow").withHeader("x-should-retry", "false"));
        JsonNode response = response(request());
        assertEquals(429, response.get("statusCode").intValue());
        assertEquals("rate_limited", problem(response).get("code").textValue());
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 529})
    void aServerErrorIs502AfterAllRetries(int status) {
        openai.answers(
                ID,
                error(status, "oops", null).withHeader("retry-after-ms", "10").withHeader("retry-after", "7"));
        JsonNode response = response(request());
        assertEquals(502, response.get("statusCode").intValue());
        assertEquals("upstream_failure", problem(response).get("code").textValue());
        assertEquals("req_err", header(response, "x-request-id"));
        assertEquals("7", header(response, "retry-after"));
        assertEquals(3, openai.attempts(ID));
    }

    @Test
    void anAnswerThatIsNotJsonIs502() {
        openai.answers(ID, aResponse().withStatus(200).withBody("<html>"));
        assertEquals(502, response(request()).get("statusCode").intValue());
    }

    @Test
    void aSpentBudgetIs504() {
        openai.answers(ID, error(500, "oops", null).withHeader("retry-after-ms", "3400"));
        openai.wire().next(Openings.answer(head(500, 3400)), Openings.silence());
        JsonNode response = response(request());
        assertEquals(504, response.get("statusCode").intValue());
        assertEquals("budget_spent", problem(response).get("code").textValue());
    }

    private static String head(int status, int retryAfterMillis) {
        return "HTTP/1.1 " + status + " Oops\r\nretry-after-ms: " + retryAfterMillis + "\r\ncontent-length: 0\r\n\r\n";
    }

    @Test
    void headersOfTheConnectionAndOfOpenAIsOwnHostStayBehind() {
        openai.answers(
                ID,
                cancelled(ID)
                        .withHeader("set-cookie", "__cf_bm=1")
                        .withHeader("strict-transport-security", "max-age=1")
                        .withHeader("server", "cloudflare")
                        .withHeader("alt-svc", "h3")
                        .withHeader("connection", "close"));
        JsonNode response = response(request());
        for (String name : List.of(
                "set-cookie",
                "strict-transport-security",
                "server",
                "alt-svc",
                "connection",
                "transfer-encoding",
                "content-length")) {
            assertFalse(response.get("headers").has(name), name);
        }
    }

    @Test
    void severalValuesOfAHeaderArriveInEachDialect() {
        openai.answers(ID, cancelled(ID).withHeader("openai-many", "one", "two"));
        assertEquals(
                "one, two",
                response(request()).get("headers").get("openai-many").textValue());
        JsonNode rest = response(Lambda.event("rest-api-v1.json"));
        assertEquals(
                "[\"one\",\"two\"]",
                rest.get("multiValueHeaders").get("openai-many").toString());
        assertFalse(rest.get("headers").has("openai-many"));
    }

    @Test
    void noHeaderOfTheCallerGoesUpstreamButItsRequestId() {
        openai.hasPending(ID);
        ObjectNode event = event("POST", "/v1/uploads/" + ID + "/cancel");
        event.putObject("headers")
                .put("authorization", "Bearer callers-own-token")
                .put("cookie", "session=1")
                .put("x-forwarded-for", "1.2.3.4")
                .put("openai-organization", "org-of-another")
                .put("host", "evil.example")
                .put("content-length", "5")
                .put("transfer-encoding", "chunked")
                .put("user-agent", "OpenAI/Python")
                .put("X-Client-Request-ID", "caller-42");
        event.put("body", "aGVsbG8=").put("isBase64Encoded", true);
        response(event.toString());
        LoggedRequest request = openai.requests(ID).get(0);
        assertEquals("caller-42", request.getHeader("X-Client-Request-Id"));
        assertEquals("Bearer " + OpenAI.KEY, request.getHeader("Authorization"));
        assertEquals("", request.getBodyAsString());
        assertThat(
                request.getHeaders().toString(),
                allOf(
                        not(containsString("callers-own")),
                        not(containsString("session")),
                        not(containsString("1.2.3.4")),
                        not(containsString("org-of-another")),
                        not(containsString("evil")),
                        not(containsString("OpenAI/Python"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Injected: 1", "", "a b", "ü", "a\u0000"})
    void aRequestIdThatIsNoHeaderValueIsLeftOut(String value) {
        openai.hasPending(ID);
        ObjectNode event = event("POST", "/v1/uploads/" + ID + "/cancel");
        event.putObject("headers").put("x-client-request-id", value);
        assertEquals(200, response(event.toString()).get("statusCode").intValue());
        assertFalse(openai.requests(ID).get(0).containsHeader("X-Client-Request-Id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "[]",
                "\"upload_1\"",
                "42",
                "true",
                "1e999",
                "{\"uploadId\":\"upload_1\"}",
                "{\"requestContext\":null}",
                "{\"requestContext\":{}}",
                "{\"requestContext\":{\"http\":{}}}",
                "{\"requestContext\":{\"http\":{\"method\":7}},\"rawPath\":[]}",
                "{\"requestContext\":{\"elb\":1},\"httpMethod\":null,\"path\":{}}",
                "{\"requestContext\":{},\"httpMethod\":\"POST\",\"path\":null,\"headers\":[],\"multiValueHeaders\":7}",
                "{\"requestContext\":{},\"httpMethod\":\"POST\",\"path\":\"/uploads/u/cancel\",\"headers\":{\"x-client-request-id\":[]}}",
                "{\"Records\":[]}",
                "{\"Records\":[null]}",
                "{\"Records\":[{\"eventSource\":7}]}"
            })
    void whateverJsonArrivesAWellFormedResponseLeaves(String event) {
        JsonNode response = response(event);
        assertTrue(response.get("statusCode").isInt());
        assertTrue(problem(response).get("message").isTextual());
    }

    @Test
    void anyJsonGetsAWellFormedResponse() {
        openai.answersAnything(cancelledAsAsked());
        RandomEvents events = new RandomEvents(4);
        for (int i = 0; i < 100; i++) {
            String event = events.event().toString();
            Lambda.Response reply = Lambda.post(event);
            if (reply.statusCode() != 200) {
                assertThat(
                        reply.body(), allOf(containsString("\"WrongExport\""), containsString("an SNS notification")));
                continue;
            }
            JsonNode response = Json.parse(reply.body()).orElseThrow();
            assertTrue(
                    response.path("statusCode").isInt()
                            && response.path("body").isTextual()
                            && response.path("isBase64Encoded").isBoolean()
                            && (response.path("headers").isObject()
                                    || response.path("multiValueHeaders").isObject())
                            && Json.parse(response.get("body").textValue()).isPresent(),
                    () -> event + " got " + response);
        }
        openai.requests()
                .forEach(request ->
                        assertThat(request.getUrl(), matchesRegex("/v1/uploads/[A-Za-z0-9_.~-]{1,256}/cancel")));
    }

    @Test
    void jsonThatNestsTooDeeplyGetsAWellFormedResponse() {
        assertEquals(
                400,
                response("{\"a\":".repeat(3000) + "1" + "}".repeat(3000))
                        .get("statusCode")
                        .intValue());
    }

    @Test
    void aNumberOfFiveMillionDigitsGetsAWellFormedResponse() {
        assertEquals(400, response("7".repeat(5_000_000)).get("statusCode").intValue());
        assertEquals(
                400,
                response("{\"a\":" + "7".repeat(5_000_000) + "}")
                        .get("statusCode")
                        .intValue());
    }

    @ParameterizedTest
    @CsvSource({"scheduler.json,cancelUpload", "sqs.json,cancelUpload"})
    void anEventOfAnotherTriggerIsToldWhereItBelongs(String event, String export) {
        JsonNode response = response(Lambda.event(event));
        assertEquals(400, response.get("statusCode").intValue());
        assertEquals("wrong_export", problem(response).get("code").textValue());
        assertThat(problem(response).get("message").textValue(), containsString("export " + export + ":"));
        assertEquals(List.of(), openai.requests());
    }

    @Test
    void messagesOfAQueueThatWasConnectedByMistakeAreNotLost() {
        assertEquals(
                3, response(Lambda.event("sqs.json")).get("batchItemFailures").size());
    }

    /** SNS takes any result for success; only a failed asynchronous invocation keeps the event in Lambda. */
    @Test
    void aNotificationOfATopicThatWasConnectedByMistakeIsAnError() {
        Lambda.Response response = Lambda.post(Lambda.event("sns.json"));
        assertEquals(500, response.statusCode());
        assertEquals("WrongExport", response.json().getString("errorType"));
        assertThat(response.json().getString("errorMessage"), containsString("export cancelUpload:"));
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3-put.json", "dynamodb-stream.json", "kinesis.json"})
    void anEventOfAForeignServiceGetsAWellFormedResponse(String event) {
        JsonNode response = response(Lambda.event(event));
        assertEquals(400, response.get("statusCode").intValue());
        assertEquals("invalid_event", problem(response).get("code").textValue());
    }

    private static String request() {
        return request("POST", "/v1/uploads/" + ID + "/cancel");
    }

    private static String request(String method, String path) {
        return event(method, path).toString();
    }

    private static ObjectNode event(String method, String path) {
        ObjectNode event =
                (ObjectNode) Json.parse(Lambda.event("http-api-v2.json")).orElseThrow();
        event.put("rawPath", path).remove("pathParameters");
        ((ObjectNode) event.get("requestContext").get("http"))
                .put("method", method)
                .put("path", path);
        return event;
    }

    private static JsonNode response(String event) {
        return Json.parse(Lambda.result(event)).orElseThrow();
    }

    private static JsonNode problem(JsonNode response) {
        return Json.parse(response.get("body").textValue()).orElseThrow().get("error");
    }

    private static String header(JsonNode response, String name) {
        JsonNode single = response.path("headers").path(name);
        return single.isTextual()
                ? single.textValue()
                : response.path("multiValueHeaders").path(name).path(0).textValue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "access-control-allow-origin",
                "clear-site-data",
                "refresh",
                "location",
                "x-amzn-errortype",
                "content-security-policy",
                "x-new-tomorrow"
            })
    void noHeaderPassesButThoseOfOpenAIsClients(String name) {
        openai.answers(ID, cancelled(ID).withHeader(name, "*"));
        assertFalse(response(request()).get("headers").has(name));
        openai.answers(ID, error(422, "odd", null).withHeader(name, "*"));
        assertFalse(response(request()).get("headers").has(name));
    }

    @Test
    void whatTheUpstreamSaysItIsDoesNotCount() {
        openai.answers(
                ID,
                cancelled(ID).withHeader("content-type", "text/html").withHeader("cache-control", "public, max-age=9"));
        JsonNode response = response(request());
        assertEquals("application/json", header(response, "content-type"));
        assertEquals("no-store", header(response, "cache-control"));
    }

    @Test
    void theBodyOfAnErrorComesOutByteForByte() {
        String body =
                " {\"error\" : {\"message\":\"\\u00e9\\/\",\"n\":1.0,\"n\":100.0,\"type\":null,\"code\":\"x\"}}\n";
        openai.answers(ID, json(422, body));
        assertEquals(body, response(request()).get("body").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u002d", "\\\\u002D", "%2d", "-"})
    void aKeyThatTheBodyOfAnErrorRepeatsIsMasked(String hyphen) {
        openai.answers(ID, json(422, envelope("You sent " + OpenAI.KEY.replace("-", hyphen), null)));
        JsonNode response = response(request());
        assertEquals(422, response.get("statusCode").intValue());
        assertThat(problem(response).get("message").textValue(), containsString("***"));
        assertThat(response.toString(), not(containsString("5ecret")));
    }

    @Test
    void aBodyThatHasTheKeyInPiecesIsNotShown() {
        String body = "{\"error\":{\"message\":\"m\",\"parts\":[\"" + OpenAI.KEY.substring(8, 16) + "\",\""
                + OpenAI.KEY.substring(16, 24) + "\"]}}";
        openai.answers(ID, json(422, body));
        JsonNode response = response(request());
        assertEquals(422, response.get("statusCode").intValue());
        assertEquals("request_rejected", problem(response).get("code").textValue());
    }

    @Test
    void anUploadOfSomebodyElseIs502() {
        openai.answers(ID, cancelled("upload_other"));
        JsonNode response = response(request());
        assertEquals(502, response.get("statusCode").intValue());
        assertEquals("upstream_failure", problem(response).get("code").textValue());
    }
}
