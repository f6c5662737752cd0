package dev.cancelupload.lambda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.fasterxml.jackson.databind.ObjectReader;
import com.sun.net.httpserver.HttpServer;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.LambdaEvent.Unreadable;
import io.quarkus.amazon.lambda.runtime.AmazonLambdaContext;
import io.quarkus.amazon.lambda.runtime.ClientContextImpl;
import java.io.ByteArrayInputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FunctionMapperTest {

    private final FunctionMapper mapper = new FunctionMapper();

    static Stream<String> headers() {
        return ContextHeaders.values();
    }

    /** Reads the headers of an invocation as Quarkus's poll loop does. */
    @ParameterizedTest
    @MethodSource("headers")
    void anyCallersContextIsNoObstacle(String header) throws Exception {
        HttpServer api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> {
            ContextHeaders.of(header).forEach(exchange.getResponseHeaders()::add);
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        api.start();
        try {
            HttpURLConnection next = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + api.getAddress().getPort() + "/")
                            .toURL()
                            .openConnection();
            ObjectReader identity = mapper.readerFor(CognitoIdentity.class);
            ObjectReader client = mapper.readerFor(ClientContextImpl.class);
            AmazonLambdaContext context = new AmazonLambdaContext(next, identity, client);
            assertEquals(200, next.getResponseCode());
            assertNull(context.getIdentity());
            assertNull(context.getClientContext());
        } finally {
            api.stop(0);
        }
    }

    @Test
    void anEventThatIsNoJsonIsReadNoLessThanOneThatIs() throws Exception {
        ObjectReader events = mapper.readerFor(mapper.constructType(LambdaEvent.class));
        for (String event : List.of("", "{", "\ufffd", "1 2")) {
            assertInstanceOf(Unreadable.class, events.readValue(new ByteArrayInputStream(event.getBytes())));
        }
        assertInstanceOf(Payload.class, events.readValue(new ByteArrayInputStream("null".getBytes())));
    }
}
