package dev.cancelupload.openai;

import dev.cancelupload.config.ApiKey;
import dev.cancelupload.config.ApiKeys;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.http.Exchange;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import jakarta.ws.rs.Priorities;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.resteasy.reactive.RestResponse;

/** Cancels Uploads: makes the calls of {@link UploadsApi} and retries by {@link RetryPolicy}. */
public final class UploadsClient {

    private static final byte[] WARM_UP_RESPONSE =
            """
            HTTP/1.1 200 OK\r
            content-type: application/json\r
            x-request-id: req_warmup\r
            content-length: 154\r
            \r
            {"id":"upload_warmup","object":"upload","bytes":1,"created_at":1,"filename":"f","purpose":"batch",\
            "status":"cancelled","expires_at":2,"file":null,"p":1.5}"""
                    .getBytes(StandardCharsets.US_ASCII);

    private static final String PENDING = "pending";
    private static final int UNAUTHORIZED = 401;

    private final UploadsApi api;
    private final ApiKeys keys;
    private final HttpTransport transport;
    private final RetryPolicy retries;
    private final Duration timeout;

    /**
     * @param configuration the base URL, retries and timeout
     * @param keys provides the key for each request
     * @param transport sends the requests
     * @param version of this function, for {@code User-Agent}
     */
    public UploadsClient(Configuration configuration, ApiKeys keys, HttpTransport transport, String version) {
        this.keys = keys;
        this.transport = transport;
        this.retries = new RetryPolicy(
                configuration.maxRetries(), () -> ThreadLocalRandom.current().nextDouble());
        this.timeout = configuration.timeout();
        this.api = QuarkusRestClientBuilder.newBuilder()
                .baseUri(configuration.baseUrl())
                // With an explicit priority Quarkus does not search for annotations.
                .register(new RequestHeaders(configuration, keys, version), Priorities.USER)
                .register(transport, HttpTransport.PRIORITY)
                .register(new UploadReader(), Priorities.USER)
                .register(new ErrorResponseMapper(), Priorities.USER)
                .build(UploadsApi.class);
    }

    /**
     * Prepares a cancel. The first {@link CancelCall#attempt} sends the first request.
     *
     * @param id the Upload
     * @param clientRequestId the caller's identifier of the request for OpenAI's support, if it has one
     * @param budget for all attempts and the waits between them
     */
    public CancelCall cancel(UploadId id, Optional<String> clientRequestId, Budget budget) {
        return new CancelCall(id, retries, budget, (number, onNewConnection) -> {
            keys.refresh(budget);
            ApiKey key = keys.current();
            AttemptResult attempt = attempt(id, clientRequestId, budget, number, onNewConnection);
            return attempt instanceof AttemptResult.HttpError error
                            && error.response().status() == UNAUTHORIZED
                            && keys.refreshAfterRefusal(key, budget)
                    ? new AttemptResult.KeyReplaced(error)
                    : attempt;
        });
    }

    /**
     * Makes a call that sends nothing, so that the first real one finds classes initialized and memory paged in.
     *
     * @return the Upload of a canned response
     */
    public CancelledUpload warmUp() {
        return ((AttemptResult.Succeeded) call(
                        new UploadId("upload_warmup"),
                        Optional.empty(),
                        1,
                        new Exchange.CannedResponse(WARM_UP_RESPONSE),
                        Budget.of(timeout)))
                .cancelled();
    }

    /** @param budget for all attempts */
    private AttemptResult attempt(
            UploadId id, Optional<String> clientRequestId, Budget budget, int number, boolean onNewConnection) {
        try {
            Exchange exchange = new Exchange.OverNetwork(budget.atMost(timeout), onNewConnection);
            AttemptResult attempt = call(id, clientRequestId, number, exchange, budget);
            if (attempt instanceof AttemptResult.Unusable unusable && unusable.ofAnotherRequest()) {
                // Other idle connections may have such responses too.
                transport.closeIdle();
            }
            return attempt;
        } catch (Exception e) {
            return toResult(e, id, budget);
        }
    }

    private AttemptResult call(
            UploadId id, Optional<String> clientRequestId, int number, Exchange exchange, Budget budget) {
        RestResponse<UploadBody> response = api.cancel(id.value(), clientRequestId.orElse(null), exchange);
        ResponseHeaders headers = ResponseHeaders.of(response.getStringHeaders(), budget);
        UploadBody body = response.getEntity();
        if (body instanceof Upload upload) {
            return validate(id, upload, response.getStatus(), headers, number, budget);
        }
        String reason = body instanceof UploadBody.Other other ? other.reason() : "is empty";
        return new AttemptResult.Unusable(response.getStatus(), headers, reason, false);
    }

    /** Checks that it is the requested Upload, and that it is cancelled. */
    private static AttemptResult validate(
            UploadId id, Upload upload, int status, ResponseHeaders headers, int number, Budget budget) {
        if (!upload.id().equals(id.value())) {
            return new AttemptResult.Unusable(
                    status, headers, "is about another Upload (" + UploadId.shown(upload.id()) + ")", true);
        }
        if (upload.status().equals(PENDING)) {
            return new AttemptResult.Unusable(
                    status, headers, "has a success status, but the Upload is still pending", false);
        }
        if (upload.status().equals(FinalState.COMPLETED.value())
                || upload.status().equals(FinalState.EXPIRED.value())) {
            FinalState state = FinalState.valueOf(upload.status().toUpperCase(Locale.ROOT));
            return new AttemptResult.AlreadyFinal(status, headers, state);
        }
        return Redaction.current()
                .maskJson(upload.json(), id.value(), budget)
                .<AttemptResult>map(
                        json -> new AttemptResult.Succeeded(new CancelledUpload(json, status, headers, number)))
                .orElseGet(() -> new AttemptResult.Unusable(
                        status,
                        headers,
                        budget.isSpent()
                                ? "was not searched for the API key in time, and is not shown for that reason"
                                : "repeats the API key, and is not shown for that reason",
                        false));
    }

    /** Unwraps the exceptions of filters, readers and mappers, which the REST client wraps in different ways. */
    private static AttemptResult toResult(Exception e, UploadId id, Budget budget) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ErrorResponseException error) {
                return new AttemptResult.HttpError(error.response(id, budget));
            }
            if (cause instanceof TransportException reason) {
                return new AttemptResult.NoResponse(reason);
            }
        }
        throw new IllegalStateException("the REST client failed", e);
    }
}
