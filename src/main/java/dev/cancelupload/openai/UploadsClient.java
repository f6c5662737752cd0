package dev.cancelupload.openai;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.http.Budget;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLSocketFactory;
import org.jboss.resteasy.reactive.RestResponse;

/** Cancels Uploads: makes the calls of {@link UploadsApi} and tries again as {@link RetryPolicy} says. */
public final class UploadsClient {

    private final UploadsApi api;
    private final HttpTransport transport;
    private final RetryPolicy retries;
    private final Duration timeout;

    /**
     * @param configuration where and how to call
     * @param tls makes the TLS connections
     * @param version ours, for {@code User-Agent}
     * @param mapper reads the answers
     */
    public UploadsClient(Configuration configuration, SSLSocketFactory tls, String version, ObjectMapper mapper) {
        this.transport = new HttpTransport(configuration.proxy(), tls, configuration.apiKey()::redact);
        this.retries = new RetryPolicy(
                configuration.maxRetries(), () -> ThreadLocalRandom.current().nextDouble());
        this.timeout = configuration.timeout();
        this.api = QuarkusRestClientBuilder.newBuilder()
                .baseUri(configuration.baseUrl())
                .register(new RequestHeaders(configuration, version))
                .register(transport)
                .register(new UploadReader(mapper))
                .register(new ErrorAnswerMapper(mapper))
                .build(UploadsApi.class);
    }

    /**
     * Cancels an Upload.
     *
     * @param id the Upload
     * @param clientRequestId the caller's own identifier of the request for OpenAI's support, if it has one
     * @param budget the time for all attempts and the waits between them
     * @throws UploadFailure if it was not cancelled by this call, or if that is not known
     */
    public Cancelled cancel(UploadId id, Optional<String> clientRequestId, Budget budget) {
        boolean mayHaveCancelled = false;
        for (int number = 1; ; number++) {
            if (budget.isSpent()) {
                throw Failures.budgetSpent(id, number - 1);
            }
            Attempt attempt = attempt(id, clientRequestId, budget.atMost(timeout), number);
            if (attempt instanceof Attempt.Succeeded succeeded) {
                return succeeded.cancelled();
            }
            Optional<Duration> wait = retries.waitAfter(number, attempt, Instant.now());
            if (wait.isEmpty() || wait.get().compareTo(budget.left()) >= 0) {
                throw Failures.of(id, attempt, number, mayHaveCancelled, budget);
            }
            mayHaveCancelled |= attempt.mayHaveCancelled();
            pause(wait.get());
        }
    }

    private Attempt attempt(UploadId id, Optional<String> clientRequestId, Budget budget, int number) {
        try {
            RestResponse<Upload> answer =
                    transport.within(budget, () -> api.cancel(id.value(), clientRequestId.orElse(null)));
            AnswerHeaders headers = AnswerHeaders.of(answer.getStringHeaders());
            if (answer.getEntity() == null) {
                return new Attempt.Unusable(new NotAnUploadException("is empty", answer.getStatus(), headers));
            }
            return new Attempt.Succeeded(new Cancelled(answer.getEntity(), answer.getStatus(), headers, number));
        } catch (Exception e) {
            return failed(e);
        }
    }

    /** The REST client wraps what its filters, readers and mappers throw, each in a way of its own. */
    private static Attempt failed(Exception e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ErrorAnswerException error) {
                return new Attempt.Answered(error.answer());
            }
            if (cause instanceof TransportException reason) {
                return new Attempt.Broken(reason);
            }
            if (cause instanceof NotAnUploadException reason) {
                return new Attempt.Unusable(reason);
            }
        }
        throw new IllegalStateException("the REST client failed", e);
    }

    private static void pause(Duration wait) {
        try {
            Thread.sleep(wait.toMillis(), wait.toNanosPart() % 1_000_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted between two attempts", e);
        }
    }
}
