package dev.cancelupload.runtime;

import java.net.CookieHandler;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Exits when the Runtime API refuses to hand over the next event. AWS says of such an answer that the runtime should exit
 * promptly; Quarkus's poll loop would ask again at once, for ever.
 *
 * <p>A cookie handler is told the status line and the headers of every answer that an {@code HttpURLConnection} gets, and is
 * the only one that is.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next">Next invocation</a>
 */
final class NextInvocationStatus extends CookieHandler {

    private static final String NEXT = "/invocation/next";

    /** There are no cookies. */
    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> requestHeaders) {
        return Map.of();
    }

    @Override
    public void put(URI uri, Map<String, List<String>> responseHeaders) {
        if (!uri.getPath().endsWith(NEXT)) {
            return;
        }
        List<String> statusLine = responseHeaders.getOrDefault(null, List.of(""));
        if (!statusLine.get(0).contains(" 200")) {
            PollLoop.log(
                    "The Runtime API answered \"" + visible(statusLine.get(0))
                            + "\" when asked for the next event. The process exits, so that Lambda replaces it.",
                    null);
            Runtime.getRuntime().halt(1);
        }
    }

    private static String visible(String text) {
        return text.substring(0, Math.min(text.length(), 100)).replaceAll("[^ -~]", "?");
    }
}
