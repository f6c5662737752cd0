package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's own endpoint over HTTP. {@link FaultMatrixIT} has what each failure looks like. */
class HttpIT {

    private static final String ID = "upload_abc123";

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai).with("OPENAI_MAX_RETRIES", "0");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/uploads/upload_abc123/cancel",
                "/uploads/upload_abc123/cancel",
                "/prod/v1/uploads/upload_abc123/cancel",
                "/v1/uploads/upload%5Fabc123/cancel"
            })
    void stagesBasePathsAndPercentEncodingDoNotMatter(String path) throws Exception {
        Trigger.HTTP.assertCancelled(ID, function.invoke(Events.http("POST", path)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/uploads/%2e%2e/cancel",
                "/v1/uploads/a%2Fb/cancel",
                "/v1/uploads/a%252Fb/cancel",
                "/v1/uploads/upload_1%0d%0aX-Injected:%201/cancel",
                "/v1/uploads/a+b/cancel",
                "/v1/uploads/%zz/cancel",
                "/v1/uploads/%c3%28/cancel",
                "/v1/uploads/a b/cancel",
                "/v1/uploads/@evil.example/cancel"
            })
    void anIdThatCouldNotBeOneIs400WithoutACall(String path) throws Exception {
        Reply reply = function.invoke(Events.http("POST", path));
        assertEquals(400, reply.status(), reply.body());
        assertOpenAiError(reply);
        assertEquals(List.of(), openai.requests());
    }

    private static void assertOpenAiError(Reply reply) {
        JsonNode error = reply.httpBody().get("error");
        assertTrue(error.get("message").isTextual() && error.get("type").isTextual(), reply.body());
        assertTrue(error.has("param") && error.has("code"), reply.body());
        assertHeaders(reply);
    }

    private static void assertHeaders(Reply reply) {
        assertEquals("application/json", reply.header("content-type"));
        assertEquals("nosniff", reply.header("x-content-type-options"));
        assertEquals("no-store", reply.header("cache-control"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1/uploads",
                "/v1/uploads/upload_1",
                "/v1/uploads/upload_1/parts",
                "/v1/uploads/upload_1/complete",
                "/v1/files/upload_1/cancel",
                "/v1/uploads/a/b/cancel",
                "uploads/x/cancel"
            })
    void anUnknownPathIs404(String path) throws Exception {
        Reply reply = function.invoke(Events.http("POST", path));
        assertEquals(404, reply.status(), reply.body());
        assertOpenAiError(reply);
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT", "DELETE", "OPTIONS"})
    void anotherMethodIs405AndNamesTheRightOne(String method) throws Exception {
        Reply reply = function.invoke(Events.http(method, "/v1/uploads/" + ID + "/cancel"));
        assertEquals(405, reply.status(), reply.body());
        assertEquals("POST", reply.header("allow"));
        assertOpenAiError(reply);
        assertEquals(List.of(), openai.requests());
    }

    @Test
    void onlyOpenAisOwnHeadersPass() throws Exception {
        openai.answers(
                ID,
                Answer.cancelled()
                        .header("openai-processing-ms", "12")
                        .header("openai-new-tomorrow", "yes")
                        .header("x-ratelimit-remaining-requests", "99")
                        .header("x-ratelimit-odd", "\u0007")
                        .header("set-cookie", "__cf_bm=1")
                        .header("server", "cloudflare")
                        .header("x-should-retry", "perhaps")
                        .header("access-control-allow-origin", "*"));
        Reply reply = function.invoke(Events.http(ID));
        assertHeaders(reply);
        assertEquals("req_" + ID, reply.header("x-request-id"));
        assertEquals("12", reply.header("openai-processing-ms"));
        assertEquals("yes", reply.header("openai-new-tomorrow"));
        assertEquals("99", reply.header("x-ratelimit-remaining-requests"));
        for (String dropped :
                List.of("x-ratelimit-odd", "set-cookie", "server", "x-should-retry", "access-control-allow-origin")) {
            assertNull(reply.header(dropped), dropped);
        }
    }

    @ParameterizedTest
    @CsvSource({"400,invalid_value", "413,", "422,invalid", "404,not_found", "409,conflict"})
    void whatOpenAiSaysOfTheRequestIsPassedOnWordForWord(int status, String code) throws Exception {
        String body = Answer.envelope("Upload " + ID + ": \u201eodd\u201c", code);
        openai.answers(
                ID, Answer.json(status, body).header("x-request-id", "req_1").header("openai-version", "1"));
        Reply reply = function.invoke(Events.http(ID));
        assertEquals(status, reply.status());
        assertEquals(body, reply.result().get("body").textValue());
        assertEquals("req_1", reply.header("x-request-id"));
        assertEquals("1", reply.header("openai-version"));
    }

    @ParameterizedTest
    @CsvSource({
        "401,Incorrect API key provided: sk-abc***def.,invalid_api_key",
        "403,You are not Example Incorporated.,"
    })
    void whatOpenAiSaysOfTheCredentialsStaysOut(int status, String message, String code) throws Exception {
        openai.answers(ID, Answer.error(status, message, code));
        Reply reply = function.invoke(Events.http(ID));
        assertEquals(502, reply.status());
        assertTrue(!reply.body().contains("Incorrect") && !reply.body().contains("Example Inc"), reply.body());
        assertEquals("false", reply.header("x-should-retry"));
        assertEquals("req_error", reply.header("x-request-id"));
        assertOpenAiError(reply);
    }

    @Test
    void theCallersRequestIdGoesOnToOpenAi() throws Exception {
        String path = "/v1/uploads/" + ID + "/cancel";
        function.invoke(Events.http("POST", path, "x-client-request-id", "caller-1"));
        function.invoke(Events.http("POST", path, "x-client-request-id", "not\r\nsane"));
        function.invoke(Events.http("POST", path, "authorization", "Bearer callers-own-key"));
        List<OpenAiStandIn.Request> requests = openai.requests();
        assertEquals("caller-1", requests.get(0).headers().get("x-client-request-id"));
        assertNull(requests.get(1).headers().get("x-client-request-id"));
        assertEquals(OpenAiStandIn.KEY, requests.get(2).key());
    }

    @ParameterizedTest
    @CsvSource({"alb.json,false", "alb-multi-value.json,true"})
    void aLoadBalancerGetsTheHeadersThatItWants(String file, boolean multiValue) throws Exception {
        JsonNode response = function.invoke(Events.file(file)).result();
        assertTrue(response.get("statusDescription").textValue().startsWith("200 "), response::toString);
        assertEquals(multiValue, response.has("multiValueHeaders"), response::toString);
        assertEquals(!multiValue, response.has("headers"), response::toString);
        assertTrue(!response.get("isBase64Encoded").booleanValue(), response::toString);
    }
}
