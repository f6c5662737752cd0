package dev.cancelupload.start;

import dev.cancelupload.time.InvocationDeadline;
import java.net.CookieHandler;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * Looks at each answer of Lambda's Runtime API. It takes the deadline of each invocation, and ends the process if the
 * request for the next event gets anything but an event, or a result is answered by a status of 500, which means that
 * the container is broken. AWS documents that the runtime should then exit promptly; Quarkus's poll loop would repeat
 * the request at once, forever.
 *
 * <p>A cookie handler, since it is the only hook of {@code HttpURLConnection} that is called before each request, and
 * with the status line and headers of each response. It handles no cookies.
 *
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html">Runtime API</a>
 */
final class NextInvocationMonitor extends CookieHandler {

    private static final String REQUEST_ID = "Lambda-Runtime-Aws-Request-Id";
    private static final String DEADLINE = "Lambda-Runtime-Deadline-Ms";

    /** Only the thread of the poll loop uses it. */
    private boolean awaitingEvent;

    @Override
    public Map<String, List<String>> get(URI uri, Map<String, List<String>> requestHeaders) {
        if (isNextInvocation(uri)) {
            if (awaitingEvent) {
                // The handler is not called for a response that is not HTTP.
                exit("The Runtime API did not answer in HTTP.");
            }
            awaitingEvent = true;
        }
        return Map.of();
    }

    @Override
    public void put(URI uri, Map<String, List<String>> responseHeaders) {
        String statusLine = responseHeaders.getOrDefault(null, List.of("")).get(0);
        String status =
                statusLine.startsWith("HTTP/1.") && statusLine.length() >= 12 ? statusLine.substring(9, 12) : "";
        if (!isNextInvocation(uri)) {
            if (status.equals("500")) {
                exit("The Runtime API answered 500 to a result.");
            }
            return;
        }
        awaitingEvent = false;
        if (!status.equals("200")) {
            exit("The Runtime API answered \"" + visible(statusLine) + "\" to the request for the next event.");
        }
        if (valueOf(REQUEST_ID, responseHeaders) == null) {
            exit("The Runtime API answered the request for the next event without " + REQUEST_ID + ".");
        }
        InvocationDeadline.set(valueOf(DEADLINE, responseHeaders));
    }

    private static boolean isNextInvocation(URI uri) {
        return uri.getPath().endsWith("/invocation/next");
    }

    private static String valueOf(String name, Map<String, List<String>> headers) {
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            if (name.equalsIgnoreCase(header.getKey())) {
                return header.getValue().get(0);
            }
        }
        return null;
    }

    private static void exit(String problem) {
        PollLoopMonitor.log(problem + " The process exits, so that Lambda replaces it.", null);
        Runtime.getRuntime().halt(1);
    }

    private static String visible(String text) {
        return text.substring(0, Math.min(text.length(), 100)).replaceAll("[^ -~]", "?");
    }
}
