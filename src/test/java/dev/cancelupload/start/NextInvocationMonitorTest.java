package dev.cancelupload.start;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.upstream.Openings;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.net.CookieHandler;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The executable's own loop is in EndOfLoopIT. */
class NextInvocationMonitorTest {

    /** In a JVM of its own, which is ended. Asks twice for the next event, as Quarkus's poll loop does. */
    public static final class Asker {
        public static void main(String... arguments) {
            CookieHandler.setDefault(new NextInvocationMonitor());
            for (int i = 0; i < 2; i++) {
                System.out.println(ask("http://" + arguments[0] + "/2018-06-01/runtime/invocation/next"));
            }
        }

        private static String ask(String uri) {
            try {
                HttpURLConnection connection =
                        (HttpURLConnection) URI.create(uri).toURL().openConnection();
                return "answered " + connection.getResponseCode();
            } catch (IOException e) {
                return "failed";
            }
        }
    }

    private static ChildJvm.Result ask(String answer) throws Exception {
        try (Upstream api = new Upstream().opensAll(Openings.answer(answer))) {
            return ChildJvm.run(Asker.class, Map.of(), "127.0.0.1:" + api.port());
        }
    }

    private static String event(String status, String headers) {
        return "HTTP/1.1 " + status + "\r\n" + headers + "connection: close\r\ncontent-length: 2\r\n\r\n{}";
    }

    @Test
    void anEventWithItsIdIsHandedOver() throws Exception {
        ChildJvm.Result result = ask(event("200 OK", "Lambda-Runtime-Aws-Request-Id: 1\r\n"));
        assertEquals(0, result.status());
        assertEquals("[answered 200, answered 200]", result.lines().toString());
    }

    @ParameterizedTest
    @CsvSource({"500 Internal Server Error", "403 Forbidden", "404 Not Found", "2000 OK", "204 No Content"})
    void aStatusThatIsNoEventEndsTheProcess(String status) throws Exception {
        isEnded(ask(event(status, "Lambda-Runtime-Aws-Request-Id: 1\r\n")), "HTTP/1.1 " + status.substring(0, 3));
    }

    @Test
    void anEventWithoutAnIdEndsTheProcess() throws Exception {
        isEnded(ask(event("200 OK", "")), "an event without Lambda-Runtime-Aws-Request-Id");
    }

    /** A JDK that gets no HTTP tells nobody, and so the process ends when it asks again. */
    @Test
    void whatIsNotHttpEndsTheProcess() throws Exception {
        isEnded(ask("garbage\r\n\r\n"), "something that is not HTTP");
    }

    private static void isEnded(ChildJvm.Result result, String reason) {
        assertEquals(1, result.status(), result::toString);
        assertThat(
                result.lines().get(result.lines().size() - 1),
                containsString(" to the request for the next event. The process exits"));
        assertThat(result.lines().get(result.lines().size() - 1), containsString(reason));
    }
}
