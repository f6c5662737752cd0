package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever ends the loop that asks Lambda for events ends the process, so that Lambda starts another one. */
class EndOfLoopIT {

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai);

    private void assertExits() throws Exception {
        assertEquals(1, function.exitStatus());
        List<JsonNode> lines = function.log();
        assertEquals("ERROR", lines.get(lines.size() - 1).get("level").textValue());
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 403, 404, 204})
    void aRuntimeApiThatRefusesTheNextEvent(int status) throws Exception {
        function.invoke(Events.one("upload_1"));
        // That request gets an event still, and the one after it this status.
        function.lambda().awaitAsked(2);
        function.lambda().answersNext(status);
        function.invoke(Events.one("upload_1"));
        assertExits();
    }

    /** 500 says that the container is broken; 413 that the result is too large, and then so is the error. */
    @ParameterizedTest
    @ValueSource(ints = {500, 413})
    void aRuntimeApiThatRefusesTheResult(int status) throws Exception {
        function.invoke(Events.one("upload_1"));
        function.lambda().answersReplies(size -> status);
        function.lambda().offer(Events.one("upload_2").getBytes(StandardCharsets.UTF_8), Function.TIMEOUT);
        assertExits();
    }

    @Test
    void aRuntimeApiThatIsGone() throws Exception {
        function.invoke(Events.one("upload_1"));
        function.lambda().close();
        assertExits();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage\r\n\r\n",
                "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
                "HTTP/1.1\r\n\r\n",
                "HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}"
            })
    void aRuntimeApiThatTalksGarbage(String answer) throws Exception {
        try (OpenAiStandIn api = new OpenAiStandIn().greetsAll(connection -> {
            connection.getInputStream().read(new byte[1000]);
            connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
            return null;
        })) {
            function.with("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:" + api.port()).start();
            assertExits();
        }
    }
}
