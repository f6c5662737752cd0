package dev.cancelupload.openai;

import dev.cancelupload.credentials.BearerToken;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.time.Budget;
import java.util.Optional;

/**
 * How a request of {@link UploadsApi} is sent.
 *
 * @param token authorizes it
 * @param budget the time from connecting to the last byte of the response
 * @param onNewConnection whether to use a new connection, on which nothing can be left of another request
 * @param canned the response of a request that is not sent, for the warm-up
 */
record Exchange(BearerToken token, Budget budget, boolean onNewConnection, Optional<HttpResponse> canned) {}
