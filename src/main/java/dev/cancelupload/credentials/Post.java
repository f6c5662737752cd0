package dev.cancelupload.credentials;

import dev.cancelupload.http.HttpRequest;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** One POST, on a connection of its own, repeated while its failure is temporary and time is left. */
final class Post {

    /** Bound on one request; leaves time for another one if a packet was lost. */
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(1500);

    private static final long FIRST_WAIT_MILLIS = 100;

    private Post() {}

    /**
     * Sends the request.
     *
     * @param request makes the request for each attempt, since a signature has the time in it
     * @param temporary whether a response of this kind may be another one in a moment; 429 and 5xx always may
     * @return the last response, with any status
     * @throws TransportException if there is none
     */
    static HttpResponse send(
            HttpTransport transport, Supplier<HttpRequest> request, Predicate<HttpResponse> temporary, Budget budget)
            throws TransportException {
        for (long wait = FIRST_WAIT_MILLIS; ; wait *= 2) {
            try {
                HttpResponse response = transport.sendOnNewConnection(request.get(), budget.atMost(ATTEMPT_TIMEOUT));
                boolean again = response.status() == 429 || response.status() >= 500 || temporary.test(response);
                if (!again || !pause(wait, budget)) {
                    return response;
                }
            } catch (TransportException e) {
                if (!pause(wait, budget)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Waits, less up to a quarter, so that sandboxes that start together do not retry together.
     *
     * @return whether there was time for it and for another attempt
     */
    private static boolean pause(long millis, Budget budget) {
        if (budget.remaining().toMillis() < 2 * millis) {
            return false;
        }
        try {
            Thread.sleep(millis - ThreadLocalRandom.current().nextLong(millis / 4));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
