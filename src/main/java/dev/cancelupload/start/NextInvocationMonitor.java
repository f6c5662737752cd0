package dev.cancelupload.start;

import java.net.CookieHandler;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Exits when the Runtime API refuses to hand over the next event, or answers with anything but one. AWS says of such an
 * answer that the runtime should exit promptly; Quarkus's poll loop would ask again at once, for ever.
 *
 * <p>A cookie handler is asked before each request of an {@code HttpURLConnection} and told the status line and the
 * headers of each answer; nothing else is. There are no cookies.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next">Next invocation</a>
 */
final class NextInvocationMonitor extends CookieHandler {

    private static final String NEXT = "/invocation/next";
    private static final String REQUEST_ID = "Lambda-Runtime-Aws-Request-Id";
    private static final Pattern OK = Pattern.compile("HTTP/1\\.[01] 200( .*)?");

    /** Used by the thread of the poll loop alone. */
    private boolean asked;

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> requestHeaders) {
        if (isNext(uri)) {
            if (asked) {
                // Nobody is told of an answer that is no HTTP.
                exit("something that is not HTTP");
            }
            asked = true;
        }
        return Map.of();
    }

    @Override
    public void put(URI uri, Map<String, List<String>> responseHeaders) {
        if (!isNext(uri)) {
            return;
        }
        asked = false;
        String statusLine = responseHeaders.getOrDefault(null, List.of("")).get(0);
        if (!OK.matcher(statusLine).matches()) {
            exit('"' + visible(statusLine) + '"');
        }
        if (responseHeaders.keySet().stream().noneMatch(REQUEST_ID::equalsIgnoreCase)) {
            exit("an event without " + REQUEST_ID);
        }
    }

    private static boolean isNext(URI uri) {
        return uri.getPath().endsWith(NEXT);
    }

    private static void exit(String answer) {
        PollLoopMonitor.log(
                "The Runtime API, asked for the next event, answered " + answer
                        + ". The process exits, so that Lambda replaces it.",
                null);
        Runtime.getRuntime().halt(1);
    }

    private static String visible(String text) {
        return text.substring(0, Math.min(text.length(), 100)).replaceAll("[^ -~]", "?");
    }
}
