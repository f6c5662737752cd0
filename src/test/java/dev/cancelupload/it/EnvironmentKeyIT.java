package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A key from the environment, and that it comes out nowhere, which {@link Function} checks in every other test too. */
class EnvironmentKeyIT {

    /** As a gateway's may be: nothing but its value says that it is a key. */
    private static final String GATEWAY_KEY = "gw_S3cr3t/0f+the/gateway=0123456789";

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai).with("OPENAI_MAX_RETRIES", "0");

    @ParameterizedTest
    @ValueSource(strings = {"%s\n", "  %s ", "%s\r\n"})
    void spaceAroundTheKeyIsNoPartOfIt(String form) throws Exception {
        function.with("OPENAI_API_KEY", form.formatted(OpenAiStandIn.KEY));
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
    }

    @Test
    void aRefusedKeyIsToldWithoutAWordOfOpenAis() throws Exception {
        openai.accepts("another"::equals);
        String message = function.invoke(Events.one("upload_1")).assertError("CredentialsRejected", "401", "req_error");
        assertFalse(message.contains("Incorrect API key"), message);
        assertEquals(1, openai.requests().size());
    }

    /** Each repeats the key: as it is, escaped as JSON allows, and in a header. */
    static List<Answer> answersWithTheKey() {
        String key = GATEWAY_KEY;
        StringBuilder escaped = new StringBuilder();
        key.chars().forEach(c -> escaped.append("\\u00").append(Integer.toHexString(c)));
        String slashes = key.replace("/", "\\/");
        return List.of(
                Answer.error(422, "You sent Bearer " + key, key).header("x-request-id", key),
                Answer.error(429, "You sent " + key).header("openai-organization", key),
                Answer.json(422, Answer.envelope("You sent SECRET", null).replace("SECRET", escaped)),
                Answer.json(422, Answer.envelope("You sent SECRET", null).replace("SECRET", slashes)),
                Answer.json(200, Answer.UPLOAD.replace("\"file\":null", "\"note\":\"" + key + "\",\"file\":null")),
                Answer.json(200, Answer.UPLOAD.replace("\"file\":null", "\"" + slashes + "\":1,\"file\":null")),
                Answer.json(200, Answer.UPLOAD.replace("\"file\":null", "\"note\":\"" + escaped + "\"")),
                Answer.page(502).body("<html>" + key + "</html>"),
                Answer.raw("HTTP/1.1 " + key + "\r\n\r\n"),
                Answer.json(200, Answer.UPLOAD.replace("{id}", key)),
                Answer.json(200, "")
                        .header("location", "http://example.com/" + key)
                        .contentType(key));
    }

    @ParameterizedTest
    @MethodSource("answersWithTheKey")
    void aKeyInAnAnswerComesOutNowhere(Answer answer) throws Exception {
        openai.accepts(GATEWAY_KEY::equals);
        function.with("OPENAI_API_KEY", GATEWAY_KEY).secret(GATEWAY_KEY);
        openai.answers(answer);
        for (Trigger trigger : Trigger.values()) {
            function.invoke(trigger.event("upload_1"));
        }
        assertTrue(openai.requests().size() >= Trigger.values().length);
    }

    @Test
    void aKeyInAnEventComesOutNowhere() throws Exception {
        openai.answers(Answer.notFound());
        for (Trigger trigger : Trigger.values()) {
            function.invoke(trigger.event(OpenAiStandIn.KEY));
            function.invoke(trigger.event("no/" + OpenAiStandIn.KEY));
        }
        function.invoke("{\"" + OpenAiStandIn.KEY + "\":1}");
    }

    @Test
    void whatLooksLikeAKeyOfOpenAisIsMaskedToo() throws Exception {
        String other = "sk-proj-0123456789abcdefABCDEF_an0ther";
        function.secret(other);
        openai.answers(Answer.error(422, "The key " + other + " is not yours."));
        function.invoke(Events.one("upload_1")).assertError("RequestRejected", "***");
        assertTrue(
                function.invoke(Events.http("upload_1")).httpBody().toString().contains("***"));
    }
}
