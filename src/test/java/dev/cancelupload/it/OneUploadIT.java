package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * "Cancel this Upload and give it to me": the request to OpenAI, the Upload that comes back, and events that are none.
 */
class OneUploadIT {

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"upload_abc123\"",
                "{\"uploadId\":\"upload_abc123\"}",
                "{\"upload_id\":\"upload_abc123\"}",
                "{\"uploadId\":\"upload_abc123\",\"reason\":\"abandoned\",\"parts\":[1,{\"uploadId\":\"upload_2\"}]}"
            })
    void oneIdIsAnsweredWithTheUpload(String event) throws Exception {
        Trigger.ONE.assertCancelled("upload_abc123", function.invoke(event));
        assertEquals(1, openai.requests().size());
    }

    @Test
    void theRequestIsTheOneThatOpenAiDocuments() throws Exception {
        function.invoke(Events.one("upload_abc123"));
        OpenAiStandIn.Request request = openai.requests().get(0);
        assertEquals("POST /v1/uploads/upload_abc123/cancel HTTP/1.1", request.line());
        Map<String, String> headers = request.headers();
        assertEquals("Bearer " + OpenAiStandIn.KEY, headers.get("authorization"));
        assertEquals("application/json", headers.get("accept"));
        assertTrue(headers.get("user-agent").matches("cancel-upload/[0-9][0-9.]*"), headers::toString);
        assertFalse(headers.containsKey("openai-organization"), headers::toString);
        assertFalse(headers.containsKey("openai-project"), headers::toString);
    }

    @Test
    void organizationAndProjectAreSentWhenSet() throws Exception {
        function.with("OPENAI_ORG_ID", "org-1").with("OPENAI_PROJECT_ID", " proj_1\n");
        function.invoke(Events.one("upload_1"));
        assertEquals("org-1", openai.requests().get(0).headers().get("openai-organization"));
        assertEquals("proj_1", openai.requests().get(0).headers().get("openai-project"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/gateway/openai/v1", "", "/v1/"})
    void theBaseUrlMayHaveAnyPath(String path) throws Exception {
        openai.at(path.replaceAll("/$", ""));
        function.with("OPENAI_BASE_URL", "http://127.0.0.1:" + openai.port() + path);
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    @Test
    void whatComesInFromOpenAiGoesOutUnchanged() throws Exception {
        String upload =
                """
                {"id":"upload_1","object":"upload","bytes":1234567890123456789012345,"created_at":1.50e3,\
                "expires_at":null,"filename":"\\u00fc \\ud83d\\ude00 <&>","purpose":"new-purpose","status":"cancelled",\
                "file":{"id":"file-1","object":"file","bytes":-0.0,"status":"uploaded","status_details":null},\
                "new":[{"deep":[true,false,null,""]}]}""";
        openai.answers("upload_1", Answer.json(200, upload));
        assertEquals(upload, function.invoke(Events.one("upload_1")).body());
        Reply http = function.invoke(Events.http("upload_1"));
        assertEquals(upload, http.result().get("body").textValue());
    }

    static List<String> invalidIds() {
        return List.of(
                "\"\"",
                "\"  \"",
                "\"a/b\"",
                "\"upload_1?x\"",
                "\"upload_1#\"",
                "\"upload_1\\n\"",
                "\"upload_\u00fc\"",
                "\"%2e\"",
                "\".\"",
                "\"..\"",
                "\"upload 1\"",
                "\"" + "a".repeat(257) + "\"",
                "{\"uploadId\":\"\"}",
                "{\"uploadId\":\"a b\"}",
                "{\"uploadId\":null}");
    }

    @ParameterizedTest
    @MethodSource("invalidIds")
    void anInvalidIdIsAnErrorWithoutACall(String event) throws Exception {
        Reply reply = function.invoke(event);
        assertTrue(List.of("InvalidUploadId", "InvalidEvent").contains(reply.errorType()), reply.body());
        assertEquals(List.of(), openai.requests());
    }

    @Test
    void anIdOf256CharactersIsSent() throws Exception {
        String id = "Aa0_.~-".repeat(37).substring(0, 256);
        Trigger.ONE.assertCancelled(id, function.invoke(Events.one(id)));
    }

    @Test
    void aFailureNamesStatusCodeAndRequestId() throws Exception {
        openai.answers("upload_1", Answer.error(422, "Odd thing", "odd_code").header("openai-version", "1"));
        function.invoke(Events.one("upload_1"))
                .assertError("RequestRejected", "upload_1", "422", "odd_code", "req_error", "Odd thing");
        assertEquals("ERROR", function.lastInvocation().get("level").textValue());
        assertEquals("odd_code", function.lastInvocation().get("code").textValue());
    }

    @Test
    void aCancelWhoseAnswerWasLostMayHaveBeenThisCalls() throws Exception {
        openai.answers("upload_lost", Answer.raw(""), Answer.error(400, "Upload is already cancelled."));
        function.invoke(Events.one("upload_lost")).assertError("UploadAlreadyFinal", "this very call may have");
        openai.answers("upload_429", Answer.busy(429), Answer.error(400, "Upload is already cancelled."));
        String message = function.invoke(Events.one("upload_429")).assertError("UploadAlreadyFinal");
        assertFalse(message.contains("this very call"), message);
    }

    @Test
    void aVariableOfTheOldFormIsToldAtInitAndIgnored() throws Exception {
        function.with("QUARKUS_FUNQY_EXPORT", "cleanUpUploads");
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertEquals(
                1,
                function.log().stream()
                        .filter(line -> line.toString().contains("QUARKUS_FUNQY_EXPORT"))
                        .count());
    }
}
