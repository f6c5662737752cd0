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

/** Cancels Uploads: makes the calls of {@link UploadsApi} and tries again as {@link RetryPolicy} says. */
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
     * @param configuration where and how to call
     * @param keys gives the key of each request
     * @param transport carries the calls
     * @param version ours, for {@code User-Agent}
     */
    public UploadsClient(Configuration configuration, ApiKeys keys, HttpTransport transport, String version) {
        this.keys = keys;
        this.transport = transport;
        this.retries = new RetryPolicy(
                configuration.maxRetries(), () -> ThreadLocalRandom.current().nextDouble());
        this.timeout = configuration.timeout();
        this.api = QuarkusRestClientBuilder.newBuilder()
                .baseUri(configuration.baseUrl())
                // With a priority, no annotations are looked for.
                .register(new RequestHeaders(configuration, keys, version), Priorities.USER)
                .register(transport, HttpTransport.PRIORITY)
                .register(new UploadReader(), Priorities.USER)
                .register(new ErrorResponseMapper(), Priorities.USER)
                .build(UploadsApi.class);
    }

    /**
     * Prepares a cancel; its first {@link CancelCall#attempt} makes the first request.
     *
     * @param id the Upload
     * @param clientRequestId the caller's own identifier of the request for OpenAI's support, if it has one
     * @param budget the time for all attempts and the waits between them
     */
    public CancelCall cancel(UploadId id, Optional<String> clientRequestId, Budget budget) {
        return new CancelCall(id, retries, budget, (number, onNewConnection) -> {
            keys.refresh(budget);
            ApiKey key = keys.current();
            AttemptResult attempt = attempt(id, clientRequestId, budget.atMost(timeout), number, onNewConnection);
            return attempt instanceof AttemptResult.Answered answered
                            && answered.answer().status() == UNAUTHORIZED
                            && keys.replaced(key, budget)
                    ? new AttemptResult.KeyReplaced(answered)
                    : attempt;
        });
    }

    /**
     * Makes a call that sends nothing, so that the first real one finds everything loaded and paged in.
     *
     * @return the Upload of a canned response
     */
    public CancelledUpload warmUp() {
        return ((AttemptResult.Succeeded) call(
                        new UploadId("upload_warmup"),
                        Optional.empty(),
                        1,
                        new Exchange.CannedResponse(WARM_UP_RESPONSE)))
                .cancelled();
    }

    private AttemptResult attempt(
            UploadId id, Optional<String> clientRequestId, Budget budget, int number, boolean onNewConnection) {
        try {
            AttemptResult attempt =
                    call(id, clientRequestId, number, new Exchange.OverNetwork(budget, onNewConnection));
            if (attempt instanceof AttemptResult.Unusable unusable && unusable.anothers()) {
                // Where one connection is out of step, so may others be.
                transport.closeIdle();
            }
            return attempt;
        } catch (Exception e) {
            return failed(e, id);
        }
    }

    private AttemptResult call(UploadId id, Optional<String> clientRequestId, int number, Exchange exchange) {
        RestResponse<UploadBody> answer = api.cancel(id.value(), clientRequestId.orElse(null), exchange);
        ResponseHeaders headers = ResponseHeaders.of(answer.getStringHeaders());
        UploadBody body = answer.getEntity();
        if (body instanceof Upload upload) {
            return checked(id, upload, answer.getStatus(), headers, number);
        }
        String reason = body instanceof UploadBody.Other other ? other.reason() : "is empty";
        return new AttemptResult.Unusable(answer.getStatus(), headers, reason, false);
    }

    /** That it is an Upload does not make it the one that was asked for. */
    private static AttemptResult checked(UploadId id, Upload upload, int status, ResponseHeaders headers, int number) {
        if (!upload.id().equals(id.value())) {
            return new AttemptResult.Unusable(
                    status, headers, "is about another Upload (" + UploadId.shown(upload.id()) + ")", true);
        }
        if (upload.status().equals(PENDING)) {
            return new AttemptResult.Unusable(
                    status, headers, "has the status of success, but the Upload is still pending", false);
        }
        if (upload.status().equals(FinalState.COMPLETED.word())
                || upload.status().equals(FinalState.EXPIRED.word())) {
            FinalState state = FinalState.valueOf(upload.status().toUpperCase(Locale.ROOT));
            return new AttemptResult.OtherwiseFinal(status, headers, state);
        }
        return Redaction.current()
                .json(upload.json(), id.value())
                .<AttemptResult>map(
                        json -> new AttemptResult.Succeeded(new CancelledUpload(json, status, headers, number)))
                .orElseGet(() -> new AttemptResult.Unusable(
                        status, headers, "repeats the API key, and is not shown for that reason", false));
    }

    /** The REST client wraps what its filters, readers and mappers throw, each in a way of its own. */
    private static AttemptResult failed(Exception e, UploadId id) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ErrorResponseException error) {
                return new AttemptResult.Answered(error.answer().masked(id.value()));
            }
            if (cause instanceof TransportException reason) {
                return new AttemptResult.Broken(reason);
            }
        }
        throw new IllegalStateException("the REST client failed", e);
    }
}
