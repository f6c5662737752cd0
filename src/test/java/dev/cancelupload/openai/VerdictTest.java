package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of what OpenAI's answers mean. */
class VerdictTest {

    private static final UploadId ID = UploadId.of("upload_completed_7");

    private static Verdict of(int status, String code, String message) {
        return Verdict.of(status, ResponseHeaders.NONE, Optional.of(new ErrorObject(message, "", code)), ID);
    }

    private static Verdict withoutEnvelope(int status) {
        return Verdict.of(status, ResponseHeaders.NONE, Optional.empty(), ID);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | Upload is already completed. | completed",
                "400 | Upload is already cancelled. | cancelled",
                "400 | This upload was canceled | cancelled",
                "400 | The Upload has expired | expired",
                "409 | Cannot cancel an upload with status 'completed'. | completed",
                "400 | Cannot cancel a completed upload. | completed",
                "400 | Upload is not in pending status. Current status: completed | completed",
                "400 | Only pending uploads can be cancelled; this one is completed. | completed",
                "409 | An upload can only be cancelled while pending, this one has expired | expired"
            })
    void aStateTogetherWithUploadOrStatusIsFinal(int status, String message, String state) {
        Verdict verdict = of(status, "", message);
        assertEquals(FailureKind.UPLOAD_ALREADY_FINAL, verdict.kind());
        assertEquals(Optional.of(state), verdict.finalState());
        assertFalse(verdict.retried());
    }

    @Test
    void theCodeSaysItToo() {
        assertEquals(
                Optional.of("cancelled"),
                of(400, "upload_already_cancelled", "").finalState());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The upload can only be cancelled by its owner.",
                "This upload cannot be cancelled.",
                "Your trial has expired.",
                "Invalid upload upload_completed_7: parts are missing."
            })
    void whatNamesNoStateOfTheUploadIsARejection(String message) {
        assertEquals(FailureKind.REQUEST_REJECTED, of(400, "", message).kind());
    }

    @Test
    void onlyA400OrA409SaysThatItIsFinal() {
        assertEquals(
                FailureKind.REQUEST_REJECTED,
                of(422, "", "The upload is completed").kind());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | No such Upload object: upload_completed_7",
                "not_found | Nothing found with id upload_completed_7",
                "upload_not_found | Not found"
            })
    void a404AboutTheUploadIsNotFound(String code, String message) {
        assertEquals(FailureKind.UPLOAD_NOT_FOUND, of(404, code, message).kind());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | Invalid URL (POST /uploads/upload_completed_7/cancel)",
                "unknown_url | Unknown request URL: POST /uploads/upload_completed_7/cancel",
                "404 | Resource not found",
                "'' | Not Found"
            })
    void a404AboutTheUrlIsAWrongBaseUrl(String code, String message) {
        assertEquals(FailureKind.WRONG_BASE_URL, of(404, code, message).kind());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "unsupported_country_region_territory | Country, region, or territory not supported | ACCESS_DENIED",
                "ip_not_authorized | Your IP is not authorized | ACCESS_DENIED",
                "missing_scope | Missing scopes: api.files.write | ACCESS_DENIED",
                "'' | You have insufficient permissions. Missing scopes: api.files.write | ACCESS_DENIED",
                "account_deactivated | The account was deactivated | CREDENTIALS_REJECTED",
                "invalid_api_key | Incorrect API key | CREDENTIALS_REJECTED",
                "mismatched_project | The project does not match | CREDENTIALS_REJECTED",
                "'' | Forbidden | CREDENTIALS_REJECTED"
            })
    void theCodeOfA403SaysWhetherItIsAboutTheCredentials(String code, String message, FailureKind kind) {
        assertEquals(kind, of(403, code, message).kind());
    }

    @ParameterizedTest
    @CsvSource({
        "301,UPSTREAM_FAILURE",
        "400,UPSTREAM_FAILURE",
        "401,CREDENTIALS_REJECTED",
        "403,UPSTREAM_FAILURE",
        "404,WRONG_BASE_URL",
        "413,UPSTREAM_FAILURE",
        "429,RATE_LIMITED",
        "500,UPSTREAM_FAILURE",
        "503,UPSTREAM_FAILURE"
    })
    void whatIsNotOpenAisEnvelopeIsAProxysPageUnlessItsStatusSaysMore(int status, FailureKind kind) {
        assertEquals(kind, withoutEnvelope(status).kind());
    }

    @ParameterizedTest
    @CsvSource({
        "400,false",
        "401,false",
        "403,false",
        "404,false",
        "408,true",
        "409,true",
        "410,false",
        "422,false",
        "429,true",
        "500,true",
        "501,true",
        "503,true",
        "599,true"
    })
    void theStatusDecidesWhatIsRetried(int status, boolean retried) {
        assertEquals(retried, of(status, "", "no").retried());
    }

    @Test
    void openAiOverridesWhatIsRetried() {
        assertTrue(shouldRetry(400, "true"));
        assertFalse(shouldRetry(500, "false"));
    }

    private static boolean shouldRetry(int status, String value) {
        ResponseHeaders headers = ResponseHeaders.of(Map.of("X-Should-Retry", List.of(value)));
        return Verdict.of(status, headers, Optional.empty(), ID).retried();
    }

    @ParameterizedTest
    @CsvSource({"400,false", "401,false", "408,true", "429,false", "500,true", "502,true"})
    void aFailureOfTheServerMayHaveCancelled(int status, boolean mayHave) {
        assertEquals(mayHave, withoutEnvelope(status).mayHaveCancelled());
    }
}
