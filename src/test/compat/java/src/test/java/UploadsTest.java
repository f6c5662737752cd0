import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.uploads.Upload;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** OpenAI's official Java client against the function. OPENAI_BASE_URL and OPENAI_API_KEY are its only settings. */
class UploadsTest {

    private static Iterable<JsonNode> cases(String name) throws IOException {
        return new ObjectMapper().readTree(new File(System.getenv("CASES"))).get(name);
    }

    static Iterable<JsonNode> cancelled() throws IOException {
        return cases("cancelled");
    }

    static Iterable<JsonNode> failures() throws IOException {
        return cases("failures");
    }

    static Iterable<JsonNode> hostile() throws IOException {
        return cases("hostile");
    }

    private static Upload cancel(String id, JsonNode retries) {
        return OpenAIOkHttpClient.builder().fromEnv().maxRetries(retries.asInt()).build().uploads().cancel(id);
    }

    /** A unique id; stand_ins.py has what OpenAI answers to each kind. */
    private static String uploadId(JsonNode row) {
        return "upload_" + row.get("kind").asText() + "_" + UUID.randomUUID();
    }

    @ParameterizedTest
    @MethodSource("cancelled")
    void theUploadArrivesWhole(JsonNode row) {
        String id = uploadId(row);
        Upload upload = cancel(id, row.get("retries")).validate();
        assertEquals(id, upload.id());
        assertEquals(Upload.Status.CANCELLED, upload.status());
        assertEquals(8589934592L, upload.bytes());
        assertTrue(upload._additionalProperties().containsKey("of_tomorrow"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failuresAreTheClientsTypedErrors(JsonNode row) throws Exception {
        String id = uploadId(row);
        OpenAIServiceException error =
                assertThrows(OpenAIServiceException.class, () -> cancel(id, row.get("retries")));
        assertInstanceOf(Class.forName("com.openai.errors." + row.get("error").asText() + "Exception"), error);
        assertEquals(row.get("status").asInt(), error.statusCode());
        assertEquals(Optional.ofNullable(row.get("code").textValue()), error.code());
        assertTrue(error.getMessage().contains(row.get("says").asText()), error.getMessage());
        if (!row.get("kind").asText().equals("slow")) {
            assertEquals(List.of("req_" + id + "_" + row.get("requests")), error.headers().values("x-request-id"));
        }
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileIdIsRefused(JsonNode id) {
        BadRequestException error =
                assertThrows(BadRequestException.class, () -> cancel(id.asText(), id));
        assertEquals(Optional.of("invalid_upload_id"), error.code());
    }
}
