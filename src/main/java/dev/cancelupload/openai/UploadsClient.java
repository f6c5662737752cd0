package dev.cancelupload.openai;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.credentials.BearerToken;
import dev.cancelupload.credentials.Credentials;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.time.Budget;
import io.quarkus.rest.client.reactive.QuarkusRestClientBuilder;
import jakarta.ws.rs.Priorities;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** The client of OpenAI's Uploads API. */
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

    private final Configuration configuration;
    private final Credentials credentials;
    private final HttpTransport transport;
    private final RetryPolicy retries =
            new RetryPolicy(() -> ThreadLocalRandom.current().nextDouble());
    private final UploadsApi api;

    /**
     * @param configuration the base URL, retries and timeout
     * @param credentials authorize each request
     * @param transport sends the requests
     * @param version of this function, for {@code User-Agent}
     */
    public UploadsClient(
            Configuration configuration, Credentials credentials, HttpTransport transport, String version) {
        this.configuration = configuration;
        this.credentials = credentials;
        this.transport = transport;
        this.api = QuarkusRestClientBuilder.newBuilder()
                .baseUri(configuration.baseUrl())
                // With an explicit priority Quarkus does not search for annotations.
                .register(new TransportFilter(configuration, transport, version), TransportFilter.PRIORITY)
                .register(new UploadReader(), Priorities.USER)
                .register(new ErrorStatusMapper(), Priorities.USER)
                .build(UploadsApi.class);
    }

    /**
     * Prepares to cancel an Upload. The first {@link Cancellation#next} sends the first request.
     *
     * @param clientRequestId the caller's identifier of the request for OpenAI's support, if it has one
     * @param budget for all attempts and the waits between them
     */
    public Cancellation cancellation(UploadId id, Optional<String> clientRequestId, Budget budget) {
        return new Cancellation(this, id, clientRequestId, budget);
    }

    /**
     * Makes a call that sends nothing, so that the first real one finds classes initialized and memory paged in.
     *
     * @return the outcome of a canned response
     */
    public Outcome warmUp() throws IOException {
        Exchange exchange = new Exchange(
                new BearerToken("warm-up"),
                Budget.of(configuration.timeout()),
                false,
                Optional.of(HttpResponse.parse(WARM_UP_RESPONSE)));
        return new Cancellation(this, UploadId.of("upload_warmup"), Optional.empty(), exchange.budget())
                .warmUp(exchange);
    }

    UploadsApi api() {
        return api;
    }

    Credentials credentials() {
        return credentials;
    }

    RetryPolicy retries() {
        return retries;
    }

    int maxRetries() {
        return configuration.maxRetries();
    }

    Duration timeout() {
        return configuration.timeout();
    }

    void closeIdleConnections() {
        transport.closeIdle();
    }
}
