package dev.cancelupload;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.cancelupload.upstream.OpenAI.busy;
import static dev.cancelupload.upstream.OpenAI.cancelledAsAsked;
import static dev.cancelupload.upstream.OpenAI.error;
import static dev.cancelupload.upstream.OpenAI.json;
import static dev.cancelupload.upstream.OpenAI.upload;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.Events;
import dev.cancelupload.lambda.RandomEvents;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Openings;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(OpenAI.class)
class CancelUploadTest extends AgainstOpenAI {

    private static final String ID = "upload_abc123";
    private static final String EVENT = "\"" + ID + "\"";

    // Events

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"upload_abc123\"",
                "{\"uploadId\":\"upload_abc123\"}",
                "{\"upload_id\":\"upload_abc123\"}",
                "{\"uploadId\":\"upload_abc123\",\"upload_id\":\"upload_abc123\"}",
                "{\"uploadId\":null,\"upload_id\":\"upload_abc123\"}",
                "{\"anything\":[1,{\"else\":true}],\"uploadId\":\"upload_abc123\"}",
                "{\"detail-type\":\"Upload abandoned\",\"source\":\"my.app\",\"detail\":{\"upload_id\":\"upload_abc123\"}}",
                "{\"detail-type\":\"Upload abandoned\",\"source\":\"my.app\",\"detail\":\"upload_abc123\"}"
            })
    void everyDocumentedFormOfTheInputCancelsTheUpload(String event) {
        openai.hasPending(ID);
        JsonPath upload = Lambda.json(event);
        assertEquals(ID, upload.getString("id"));
        assertEquals("cancelled", upload.getString("status"));
        assertEquals(1, openai.attempts(ID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"eventbridge-rule.json", "scheduler.json"})
    void theEventsOfEventBridgeCancelTheUploadTheyName(String event) {
        openai.hasPending(ID);
        assertEquals("cancelled", Lambda.json(Lambda.event(event)).getString("status"));
    }

    static Stream<Arguments> badIds() {
        return Stream.of(
                Arguments.of("null", "is null"),
                Arguments.of("\"\"", "missing or blank"),
                Arguments.of("\"   \"", "missing or blank"),
                Arguments.of("{}", "names no upload"),
                Arguments.of("{\"uploadId\":null}", "names no upload"),
                Arguments.of("{\"uploadId\":\"\"}", "missing or blank"),
                Arguments.of("{\"uploadId\":42}", "not a string"),
                Arguments.of("{\"uploadId\":[\"upload_1\"]}", "not a string"),
                Arguments.of("{\"uploadId\":{\"id\":\"upload_1\"}}", "not a string"),
                Arguments.of("{\"uploadId\":\"upload_1\",\"upload_id\":\"upload_2\"}", "differ"),
                Arguments.of("\".\"", "relative path segment"),
                Arguments.of("\"..\"", "relative path segment"),
                Arguments.of("\"../files/file-1\"", "position 3"),
                Arguments.of("\"upload_1/cancel?x=\"", "position 9"),
                Arguments.of("\"upload_1?admin=true\"", "position 9"),
                Arguments.of("\"upload_1#\"", "position 9"),
                Arguments.of("\"upload%2f1\"", "position 7"),
                Arguments.of("\"upload_1\\r\\nX-Injected: 1\"", "position 9"),
                Arguments.of("\"upload_1\\u0000\"", "position 9"),
                Arguments.of("\"https://evil.example/\"", "position 6"),
                Arguments.of("\"upload_1@evil.example\"", "position 9"),
                Arguments.of("\"upload_ｅ\"", "\\uff45"),
                Arguments.of("\"upload_\\ud83d\\ude00\"", "position 8"),
                Arguments.of("\" upload_1\"", "position 1"),
                Arguments.of("\"" + "a".repeat(257) + "\"", "257 characters"),
                Arguments.of("\"" + "a".repeat(1_000_000) + "\"", "1000000 characters"));
    }

    @ParameterizedTest
    @MethodSource("badIds")
    void anIdThatCouldNotBeOneIsRefusedWithoutACall(String event, String reason) {
        JsonPath error = Lambda.error(event);
        assertEquals("InvalidUploadId", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString(reason));
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "upload_abc-DEF.1~2", "...", "-", "~", "a..b"})
    void anIdOfUnreservedCharactersGoesUpstreamAsItIs(String id) {
        openai.hasPending(id);
        Lambda.result("\"" + id + "\"");
        assertEquals(1, openai.attempts(id));
    }

    @Test
    void theLongestIdGoesUpstream() {
        String id = "u".repeat(256);
        openai.hasPending(id);
        Lambda.result("\"" + id + "\"");
        assertEquals(1, openai.attempts(id));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[]|WrongExport|cleanUpUploads",
                "[\"upload_1\"]|WrongExport|cleanUpUploads",
                "{\"uploadIds\":[\"upload_1\"]}|WrongExport|cleanUpUploads",
                "42|InvalidEvent|a number",
                "true|InvalidEvent|a boolean",
                "-1.5e300|InvalidEvent|a number",
            })
    void anEventOfAnotherShapeIsRefusedWithAWordOnWhereItBelongs(String event, String type, String word) {
        JsonPath error = Lambda.error(event);
        assertEquals(type, error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString(word));
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http-api-v2.json", "http-api-v1.json", "rest-api-v1.json", "function-url.json", "alb.json"})
    void anHttpEventIsToldToGoToTheHttpExport(String event) {
        JsonPath error = Lambda.error(Lambda.event(event));
        assertEquals("WrongExport", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString("cancelUploadHttp"));
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @CsvSource({"s3-put.json,aws:s3", "dynamodb-stream.json,aws:dynamodb", "kinesis.json,aws:kinesis"})
    void anEventOfAForeignServiceIsRefusedByName(String event, String service) {
        JsonPath error = Lambda.error(Lambda.event(event));
        assertEquals("InvalidEvent", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString(service));
    }

    @Test
    void anEventThatNestsTooDeeplyIsRefusedAndTheNextOneServed() {
        JsonPath error = Lambda.error("[".repeat(5000) + "]".repeat(5000));
        assertEquals("InvalidEvent", error.getString("errorType"));
        openai.hasPending(ID);
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
    }

    @Test
    void aNumberOfFiveMillionDigitsIsRefusedAndTheNextEventServed() {
        assertEquals("InvalidEvent", Lambda.error("9".repeat(5_000_000)).getString("errorType"));
        openai.hasPending(ID);
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
    }

    // The upstream call

    @Test
    void anyStringIsRefusedWithoutACallOrReachesOpenAIAsItsOwnPathSegment() {
        openai.answersAnything(cancelledAsAsked());
        RandomEvents events = new RandomEvents(1);
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String id = events.id();
            Lambda.Response response =
                    Lambda.post(Json.object().put("uploadId", id).toString());
            if (response.statusCode() == 200) {
                // URLEncoder differs from RFC 3986 in the tilde only.
                sent.add("/v1/uploads/"
                        + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("%7E", "~") + "/cancel");
            } else {
                assertEquals("InvalidUploadId", response.json().getString("errorType"), id);
            }
        }
        List<String> arrived = new ArrayList<>(
                openai.requests().stream().map(LoggedRequest::getUrl).toList());
        assertThat(sent, not(empty()));
        assertThat(arrived, containsInAnyOrder(sent.toArray()));
    }

    @Test
    void anyJsonGetsAResultOrADocumentedError() {
        openai.answersAnything(cancelledAsAsked());
        Set<String> documented =
                Arrays.stream(FailureKind.values()).map(FailureKind::errorType).collect(Collectors.toSet());
        documented.remove("InternalError");
        RandomEvents events = new RandomEvents(2);
        for (int i = 0; i < 100; i++) {
            String event = events.event().toString();
            Lambda.Response response = Lambda.post(event);
            assertTrue(
                    response.statusCode() == 200
                            || documented.contains(response.json().getString("errorType")),
                    () -> event + " got " + response.body());
        }
    }

    @Test
    void theRequestIsOpenAIsDocumentedOne() {
        openai.hasPending(ID);
        Lambda.result(EVENT);
        LoggedRequest request = openai.requests(ID).get(0);
        assertEquals("POST", request.getMethod().value());
        assertEquals("Bearer " + OpenAI.KEY, request.getHeader("Authorization"));
        assertEquals("application/json", request.getHeader("Accept"));
        assertThat(request.getHeader("User-Agent"), containsString("cancel-upload/"));
        assertEquals("0", request.getHeader("Content-Length"));
        assertEquals("", request.getBodyAsString());
        assertFalse(request.containsHeader("OpenAI-Organization"));
        assertFalse(request.containsHeader("OpenAI-Project"));
        assertFalse(request.containsHeader("X-Client-Request-Id"));
    }

    @Test
    void theUploadComesOutAsItCameIn() {
        String upload =
                """
                {"id":"upload_abc123","object":"upload","bytes":9223372036854775807,"created_at":1719184911,\
                "filename":"größe ☃.jsonl","purpose":"of tomorrow","status":"withdrawn","expires_at":null,\
                "file":{"id":"file-1","object":"file","bytes":9007199254740993,"status":"new","more":{"a":[1,null]}},\
                "ratio":0.1234567890123456789,"huge":123456789012345678901234567890,"tiny":1E-400,"nothing":null,"flag":false}""";
        openai.answers(ID, json(200, upload));
        assertEquals(Json.parse(upload), Json.parse(Lambda.result(EVENT)));
    }

    @Test
    void whatIsNullStaysNullAndWhatIsAbsentStaysAbsent() {
        openai.answers(
                ID,
                json(200, "{\"id\":\"upload_abc123\",\"object\":\"upload\",\"status\":\"cancelled\",\"file\":null}"));
        assertEquals(
                "{\"id\":\"upload_abc123\",\"object\":\"upload\",\"status\":\"cancelled\",\"file\":null}",
                Lambda.result(EVENT));
    }

    @Test
    void consecutiveInvocationsShareAConnection() {
        openai.hasPending(ID);
        openai.wire().startOver();
        for (int i = 0; i < 5; i++) {
            Lambda.result(EVENT);
        }
        assertEquals(1, openai.wire().connections());
    }

    @Test
    void aConnectionThatTheServerClosedMeanwhileCostsNoAttempt() {
        openai.hasPending(ID);
        Lambda.result(EVENT);
        openai.wire().closeConnections();
        Lambda.result(EVENT);
        assertEquals(2, openai.attempts(ID));
    }

    @Test
    void chunkedAnswersAreRead() {
        String body = upload(ID, "cancelled");
        openai.wire()
                .next(Openings.answer(
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
                                + Integer.toHexString(10) + ";ext=1\r\n" + body.substring(0, 10) + "\r\n"
                                + Integer.toHexString(body.length() - 10) + "\r\n" + body.substring(10)
                                + "\r\n0\r\ntrailer: x\r\n\r\n"));
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
    }

    @Test
    void interimAnswersArePassedOver() {
        String body = upload(ID, "cancelled");
        openai.wire()
                .next(Openings.answer(
                        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: "
                                + body.length() + "\r\n\r\n" + body));
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
    }

    // Errors of OpenAI

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "404|No such Upload object: upload_abc123|not_found|UploadNotFound",
                "400|Upload has already been completed.||UploadAlreadyFinal",
                "400|Upload upload_abc123 is cancelled||UploadAlreadyFinal",
                "400|This upload was canceled.||UploadAlreadyFinal",
                "400|The upload has expired||UploadAlreadyFinal",
                "400|Not possible.|upload_already_completed|UploadAlreadyFinal",
                "400|upload cannot be CANCELLED in its state||UploadAlreadyFinal",
                "400|Invalid value for upload_id|invalid_value|RequestRejected",
                "400|The unexpiredness is incompleted||RequestRejected",
                "413|Too large||RequestRejected",
                "418|I am a teapot||RequestRejected",
                "422|Unprocessable|invalid|RequestRejected",
                "401|Incorrect API key provided: sk-test-5ec***tion.|invalid_api_key|CredentialsRejected",
                "403|Your project sk-test-5ecret is not allowed|forbidden|CredentialsRejected",
            })
    void aRefusalIsNamedAndNotTriedAgain(int status, String message, String code, String type) {
        openai.answers(ID, error(status, message, code));
        JsonPath error = Lambda.error(EVENT);
        assertEquals(type, error.getString("errorType"));
        assertThat(
                error.getString("errorMessage"),
                allOf(
                        containsString(ID),
                        containsString("HTTP " + status),
                        containsString("x-request-id req_err"),
                        containsString("1 attempt")));
        if (code != null && !type.equals("CredentialsRejected")) {
            assertThat(error.getString("errorMessage"), containsString("code " + code));
        }
        assertEquals(1, openai.attempts(ID));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void openAIsTextAboutTheKeyGoesNowhere(int status) {
        openai.answers(ID, error(status, "Incorrect API key provided: sk-test-5ec***tion.", "invalid_api_key"));
        assertThat(Lambda.error(EVENT).getString("errorMessage"), not(containsString("sk-test")));
    }

    @ParameterizedTest
    @CsvSource({"completed", "cancelled", "expired"})
    void anAlreadyFinalUploadIsSaidToBeWhatItIs(String state) {
        openai.answers(ID, error(400, "Cannot be cancelled: the upload is " + state, null));
        assertThat(Lambda.error(EVENT).getString("errorMessage"), containsString("already " + state));
    }

    @Test
    void aKeyThatUpstreamEchoesIsMasked() {
        openai.answers(ID, error(422, "You sent Bearer " + OpenAI.KEY, null));
        assertThat(
                Lambda.error(EVENT).getString("errorMessage"),
                allOf(not(containsString(OpenAI.KEY)), containsString("You sent Bearer ***")));
    }

    // Responses that are not OpenAI's

    static Stream<Arguments> unusableAnswers() {
        return Stream.of(
                Arguments.of(json(200, ""), "is empty"),
                Arguments.of(aResponse().withStatus(204), "is empty"),
                Arguments.of(
                        aResponse()
                                .withStatus(200)
                                .withHeader("content-type", "text/html")
                                .withBody("<html>Hi</html>"),
                        "is not JSON (content-type text/html"),
                Arguments.of(json(200, "{\"id\":\"upload_"), "is not JSON"),
                Arguments.of(json(200, "null"), "not a JSON object"),
                Arguments.of(json(200, "[]"), "not a JSON object"),
                Arguments.of(json(200, "\"upload_abc123\""), "not a JSON object"),
                Arguments.of(json(200, "{}"), "\"object\""),
                Arguments.of(
                        json(200, "{\"object\":\"file\",\"id\":\"file-1\",\"status\":\"processed\"}"), "\"object\""),
                Arguments.of(json(200, "{\"object\":\"upload\",\"status\":\"cancelled\"}"), "\"id\""),
                Arguments.of(json(200, "{\"object\":\"upload\",\"id\":7,\"status\":\"cancelled\"}"), "\"id\""),
                Arguments.of(json(200, "{\"object\":\"upload\",\"id\":\"upload_1\"}"), "\"status\""),
                Arguments.of(json(200, "[".repeat(60_000)), "is not JSON"),
                Arguments.of(aResponse().withStatus(301).withHeader("location", "https://evil.example/"), "redirect"),
                Arguments.of(
                        aResponse().withStatus(307).withHeader("location", "/v1/uploads/other/cancel"), "redirect"),
                Arguments.of(
                        aResponse()
                                .withStatus(404)
                                .withHeader("content-type", "text/html")
                                .withBody("<h1>404</h1>"),
                        "OPENAI_BASE_URL"),
                Arguments.of(json(404, "{\"message\":\"Not Found\"}"), "OPENAI_BASE_URL"),
                Arguments.of(json(400, "{\"error\":\"completed\"}"), "OPENAI_BASE_URL"));
    }

    @ParameterizedTest
    @MethodSource("unusableAnswers")
    void anAnswerThatIsNotOpenAIsIsAnUpstreamFailureInPlainWords(ResponseDefinitionBuilder answer, String words) {
        openai.answers(ID, answer.withHeader("x-request-id", "req_odd"));
        JsonPath error = Lambda.error(EVENT);
        assertEquals("UpstreamFailure", error.getString("errorType"));
        assertThat(
                error.getString("errorMessage"),
                allOf(containsString(words), containsString("x-request-id req_odd"), not(containsString("xception"))));
        assertEquals(1, openai.requests().size());
    }

    @Test
    void anEnormousAnswerIsCutOff() {
        openai.answersInTurn(ID, busy(), busy(), json(200, "{\"padding\":\"" + "x".repeat(5_000_000) + "\"}"));
        JsonPath error = Lambda.error(EVENT);
        assertEquals("UpstreamFailure", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString("larger than 65536 bytes"));
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        String endless = "HTTP/1.1 200 OK\r\n\r\n" + " ".repeat(2_000_000);
        openai.wire().next(Openings.busy(), Openings.busy(), Openings.answer(endless));
        assertThat(Lambda.error(EVENT).getString("errorMessage"), containsString("larger than 65536 bytes"));
    }

    @Test
    void aFloodOfHeadersIsCutOff() {
        String flood = "HTTP/1.1 200 OK\r\n" + "x-flood: 0123456789\r\n".repeat(10_000) + "\r\n";
        openai.wire().next(Openings.busy(), Openings.busy(), Openings.answer(flood));
        assertThat(Lambda.error(EVENT).getString("errorMessage"), containsString("its head is larger than"));
    }

    @Test
    void theInvocationAfterAFailureIsUnharmed() {
        openai.wire()
                .next(
                        Openings.answer("garbage\r\n\r\n"),
                        Openings.answer("garbage\r\n\r\n"),
                        Openings.answer("garbage\r\n\r\n"));
        assertEquals("UpstreamFailure", Lambda.error(EVENT).getString("errorType"));
        assertEquals(3, openai.wire().connections());
        openai.hasPending(ID);
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
    }

    // SQS and SNS

    @Test
    void aBatchOfMessagesInEveryFormIsCancelledWithoutAFailure() {
        openai.answersAnything(cancelledAsAsked());
        assertEquals("{\"batchItemFailures\":[]}", Lambda.result(Lambda.event("sqs.json")));
        assertEquals(3, openai.requests().size());
    }

    @Test
    void anSnsNotificationThatCameThroughAQueueIsUnwrapped() {
        openai.hasPending(ID);
        assertEquals("{\"batchItemFailures\":[]}", Lambda.result(Lambda.event("sqs-from-sns.json")));
        assertEquals(1, openai.attempts(ID));
    }

    @Test
    void messagesThatEventBridgePipesDeliversAreAnsweredLikeABatch() {
        openai.answersAnything(cancelledAsAsked());
        assertEquals("{\"batchItemFailures\":[]}", Lambda.result(Lambda.event("pipes-sqs.json")));
        assertTrue(openai.requests().size() > 0);
    }

    @Test
    void onlyTheFailedMessagesOfABatchAreReturned() {
        openai.hasPending("upload_pending");
        openai.answers("upload_busy", error(503, "busy", null).withHeader("x-should-retry", "false"));
        openai.answers("upload_done", error(400, "already completed", null));
        openai.answers("upload_denied", error(401, "key", null));
        String result = Lambda.result(Events.sqs(
                "\"upload_pending\"",
                "upload_busy",
                "{\"upload_id\":\"upload_done\"}",
                "upload_unknown",
                "no/id",
                "{broken",
                "upload_denied",
                "null",
                ""));
        // Completed and unknown uploads are done; permanent failures go to the dead-letter queue.
        assertEquals(
                "{\"batchItemFailures\":[{\"itemIdentifier\":\"m1\"},{\"itemIdentifier\":\"m4\"},"
                        + "{\"itemIdentifier\":\"m5\"},{\"itemIdentifier\":\"m6\"},{\"itemIdentifier\":\"m7\"},"
                        + "{\"itemIdentifier\":\"m8\"}]}",
                result);
        assertEquals(5, openai.requests().size());
    }

    @Test
    void aBatchSharesOneBudget() {
        openai.answersAnything(cancelledAsAsked().withFixedDelay(3000));
        String[] bodies =
                Stream.iterate(0, i -> i + 1).limit(30).map(i -> "upload_" + i).toArray(String[]::new);
        Lambda.Response response = Lambda.post(Events.sqs(bodies));
        assertEquals(30, response.json().getList("batchItemFailures").size());
        assertThat(response.millis(), lessThan(4800L));
    }

    @Test
    void anSnsNotificationCancelsTheUploadItNames() {
        openai.hasPending(ID);
        assertEquals("null", Lambda.result(Lambda.event("sns.json")));
        assertEquals(1, openai.attempts(ID));
    }

    @Test
    void anSnsNotificationThatFailsIsAnErrorSoThatLambdaTriesItAgain() {
        openai.answers(ID, error(500, "oops", null).withHeader("x-should-retry", "false"));
        assertEquals("UpstreamFailure", Lambda.error(Lambda.event("sns.json")).getString("errorType"));
    }
}
