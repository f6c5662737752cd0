package dev.cancelupload.lambda;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.sun.net.httpserver.HttpServer;
import dev.cancelupload.json.Json;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaContext;
import io.quarkus.amazon.lambda.runtime.ClientContextImpl;
import io.quarkus.amazon.lambda.runtime.FunctionError;
import io.quarkus.funqy.runtime.ApplicationException;
import java.io.ByteArrayInputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses the mapper as Quarkus 3.34's Funqy does. */
class FunctionMapperTest {

    private final FunctionMapper mapper = new FunctionMapper();

    private JsonNode written(Object value) throws Exception {
        return Json.parse(mapper.writeValueAsString(value)).orElseThrow();
    }

    @Test
    void quarkusGetsThisMapperWithoutItsModules() {
        assertSame(mapper, mapper.copy().registerModule(new SimpleModule()));
    }

    @Test
    void anEventIsReadByItsReader() throws Exception {
        ObjectReader events = mapper.copy().readerFor(mapper.constructType(Event.class));
        assertInstanceOf(Event.OneUpload.class, events.<Event>readValue(new ByteArrayInputStream("\"a\"".getBytes())));
        assertInstanceOf(Event.Refused.class, events.<Event>readValue(new ByteArrayInputStream(new byte[0])));
    }

    /** Reads the headers of an invocation as Quarkus's poll loop does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"client\":{\"installation_id\":7},\"custom\":[]}",
                "{\"cognitoIdentityId\":{}}",
                "no JSON",
                "null"
            })
    void anyCallersContextIsNoObstacle(String header) throws Exception {
        HttpServer api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Lambda-Runtime-Aws-Request-Id", "1");
            exchange.getResponseHeaders().add("Lambda-Runtime-Cognito-Identity", header);
            exchange.getResponseHeaders().add("Lambda-Runtime-Client-Context", header);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        api.start();
        try {
            URI address = URI.create("http://127.0.0.1:" + api.getAddress().getPort() + "/");
            AmazonLambdaContext context = new AmazonLambdaContext(
                    (HttpURLConnection) address.toURL().openConnection(),
                    mapper.readerFor(CognitoIdentity.class),
                    mapper.readerFor(ClientContextImpl.class));
            assertEquals("1", context.getAwsRequestId());
            assertNull(context.getIdentity());
            assertNull(context.getClientContext());
        } finally {
            api.stop(0);
        }
    }

    @Test
    void aResultIsWrittenUnchanged() throws Exception {
        String upload = "{ \"bytes\" : 1.00, \"x\":\"\\u00e9\\/\", \"bytes\":12345678901234567890 }";
        assertEquals(upload, mapper.writerFor(JsonNode.class).writeValueAsString(Json.raw(upload)));
    }

    @Test
    void aFailureIsWrittenWithItsDocumentedType() throws Exception {
        InvocationFailure failure = InvocationFailure.of(Failure.of(FailureKind.RATE_LIMITED, "Slow \"down\"."));
        JsonNode error = written(new FunctionError(
                ApplicationException.class.getName(), new ApplicationException(failure).getMessage()));
        assertEquals("{\"errorType\":\"RateLimited\",\"errorMessage\":\"Slow \\\"down\\\".\"}", error.toString());
    }

    @Test
    void aKeyInAFailureIsMasked() {
        String key = "sk-proj-0123456789abcdef0123";
        assertEquals(
                "{\"errorType\":\"CleanUpIncomplete\",\"errorMessage\":\"*** is left\"}",
                InvocationFailure.of(FailureKind.CLEAN_UP_INCOMPLETE, key + " is left")
                        .toString());
    }

    @Test
    void whatElseIsThrownIsAnInternalErrorWithoutItsText() throws Exception {
        JsonNode error = written(new FunctionError("java.lang.OutOfMemoryError", "a text from somewhere"));
        assertEquals("InternalError", error.get("errorType").textValue());
        assertThat(error.get("errorMessage").textValue(), containsString("(java.lang.OutOfMemoryError)"));
        error = written(new FunctionError(ApplicationException.class.getName(), "java.lang.NullPointerException: x"));
        assertEquals("InternalError", error.get("errorType").textValue());
    }
}
