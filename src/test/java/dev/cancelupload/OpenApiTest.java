package dev.cancelupload;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.ProxyRequest;
import dev.cancelupload.lambda.ProxyResponse;
import dev.cancelupload.lambda.ProxyResponses;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** docs/openapi.yaml describes the responses of OpenAI and of this function. */
class OpenApiTest {

    private static final JsonNode DOCUMENT = yaml("docs/openapi.yaml");
    private static final JsonNode OPENAI = yaml("src/test/resources/openai/cancel-upload.yaml");
    private static final JsonNode PATH =
            DOCUMENT.get("paths").path(OPENAI.at("/operation/path").asText());
    private static final JsonNode OPERATION =
            PATH.path(OPENAI.at("/operation/method").asText());
    private static final JsonNode ID = DOCUMENT.at("/components/parameters/upload_id");

    // ---- The operation ----

    @Test
    void theOperationHasOpenAIsMethodPathAndId() {
        assertEquals(
                OPENAI.at("/operation/id").asText(),
                OPERATION.path("operationId").asText());
    }

    @Test
    void thereIsNoOtherOperation() {
        assertEquals(1, DOCUMENT.get("paths").size());
        assertEquals(List.of(OPENAI.at("/operation/method").asText()), names(PATH));
    }

    @Test
    void theOperationHasOpenAIsSummaryAndTag() {
        assertEquals(OPENAI.at("/operation/summary"), OPERATION.get("summary"));
        assertEquals(List.of(OPENAI.at("/operation/tag").asText()), texts(OPERATION.get("tags")));
    }

    @Test
    void thePathParameterIsOpenAIs() {
        List<JsonNode> inPath =
                parameters().filter(p -> p.get("in").asText().equals("path")).toList();
        assertEquals(List.of(ID), inPath);
        JsonNode openai = OPENAI.at("/operation/parameters/0");
        for (String field : List.of("name", "in", "required")) {
            assertEquals(openai.get(field), ID.get(field), field);
        }
        assertEquals(openai.get("type"), ID.at("/schema/type"));
    }

    @Test
    void noParameterOfOursHasToBeGiven() {
        List<String> required = parameters()
                .filter(p -> p.path("required").booleanValue())
                .map(p -> p.get("name").asText())
                .toList();
        assertEquals(List.of("upload_id"), required);
    }

    @Test
    void noBodyHasToBeSent() {
        assertTrue(OPERATION.path("requestBody").isMissingNode());
    }

    @Test
    void aSuccessIsWhatOpenAIReturns() {
        String schema = OPENAI.at("/operation/responses/200").asText();
        assertEquals(List.of("#/components/schemas/" + schema), schemas("200"));
    }

    @Test
    void theTemplatesRouteIsTheServersPathAndTheOperations() throws IOException {
        String server = DOCUMENT.at("/servers/0/url").asText();
        String base = server.substring(server.indexOf('/', "https://".length()));
        assertThat(
                Files.readAllLines(Path.of("template.yaml")).stream()
                        .map(String::strip)
                        .toList(),
                hasItem("RouteKey: POST " + base + OPENAI.at("/operation/path").asText()));
    }

    // ---- The id ----

    @ParameterizedTest
    @ValueSource(
            strings = {
                "upload_abc123",
                "a",
                "...",
                ".a",
                "~",
                "A-Z_a-z.0-9~",
                "upload_abc123\n",
                "\nupload_abc123",
                "",
                " ",
                ".",
                "..",
                "a/b",
                "a b",
                "a%2Fb",
                "ü",
                "a+b",
                "a\u0000",
                "upload_abc123 "
            })
    void anIdFitsTheDescriptionExactlyIfTheFunctionAcceptsIt(String id) {
        assertEquals(accepted(id), described(id));
    }

    @ParameterizedTest
    @CsvSource({"1, true", "256, true", "257, false"})
    void theLongestIdIsTheLongestThatTheFunctionAccepts(int length, boolean fits) {
        assertEquals(fits, accepted("x".repeat(length)));
        assertEquals(fits, described("x".repeat(length)));
    }

    @Test
    void noCharacterIsInTheDescriptionThatTheFunctionRefusesOrTheOtherWayRound() {
        for (char c = 0; c < Character.MAX_VALUE; c++) {
            String id = "a" + c + "b";
            assertEquals(accepted(id), described(id), "character " + Integer.toHexString(c));
        }
    }

