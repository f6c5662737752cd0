package dev.cancelupload.it;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.cancel.Report;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.credentials.BearerToken;
import dev.cancelupload.credentials.Credentials;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.UploadId;
import dev.cancelupload.openai.UploadsClient;
import dev.cancelupload.time.Budget;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The function on the JVM, as dev mode runs it: through Quarkus's mock of Lambda's event server. */
@QuarkusTest
@WithTestResource(CancelUploadTest.OpenAi.class)
class CancelUploadTest {

    /** Starts a stand-in of OpenAI, and configures the function to call it. */
    public static final class OpenAi implements QuarkusTestResourceLifecycleManager {

        private OpenAiStandIn standIn;

        @Override
        public Map<String, String> start() {
            standIn = new OpenAiStandIn();
            standIn.answers("upload_busy", Answer.busy(503).header("retry-after", "60"));
            standIn.answers("upload_refused", Answer.error(401, "no").after(Duration.ofMillis(500)));
            standIn.answers("upload_other", Answer.json(200, Answer.UPLOAD.replace("{id}", "upload_of_another")));
            standIn.answers("upload_final", Answer.error(400, "Upload is already completed."));
            return Map.of("OPENAI_API_KEY", OpenAiStandIn.KEY, "OPENAI_BASE_URL", standIn.url());
        }

        @Override
        public void stop() {
            standIn.close();
        }
    }

    private static ValidatableResponse result(int status, String event) {
        return given().contentType(ContentType.JSON)
                .body(event)
                .when()
                .post()
                .then()
                .statusCode(status);
    }

    @Test
    void oneIdIsCancelledAndGiven() {
        result(200, Events.one("upload_1")).body("id", equalTo("upload_1")).body("status", equalTo("cancelled"));
    }

    @Test
    void aFailureIsAnErrorOfItsType() {
        result(500, Events.one("upload_final"))
                .body("errorType", equalTo("UploadAlreadyFinal"))
                .body("errorMessage", containsString("upload_final is already completed"));
    }

    @Test
    void aListIsSeenTo() {
        result(200, Events.ids("upload_1", "upload_final"))
                .body("cancelled", contains("upload_1"))
                .body("final.uploadId", contains("upload_final"));
    }

    @Test
    void anHttpRequestHasAnHttpResponse() {
        result(200, Events.http("upload_1"))
                .body("statusCode", equalTo(200))
                .body("body", containsString("\"cancelled\""));
    }

    @Test
    void aQueueGetsBackWhatIsNotDone() {
        result(200, Events.sqs("upload_1", "upload_other", "upload_final"))
                .body("batchItemFailures.itemIdentifier", contains("message-1"));
    }

    @Test
    void theUploadOfSomebodyElseIsNoSuccess() {
        result(500, Events.one("upload_other"))
                .body("errorType", equalTo("UpstreamFailure"))
                .body("errorMessage", containsString("is about another Upload"));
    }

    @Test
    void anEventThatIsNoneIsRefused() {
        result(500, "{}").body("errorType", equalTo("InvalidUploadId"));
    }

    @Inject
    Canceller canceller;

    private static List<UploadId> ids(String... ids) {
        return Stream.of(ids).map(UploadId::of).toList();
    }

    @Test
    void whatIsThrownForOneOfABatchLosesNoOther() {
        Report report = canceller.cancelAll(
                ids("upload_1", "upload_2", "upload_3"), Budget.of(Duration.ofSeconds(20)), outcome -> {
                    if (outcome.id().given().equals("upload_1")) {
                        throw new AssertionError("a defect of the log");
                    }
                });
        assertEquals(3, report.in(Outcome.State.CANCELLED).size());
    }

    @Test
    void aBatchThatIsStoppedDoesNotWaitForARetryThatItDoesNotMake() {
        Report report = assertTimeout(
                Duration.ofSeconds(30),
                () -> canceller.cancelAll(
                        ids("upload_busy", "upload_refused"), Budget.of(Duration.ofMinutes(5)), outcome -> {}));
        assertEquals(
                FailureKind.CREDENTIALS_REJECTED,
                report.stoppedBy().orElseThrow().kind());
        assertEquals(2, report.in(Outcome.State.LEFT).size());
    }

    @Test
    void anErrorInOneWorkerNeitherHangsTheBatchNorLosesTheOthers() {
        AtomicBoolean thrown = new AtomicBoolean();
        Credentials credentials = budget -> {
            if (!thrown.getAndSet(true)) {
                throw new StackOverflowError();
            }
            return new BearerToken(OpenAiStandIn.KEY);
        };
        try (OpenAiStandIn openai = new OpenAiStandIn()) {
            Map<String, String> environment = Map.of(
                    "OPENAI_API_KEY", OpenAiStandIn.KEY, "OPENAI_BASE_URL", openai.url(), "CLEAN_UP_CONCURRENCY", "1");
            Configuration configuration = Configuration.of(environment::get);
            UploadsClient client =
                    new UploadsClient(configuration, credentials, new HttpTransport(Optional.empty(), null), "test");
            List<UploadId> ids = ids("upload_1", "upload_2", "upload_3");
            Report report = assertTimeout(Duration.ofSeconds(30), () -> new Canceller(client, configuration)
                    .cancelAll(ids, Budget.of(Duration.ofMinutes(5)), outcome -> {}));
            assertEquals("InternalError", report.outcomes().get(ids.get(0)).name());
            assertEquals(2, report.in(Outcome.State.CANCELLED).size());
        }
    }
}
