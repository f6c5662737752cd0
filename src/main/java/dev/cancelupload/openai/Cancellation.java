package dev.cancelupload.openai;

import dev.cancelupload.credentials.BearerToken;
import dev.cancelupload.credentials.CredentialsException;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.time.Budget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * Cancels one Upload, attempt by attempt. The caller waits between them, so that it can do other work meanwhile. For
 * use by one thread at a time.
 */
public final class Cancellation {

    /** A retry with less time than this would only time out, perhaps after the request was sent. */
    private static final Duration MIN_ATTEMPT = Duration.ofMillis(250);

    private final UploadsClient client;
    private final UploadId id;
    private final Optional<String> clientRequestId;
    private final Budget budget;
    private long start;

    private int attempts;
    /** Whether the first token was refused and replaced. That attempt does not count as one to retry. */
    private boolean tokenReplaced;
    /** Whether an earlier attempt may have cancelled the Upload, although its response did not say so. */
    private boolean mayHaveCancelled;
    /** Whether the last attempt had no response, or that of another request. */
    private boolean responseLost;

    Cancellation(UploadsClient client, UploadId id, Optional<String> clientRequestId, Budget budget) {
        this.client = client;
        this.id = id;
        this.clientRequestId = clientRequestId;
        this.budget = budget;
    }

    /** What follows an attempt. */
    public sealed interface Step {
        /** The next attempt is to be made after this time. */
        record Wait(Duration time) implements Step {}

        /** There is no other attempt. */
        record Done(Outcome outcome) implements Step {}
    }

    /** Makes the next attempt. */
    public Step next() {
        if (start == 0) {
            start = System.nanoTime();
        }
        if (id.problem().isPresent()) {
            return failed(Failure.of(FailureKind.INVALID_UPLOAD_ID, id.problem().get()));
        }
        if (budget.isSpent() || attempts > 0 && !fits(Duration.ZERO)) {
            return failed(texts().budgetSpent());
        }
        try {
            return attempt(client.credentials().current(budget));
        } catch (CredentialsException e) {
            return failed(texts().noCredentials(e));
        }
    }

    /** Ends it before the next attempt, since another Upload had a failure that all others would have. */
    public Outcome stop(Failure failure) {
        return failed(texts().stopped(failure)).outcome();
    }

    /** Does what an attempt does after its response, which is canned. */
    Outcome warmUp(Exchange exchange) {
        return ((Step.Done) answered(client.api().cancel(id.given(), null, exchange))).outcome();
    }

    private Step attempt(BearerToken token) throws CredentialsException {
        attempts++;
        try {
            Exchange exchange = new Exchange(token, budget.atMost(client.timeout()), responseLost, Optional.empty());
            return answered(client.api().cancel(id.given(), clientRequestId.orElse(null), exchange));
        } catch (RuntimeException e) {
            // The REST client wraps what filters and mappers throw in different ways.
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof ErrorStatusException error) {
                    return refused(error, token);
                }
                if (cause instanceof TransportException lost) {
                    return lost(lost);
                }
            }
            throw e;
        }
    }

    private Step answered(RestResponse<Upload> response) {
        ResponseHeaders headers = ResponseHeaders.of(response.getStringHeaders());
        Upload upload = response.getEntity() == null ? Upload.read("") : response.getEntity();
        ErrorResponse answer = new ErrorResponse(response.getStatus(), headers, "", Optional.empty());
        if (upload.problem().isPresent()) {
            return failed(texts().unusable(upload.problem().get(), answer));
        }
        if (!upload.id().equals(id.given())) {
            // Other idle connections may have such responses too.
            client.closeIdleConnections();
            String problem = "is about another Upload (" + UploadId.shown(upload.id()) + ")";
            return retryOr(ResponseHeaders.NONE, true, true, texts().unusable(problem, answer));
        }
        return switch (upload.status()) {
            case "pending" -> failed(texts().unusable("has a success status, but the Upload is still pending", answer));
            case "completed", "expired" -> failed(texts().alreadyFinal(upload.status(), "", answer));
            default ->
                new Step.Done(new Outcome.Cancelled(
                        id,
                        new CancelledUpload(Redaction.mask(upload.json()), answer.status(), headers, attempts),
                        millis()));
        };
    }

    private Step refused(ErrorStatusException error, BearerToken token) throws CredentialsException {
        String body = new String(error.body(), StandardCharsets.UTF_8);
        Optional<ErrorObject> object = ErrorObject.read(body);
        ResponseHeaders headers = ResponseHeaders.of(error.headers());
        Verdict verdict = Verdict.of(error.status(), headers, object, id);
        if (error.status() == 401 && !tokenReplaced && client.credentials().replace(token, budget)) {
            tokenReplaced = true;
            return new Step.Wait(Duration.ZERO);
        }
        Failure failure = texts().refused(verdict, error.status(), headers, object, body);
        return verdict.retried() ? retryOr(headers, verdict.mayHaveCancelled(), false, failure) : failed(failure);
    }

    private Step lost(TransportException lost) {
        Failure failure = lost.timedOut() && budget.isSpent() ? texts().budgetSpent() : texts().lost(lost);
        return retryOr(ResponseHeaders.NONE, lost.sent(), true, failure);
    }

    /** Waits for the next attempt if there may be one, and its wait fits the time left. */
    private Step retryOr(ResponseHeaders headers, boolean attemptMayHaveCancelled, boolean lost, Failure failure) {
        int retry = tokenReplaced ? attempts - 1 : attempts;
        if (retry > client.maxRetries()) {
            return failed(failure);
        }
        Duration wait = client.retries().waitBefore(retry, headers, Instant.now());
        if (!fits(wait)) {
            return failed(failure);
        }
        mayHaveCancelled |= attemptMayHaveCancelled;
        responseLost = lost;
        return new Step.Wait(wait);
    }

    /** Whether the budget leaves enough time for an attempt after this wait. */
    private boolean fits(Duration wait) {
        return budget.remaining().minus(wait).compareTo(MIN_ATTEMPT) >= 0;
    }

    private FailureTexts texts() {
        return new FailureTexts(id, attempts, mayHaveCancelled);
    }

    private Step.Done failed(Failure failure) {
        return new Step.Done(new Outcome.NotCancelled(id, failure, millis()));
    }

    /** Since the first attempt began; 0 without one. */
    private long millis() {
        return start == 0 ? 0 : (System.nanoTime() - start) / 1_000_000;
    }
}