    private static boolean accepted(String id) {
        try {
            new UploadId(id);
            return true;
        } catch (UploadFailure e) {
            return false;
        }
    }

    /** Matches like a JSON Schema validator, in which {@code $} does not match before a line break. */
    private static boolean described(String id) {
        JsonNode schema = ID.get("schema");
        String pattern = schema.get("pattern").asText();
        assertTrue(pattern.startsWith("^") && pattern.endsWith("$"), pattern);
        return id.length() >= schema.get("minLength").intValue()
                && id.length() <= schema.get("maxLength").intValue()
                && Pattern.compile(pattern).matcher(id).matches();
    }

    // ---- The objects ----

    static List<String> schemasOfOpenAI() {
        return names(OPENAI.get("schemas"));
    }

    @ParameterizedTest
    @MethodSource("schemasOfOpenAI")
    void anObjectHasOpenAIsFields(String schema) {
        assertEquals(
                sorted(texts(openai(schema, "fields"))),
                sorted(names(schema(schema).get("properties"))));
    }

    @ParameterizedTest
    @MethodSource("schemasOfOpenAI")
    void theFieldsThatAreAlwaysThereAreOpenAIs(String schema) {
        List<String> required = new ArrayList<>(texts(openai(schema, "required")));
        required.addAll(texts(openai(schema, "always")));
        assertEquals(sorted(required), sorted(texts(schema(schema).get("required"))));
    }

    @ParameterizedTest
    @CsvSource({"Upload, object", "Upload, status", "OpenAIFile, object", "OpenAIFile, purpose", "OpenAIFile, status"})
    void theKnownValuesOfAFieldAreOpenAIs(String schema, String field) {
        JsonNode property = schema(schema).at("/properties/" + field);
        List<String> values =
                property.has("const") ? List.of(property.get("const").asText()) : texts(property.at("/anyOf/0/enum"));
        assertEquals(texts(openai(schema, "values").get(field)), values);
    }

    @ParameterizedTest
    @CsvSource({"Upload, status", "OpenAIFile, purpose", "OpenAIFile, status", "Error, code"})
    void aValueThatOpenAIAddsFitsTheDescription(String schema, String field) {
        JsonNode anyOther = schema(schema).at("/properties/" + field + "/anyOf/1");
        assertEquals(List.of("type"), names(anyOther));
        assertTrue(anyOther.get("type").asText().equals("string")
                || texts(anyOther.get("type")).contains("string"));
    }

    @Test
    void theExampleHasWhatIsRequired() {
        JsonNode example = OPERATION.at("/responses/200/content/application~1json/examples/cancelled/value");
        assertThat(
                names(example), hasItems(texts(schema("Upload").get("required")).toArray(String[]::new)));
        assertEquals("cancelled", example.get("status").asText());
    }

    // ---- The failures ----

    @Test
    void theStatusesOfTheErrorEnvelopeAreThoseThatTheFunctionGives() {
        Set<String> given = new TreeSet<>();
        ownReplies().forEach(reply -> given.add(Integer.toString(reply.status())));
        // OpenAI's own response with its status.
        given.add(Integer.toString(FailureKind.UPLOAD_NOT_FOUND.httpStatus()));
        given.add(Integer.toString(FailureKind.UPLOAD_ALREADY_FINAL.httpStatus()));
        given.add("4XX");
        assertEquals(given, sorted(statusesWith("ErrorResponse")));
    }

    @Test
    void everyStatusOfAFailureIsDescribed() {
        for (FailureKind kind : FailureKind.values()) {
            assertThat(names(OPERATION.get("responses")), hasItem(Integer.toString(kind.httpStatus())));
        }
    }

    @Test
    void onlyApiGatewayRefusesACallersCredentials() {
        for (String status : List.of("401", "403")) {
            assertEquals(List.of("#/components/schemas/GatewayError"), schemas(status));
        }
    }

    @Test
    void theFunctionsOwnCodesAreThoseThatItGives() {
        Set<String> given = new TreeSet<>();
        ownReplies().forEach(reply -> given.add(error(reply).get("code").asText()));
        assertEquals(given, sorted(texts(schema("FunctionErrorCode").get("enum"))));
    }

