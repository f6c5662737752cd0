package dev.cancelupload.openai;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.http.Budget;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import jakarta.ws.rs.Priorities;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.resteasy.reactive.RestResponse;

/** Cancels Uploads: makes the calls of {@link UploadsApi} and tries again as {@link RetryPolicy} says. */
public final class UploadsClient {

    private static final byte[] REHEARSED =
            """
            HTTP/1.1 200 OK\r
            content-type: application/json\r
            x-request-id: req_rehearsal\r
            content-length: 157\r
            \r
            {"id":"upload_rehearsal","object":"upload","bytes":1,"created_at":1,"filename":"f","purpose":"batch",\
            "status":"cancelled","expires_at":2,"file":null,"p":1.5}"""
                    .getBytes(StandardCharsets.US_ASCII);

    private final UploadsApi api;
    private final HttpTransport transport;
    private final RetryPolicy retries;
    private final Duration timeout;

    /**
     * @param configuration where and how to call
     * @param transport carries the calls
     * @param version ours, for {@code User-Agent}
     * @param mapper reads the answers
     */
    public UploadsClient(Configuration configuration, HttpTransport transport, String version, ObjectMapper mapper) {
        this.transport = transport;
        this.retries = new RetryPolicy(
                configuration.maxRetries(), () -> ThreadLocalRandom.current().nextDouble());
        this.timeout = configuration.timeout();
        this.api = QuarkusRestClientBuilder.newBuilder()
                .baseUri(configuration.baseUrl())
                // With a priority, no annotations are looked for.
                .register(new RequestHeaders(configuration, version), Priorities.USER)
                .register(transport, HttpTransport.PRIORITY)
                .register(new UploadReader(mapper), Priorities.USER)
                .register(new ErrorAnswerMapper(mapper), Priorities.USER)
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

    /**
     * Goes through a call without making it, so that the first real one finds everything in place.
     *
     * @return an Upload that does not exist, as if it had been cancelled
     */
    public Cancelled rehearse() throws Exception {
        return transport.rehearse(REHEARSED, () -> call(new UploadId("upload_rehearsal"), Optional.empty(), 1));
    }

    private Attempt attempt(UploadId id, Optional<String> clientRequestId, Budget budget, int number) {
        try {
            return new Attempt.Succeeded(transport.within(budget, () -> call(id, clientRequestId, number)));
        } catch (Exception e) {
            return failed(e);
        }
    }

    private Cancelled call(UploadId id, Optional<String> clientRequestId, int number) throws NotAnUploadException {
        RestResponse<Upload> answer = api.cancel(id.value(), clientRequestId.orElse(null));
        AnswerHeaders headers = AnswerHeaders.of(answer.getStringHeaders());
        if (answer.getEntity() == null) {
            throw new NotAnUploadException("is empty", answer.getStatus(), headers);
        }
        return new Cancelled(answer.getEntity(), answer.getStatus(), headers, number);
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
