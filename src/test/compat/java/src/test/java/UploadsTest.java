import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.uploads.Upload;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OpenAI's official Java client against the function. OPENAI_BASE_URL and OPENAI_API_KEY are its only settings. */
class UploadsTest {

    private static final OpenAIClient CLIENT = client(0);

    private static OpenAIClient client(int maxRetries) {
        return OpenAIOkHttpClient.builder().fromEnv().maxRetries(maxRetries).build();
    }

    /** A unique id; see openai_stub.py for the kinds. */
    private static String uploadId(String kind) {
        return "upload_" + kind + "_" + UUID.randomUUID();
    }

    /** The requests that reached OpenAI with this in their path, as JSON. */
    private static String upstream(String containing) throws Exception {
        URI uri = URI.create("http://" + System.getenv("COMPAT_STUB") + "/requests?containing="
                + URLEncoder.encode(containing, StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(uri).build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private static int attempts(String id) throws Exception {
        return upstream(id).split("\"path\": ", -1).length - 1;
    }

    private static <T extends OpenAIServiceException> T fails(
            Class<T> type, String kind, int status, String code, int attempts) throws Exception {
        String id = uploadId(kind);
        T error = assertThrows(type, () -> CLIENT.uploads().cancel(id));
        assertEquals(status, error.statusCode());
        assertEquals(Optional.ofNullable(code), error.code());
        assertEquals(attempts, attempts(id));
        assertEquals(List.of("req_" + id + "_" + attempts), error.headers().values("x-request-id"));
        return error;
    }

    @Test
    void cancelReturnsTheUpload() {
        String id = uploadId("pending");
        Upload upload = CLIENT.uploads().cancel(id).validate();
        assertEquals(id, upload.id());
        assertEquals(Upload.Status.CANCELLED, upload.status());
        assertEquals(8589934592L, upload.bytes());
        assertEquals("training_examples.jsonl", upload.filename());
        assertTrue(upload._additionalProperties().containsKey("of_tomorrow"));
    }

    @Test
    void anUnknownUploadIsANotFoundException() throws Exception {
        NotFoundException error = fails(NotFoundException.class, "unknown", 404, "not_found", 1);
        assertEquals(Optional.of("invalid_request_error"), error.type());
        assertTrue(error.getMessage().contains("No such Upload object"), error.getMessage());
    }

    @Test
    void aCompletedUploadIsABadRequestExceptionInOpenAIsWords() throws Exception {
        BadRequestException error = fails(BadRequestException.class, "completed", 400, null, 1);
        assertTrue(error.getMessage().contains("is already completed."), error.getMessage());
    }

    @Test
    void aRateLimitIsARateLimitExceptionThatSaysHowLong() throws Exception {
        RateLimitException error = fails(RateLimitException.class, "limited", 429, "rate_limit_exceeded", 1);
        assertEquals(List.of("60"), error.headers().values("retry-after"));
    }

    @Test
    void theFunctionsOwnKeyRefusedIsAnInternalServerExceptionWithoutOpenAIsWords() throws Exception {
        InternalServerException error = fails(InternalServerException.class, "unauthorized", 502, "credentials_rejected", 1);
        assertFalse(error.body().toString().contains("Incorrect API key"), error.body().toString());
    }

    @Test
    void aServerErrorThatStaysIsAnInternalServerException() throws Exception {
        fails(InternalServerException.class, "broken", 502, "upstream_failure", 2);
    }

    @Test
    void aSlowOpenAIIsAnErrorBeforeAnyoneTimesOut() {
        InternalServerException error =
                assertThrows(InternalServerException.class, () -> CLIENT.uploads().cancel(uploadId("slow")));
        assertEquals(504, error.statusCode());
        assertEquals(Optional.of("budget_spent"), error.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"busy", "flaky"})
    void theClientsOwnRetryFollowsTheWaitThatOpenAIAskedForAndA502(String kind) throws Exception {
        String id = uploadId(kind);
        assertEquals(Upload.Status.CANCELLED, client(1).uploads().cancel(id).status());
        assertEquals(3, attempts(id));
    }

    @Test
    void theCallersTokenAndHeadersStayHere() throws Exception {
        String id = uploadId("pending");
        OpenAIOkHttpClient.builder().fromEnv().organization("org-of-caller").build().uploads().cancel(id);
        String requests = upstream(id);
        assertEquals(1, attempts(id));
        assertTrue(requests.contains("\"Bearer " + System.getenv("COMPAT_KEY") + "\""), requests);
        for (String secret : List.of(System.getenv("OPENAI_API_KEY"), "org-of-caller", "tainless")) {
            assertFalse(requests.contains(secret), secret);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s a", "ü%s", "%s%%2Fa", "%s\r\nX-Injected: 1", "@%s"})
    void aHostileIdIsRefusedWithoutACall(String id) throws Exception {
        String mark = UUID.randomUUID().toString();
        BadRequestException error =
                assertThrows(BadRequestException.class, () -> CLIENT.uploads().cancel(id.formatted(mark)));
        assertEquals(Optional.of("invalid_upload_id"), error.code());
        assertEquals("[]", upstream(mark));
    }

    @Test
    void aTokenThatTheApiRefusesIsAnUnauthorizedExceptionWithoutACall() throws Exception {
        String id = uploadId("pending");
        OpenAIClient stranger = OpenAIOkHttpClient.builder().fromEnv().apiKey("another").build();
        assertThrows(UnauthorizedException.class, () -> stranger.uploads().cancel(id));
        assertEquals("[]", upstream(id));
    }
}
