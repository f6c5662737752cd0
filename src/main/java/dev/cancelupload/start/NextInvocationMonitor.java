package dev.cancelupload.start;

import java.net.CookieHandler;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Exits when the Runtime API responds to a request for the next event with an error, or with anything but an event. AWS
 * documents that the runtime should then exit promptly; Quarkus's poll loop would repeat the request at once, forever.
 *
 * <p>A cookie handler, since it is the only hook of {@code HttpURLConnection} that is called before each request, and
 * with the status line and headers of each response. It handles no cookies.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html#runtimes-api-next">Next invocation</a>
 */
final class NextInvocationMonitor extends CookieHandler {

    private static final String NEXT = "/invocation/next";
    private static final String REQUEST_ID = "Lambda-Runtime-Aws-Request-Id";
    private static final Pattern OK = Pattern.compile("HTTP/1\\.[01] 200( .*)?");

    /** Only the thread of the poll loop uses it. */
    private boolean awaitingResponse;

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> requestHeaders) {
        if (isNextInvocation(uri)) {
            if (awaitingResponse) {
                // The handler is not called for a response that is not HTTP.
                exit("something that is not HTTP");
            }
            awaitingResponse = true;
        }
        return Map.of();
    }

    @Override
    public void put(URI uri, Map<String, List<String>> responseHeaders) {
        if (!isNextInvocation(uri)) {
            return;
        }
        awaitingResponse = false;
        String statusLine = responseHeaders.getOrDefault(null, List.of("")).get(0);
        if (!OK.matcher(statusLine).matches()) {
            exit('"' + visible(statusLine) + '"');
        }
        if (responseHeaders.keySet().stream().noneMatch(REQUEST_ID::equalsIgnoreCase)) {
            exit("an event without " + REQUEST_ID);
        }
    }

    private static boolean isNextInvocation(URI uri) {
        return uri.getPath().endsWith(NEXT);
    }

    private static void exit(String response) {
        PollLoopMonitor.log(
                "The Runtime API answered " + response
                        + " to the request for the next event. The process exits, so that Lambda replaces it.",
                null);
        Runtime.getRuntime().halt(1);
    }

    private static String visible(String text) {
        return text.substring(0, Math.min(text.length(), 100)).replaceAll("[^ -~]", "?");
    }
}
