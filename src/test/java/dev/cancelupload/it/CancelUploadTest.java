package dev.cancelupload.it;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import java.util.Map;
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
    void anEventThatIsNoneIsRefused() {
        result(500, "{}").body("errorType", equalTo("InvalidUploadId"));
    }
}
