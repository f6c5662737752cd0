package dev.cancelupload;

import static dev.cancelupload.upstream.OpenAI.cancelled;
import static dev.cancelupload.upstream.OpenAI.cancelledAsAsked;
import static dev.cancelupload.upstream.OpenAI.error;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.RandomEvents;
import dev.cancelupload.upstream.OpenAI;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(
        value = OpenAI.class,
        initArgs = {
            @ResourceArg(name = "quarkus.funqy.export", value = "cleanUpUploads"),
            @ResourceArg(name = "CANCEL_BUDGET", value = "60s"),
            @ResourceArg(name = "OPENAI_TIMEOUT", value = "10s")
        })
class CleanUpUploadsTest extends AgainstOpenAI {

    private static final String EMPTY = "{\"cancelled\":[],\"final\":[],\"failed\":[],\"notTried\":[]}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"uploadIds\":[\"upload_1\",\"upload_2\"]}",
                "[\"upload_1\",\"upload_2\"]",
                "{\"detail-type\":\"Nightly\",\"source\":\"my.app\",\"detail\":{\"uploadIds\":[\"upload_1\",\"upload_2\"]}}",
                "{\"detail-type\":\"Nightly\",\"source\":\"my.app\",\"detail\":[\"upload_1\",\"upload_2\"]}"
            })
    void everyFormOfAListIsCancelled(String event) {
        openai.hasPending("upload_1");
        openai.hasPending("upload_2");
        assertEquals(List.of("upload_1", "upload_2"), Lambda.json(event).getList("cancelled"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"upload_1\"",
                "{\"uploadId\":\"upload_1\"}",
                "{\"upload_id\":\"upload_1\"}",
                "{\"detail-type\":\"x\",\"source\":\"y\",\"detail\":{\"uploadId\":\"upload_1\"}}"
            })
    void oneIdIsACleanUpOfOne(String event) {
        openai.hasPending("upload_1");
        assertEquals(List.of("upload_1"), Lambda.json(event).getList("cancelled"));
    }

    @Test
    void aScheduleWhoseUploadHasCompletedMeanwhileIsASuccess() {
        openai.answers("upload_abc123", error(400, "Upload has already been completed.", null));
        JsonPath report = Lambda.json(Lambda.event("scheduler.json"));
        assertEquals("upload_abc123", report.getString("final[0].uploadId"));
        assertEquals("completed", report.getString("final[0].status"));
        assertEquals(List.of(), report.getList("failed"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{\"uploadIds\":[]}"})
    void anEmptyListIsASuccessWithAnEmptyReport(String event) {
        assertEquals(EMPTY, Lambda.result(event));
        assertEquals(List.of(), openai.requests());
    }

    @Test
    void duplicatesAreCalledOnce() {
        openai.hasPending("upload_1");
        assertEquals(
                List.of("upload_1"),
                Lambda.json("[\"upload_1\",\"upload_1\",\"upload_1\"]").getList("cancelled"));
        assertEquals(1, openai.attempts("upload_1"));
    }

    @Test
    void theReportTellsEveryKindOfOutcome() {
        openai.hasPending("upload_pending");
        openai.answers("upload_cancelled", error(400, "already cancelled", null));
        openai.answers("upload_expired", error(400, "already expired", null));
        openai.answers("upload_odd", error(422, "odd", "invalid"));
        openai.answers("upload_denied", error(401, "key", null));
        JsonPath report = Lambda.json("[\"upload_pending\",\"upload_cancelled\",\"upload_expired\",\"upload_unknown\","
                + "\"upload_odd\",\"upload_denied\",\"no/id\",7,null,{\"uploadId\":\"upload_1\"}]");
        assertEquals(List.of("upload_pending"), report.getList("cancelled"));
        assertEquals(List.of("upload_cancelled", "upload_expired", "upload_unknown"), report.getList("final.uploadId"));
        assertEquals(List.of("cancelled", "expired", "unknown"), report.getList("final.status"));
        assertEquals(
                List.of(
                        "RequestRejected",
                        "CredentialsRejected",
                        "InvalidUploadId",
                        "InvalidUploadId",
                        "InvalidUploadId",
                        "InvalidUploadId"),
                report.getList("failed.errorType"));
        assertEquals(6, openai.requests().size());
    }

    @Test
    void whatALaterTryCanCancelIsAnErrorThatNamesItAfterAllWereTried() {
        openai.answers("upload_busy", error(503, "busy", null).withHeader("x-should-retry", "false"));
        openai.answers("upload_limited", error(429, "slow", null).withHeader("x-should-retry", "false"));
        openai.hasPending("upload_pending");
        JsonPath error =
                Lambda.error("[\"upload_busy\",\"upload_limited\",\"upload_unknown\",\"no/id\",\"upload_pending\"]");
        assertEquals("CleanUpIncomplete", error.getString("errorType"));
        assertThat(
                error.getString("errorMessage"),
                allOf(
                        containsString("2 of 5 uploads"),
                        containsString("upload_busy (UpstreamFailure)"),
                        containsString("upload_limited (RateLimited)"),
                        containsString("Cancelled: 1"),
                        containsString("already final: 1"),
                        containsString("failed permanently: 1"),
                        not(containsString("upload_pending ("))));
        assertEquals(1, openai.attempts("upload_pending"));
    }

    @Test
    void aThousandIdsAreTakenEightAtATime() {
        openai.answersAnything(cancelledAsAsked());
        openai.wire().startOver();
        JsonPath report = Lambda.json(list(1000).toString());
        assertEquals(1000, report.getList("cancelled").size());
        assertEquals(1000, openai.requests().size());
        // At most one connection per concurrent call, each reused many times.
        assertEquals(8, openai.wire().connections());
    }

    @Test
    void moreThanAThousandIdsAreRefusedWithoutACall() {
        JsonPath error = Lambda.error(list(1001).toString());
        assertEquals("InvalidEvent", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), allOf(containsString("1001"), containsString("queue")));
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "null|InvalidUploadId|null",
                "{}|InvalidUploadId|names no upload",
                "{\"uploadIds\":null}|InvalidEvent|not an array",
                "{\"uploadIds\":\"upload_1\"}|InvalidEvent|not an array",
                "{\"uploadIds\":{}}|InvalidEvent|not an array",
                "3|InvalidEvent|a number",
            })
    void anEventThatIsNoListOfIdsIsRefused(String event, String type, String word) {
        JsonPath error = Lambda.error(event);
        assertEquals(type, error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString(word));
        assertEquals(List.of(), openai.requests());
    }

    @ParameterizedTest
    @CsvSource({
        "sqs.json,WrongExport,cancelUpload",
        "sns.json,WrongExport,cancelUpload",
        "pipes-sqs.json,WrongExport,cancelUpload",
        "http-api-v2.json,WrongExport,cancelUploadHttp",
        "alb.json,WrongExport,cancelUploadHttp",
        "s3-put.json,InvalidEvent,aws:s3",
        "eventbridge-scheduled.json,InvalidUploadId,names no upload"
    })
    void anEventOfAnotherTriggerIsRefusedWithAWordOnWhereItBelongs(String event, String type, String word) {
        JsonPath error = Lambda.error(Lambda.event(event));
        assertEquals(type, error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString(word));
        assertEquals(List.of(), openai.requests());
    }

    private static ArrayNode list(int size) {
        ArrayNode list = Json.MAPPER.createArrayNode();
        IntStream.range(0, size).forEach(i -> list.add("upload_" + i));
        return list;
    }

    @Test
    void anyJsonGetsAReportOrADocumentedError() {
        openai.answersAnything(cancelledAsAsked());
        RandomEvents events = new RandomEvents(3);
        for (int i = 0; i < 100; i++) {
            String event = events.event().toString();
            Lambda.Response response = Lambda.post(event);
            assertTrue(
                    response.statusCode() == 200
                            ? response.json()
                                    .getMap("")
                                    .keySet()
                                    .equals(Set.of("cancelled", "final", "failed", "notTried"))
                            : Set.of("InvalidEvent", "InvalidUploadId", "WrongExport")
                                    .contains(response.json().getString("errorType")),
                    () -> event + " got " + response.body());
        }
    }

    @Test
    void aWaitDoesNotHoldTheOthersUp() {
        List<String> ids = IntStream.range(0, 60).mapToObj(i -> "upload_" + i).toList();
        ids.forEach(openai::hasPending);
        for (String slow : ids.subList(0, 8)) {
            openai.answersInTurn(slow, error(429, "slow", null).withHeader("retry-after-ms", "1500"), cancelled(slow));
        }
        Lambda.warmUp();
        Lambda.Response response = Lambda.post("[\"" + String.join("\",\"", ids) + "\"]");
        assertEquals(ids, response.json().getList("cancelled"));
        List<String> order = openai.requests().stream()
                .map(request -> request.getUrl().split("/")[3])
                .toList();
        // First attempts of all uploads come before second attempts.
        assertEquals(new TreeSet<>(ids.subList(0, 8)), new TreeSet<>(order.subList(order.size() - 8, order.size())));
    }

    @Test
    void aReportOfAThousandLongTextsAndIdsFitsLambda() {
        openai.answersAnything(error(422, "\u4e2d".repeat(2000), "c".repeat(500)));
        String failed = Lambda.result(list(1000).toString());
        assertThat(failed.getBytes(StandardCharsets.UTF_8).length, lessThan(5_000_000));
        assertEquals(1000, JsonPath.from(failed).getList("failed").size());
        assertThat(JsonPath.from(failed).getString("failed[0].message"), containsString("(cut; the log has the rest)"));
        String invalid = IntStream.range(0, 1000)
                .mapToObj(i -> "\"" + "\\u0001".repeat(900) + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        assertThat(Lambda.result(invalid).getBytes(StandardCharsets.UTF_8).length, lessThan(5_000_000));
    }

    @Test
    void theListOfWhatIsLeftHasAnEnd() {
        openai.answersAnything(error(500, "no", null).withHeader("x-should-retry", "false"));
        String ids = IntStream.range(0, 1000)
                .mapToObj(i -> "\"" + "u".repeat(250) + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        String message = Lambda.error(ids).getString("errorMessage");
        assertThat(message.length(), lessThan(20_000));
        assertThat(message, containsString("more, which the log names"));
    }

    @Test
    void aListAndOneIdBesidesAreRefused() {
        String error = Lambda.error("{\"uploadIds\":[\"upload_1\"],\"uploadId\":\"upload_2\"}")
                .getString("errorMessage");
        assertThat(error, containsString("and another id"));
        assertEquals(List.of(), openai.requests());
    }
}