    @ParameterizedTest
    @MethodSource("ownReplies")
    void anErrorOfTheFunctionsOwnHasAnExampleOfItsShapeUnderItsStatus(ProxyResponse reply) {
        JsonNode own = error(reply);
        JsonNode example = response(Integer.toString(reply.status()))
                .at("/content/application~1json/examples/" + own.get("code").asText() + "/value/error");
        assertEquals(sorted(names(own)), sorted(names(example)));
        for (String field : List.of("type", "param", "code")) {
            assertEquals(own.get(field), example.get(field), field);
        }
    }

    @ParameterizedTest
    @MethodSource("ownReplies")
    void aHeaderOfTheFunctionsOwnIsDescribed(ProxyResponse reply) {
        Set<String> own = new TreeSet<>(reply.headers().keySet());
        own.remove("content-type");
        assertThat(
                names(response(Integer.toString(reply.status())).path("headers")),
                hasItems(own.toArray(String[]::new)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"200", "400", "404", "429", "4XX", "502"})
    void aResponseThatCanBeOpenAIsHasItsRequestId(String status) {
        assertThat(names(response(status).path("headers")), hasItem("x-request-id"));
    }

    /** All errors with a message of this function. */
    static Stream<ProxyResponse> ownReplies() {
        ProxyRequest request = new ProxyRequest(
                ProxyRequest.Format.PAYLOAD_2_0, "GET", "/v1/uploads/upload_abc123/cancel", Optional.empty());
        return Stream.concat(
                Arrays.stream(FailureKind.values())
                        .filter(OpenApiTest::isWordedByTheFunction)
                        .map(kind -> ProxyResponses.failed(UploadFailure.of(kind, "What was wrong."))),
                Stream.of(ProxyResponses.unknownPath(request), ProxyResponses.methodNotAllowed(request)));
    }

    private static boolean isWordedByTheFunction(FailureKind kind) {
        return switch (kind) {
            case INVALID_UPLOAD_ID,
                    CREDENTIALS_REJECTED,
                    RATE_LIMITED,
                    UPSTREAM_FAILURE,
                    BUDGET_SPENT,
                    INTERNAL_ERROR -> true;
            // These kinds require OpenAI's error object, which is passed on.
            case UPLOAD_NOT_FOUND, UPLOAD_ALREADY_FINAL, REQUEST_REJECTED -> false;
            // Not a result of an HTTP request.
            case INVALID_EVENT, WRONG_EXPORT, CLEAN_UP_INCOMPLETE -> false;
        };
    }

    private static JsonNode error(ProxyResponse reply) {
        JsonNode body = Json.parse(reply.body()).orElseThrow();
        assertThat(body.toString(), startsWith("{\"error\":{"));
        return body.get("error");
    }

    // ---- Reading the documents ----

    private static JsonNode yaml(String file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try {
            return Json.MAPPER.valueToTree(new Yaml(options).load(Files.readString(Path.of(file))));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Stream<JsonNode> parameters() {
        return elements(OPERATION.get("parameters")).stream().map(OpenApiTest::resolved);
    }

    private static JsonNode response(String status) {
        return resolved(OPERATION.at("/responses/" + status));
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? DOCUMENT.at(node.get("$ref").asText().substring(1)) : node;
    }

    /** The schemas of a response's body. */
    private static List<String> schemas(String status) {
        return response(status).at("/content/application~1json/schema").findValuesAsText("$ref");
    }

    private static List<String> statusesWith(String schema) {
        return names(OPERATION.get("responses")).stream()
                .filter(status -> schemas(status).contains("#/components/schemas/" + schema))
                .toList();
    }

    private static JsonNode schema(String name) {
        return DOCUMENT.at("/components/schemas/" + name);
    }

    private static JsonNode openai(String schema, String what) {
        return OPENAI.at("/schemas/" + schema + "/" + what);
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> texts(JsonNode array) {
        return elements(array).stream().map(JsonNode::asText).toList();
    }

    private static List<JsonNode> elements(JsonNode array) {
        List<JsonNode> elements = new ArrayList<>();
        array.forEach(elements::add);
        return elements;
    }

    private static Set<String> sorted(List<String> texts) {
        return new TreeSet<>(texts);
    }
}
