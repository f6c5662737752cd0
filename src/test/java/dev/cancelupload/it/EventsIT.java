package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every trigger's event as AWS sends it, and events of AWS's that only look like ones of ours. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventsIT {

    private final OpenAiStandIn openai = new OpenAiStandIn();
    private final Function function = new Function(openai);

    @AfterAll
    void end() throws Exception {
        function.close();
        openai.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http-api-v2", "http-api-v1", "rest-api-v1", "function-url", "alb", "alb-multi-value"})
    void everyKindOfHttpRequestIsAnswered(String file) throws Exception {
        Trigger.HTTP.assertCancelled("upload_abc123", function.invoke(Events.file(file + ".json")));
    }

    static Stream<Arguments> batches() {
        String notification = Reply.parse(Events.file("sqs-from-sns.json"))
                .at("/Records/0/body")
                .textValue();
        return Stream.of(
                Arguments.of("a list", "[\"upload_abc123\"]"),
                Arguments.of(
                        "a list of objects", "[{\"uploadId\":\"upload_abc123\"},{\"upload_id\":\"upload_abc123\"}]"),
                Arguments.of("an object with a list", "{\"uploadIds\":[\"upload_abc123\",\"upload_abc123\"]}"),
                Arguments.of("a rule of EventBridge's", Events.file("eventbridge-rule.json")),
                Arguments.of("a detail that is an id", Events.eventBridge("\"upload_abc123\"")),
                Arguments.of("a detail with an id", Events.eventBridge("{\"upload_id\":\"upload_abc123\"}")),
                Arguments.of("a detail that is a list", Events.eventBridge("[\"upload_abc123\"]")),
                Arguments.of("a detail with a list", Events.eventBridge("{\"uploadIds\":[\"upload_abc123\"]}")),
                Arguments.of("a notification", Events.file("sns.json")),
                Arguments.of("a notification of bare text", Events.sns("upload_abc123")),
                Arguments.of("a notification of a JSON string", Events.sns("\"upload_abc123\"")),
                Arguments.of("a notification wrapped in another", Events.sns(notification)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("batches")
    void whoeverDoesNotWaitGetsAReport(String name, String event) throws Exception {
        int before = openai.requests().size();
        Reply reply = function.invoke(event);
        assertEquals(List.of("upload_abc123"), reply.ids("cancelled"), reply.body());
        for (String list : List.of("final", "failed", "notTried")) {
            assertEquals(List.of(), reply.ids(list), list);
        }
        assertEquals(4, reply.result().size(), reply.body());
        assertEquals(before + 1, openai.requests().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqs.json", "pipes-sqs.json", "sqs-from-sns.json"})
    void aQueuesMessagesAreAllDone(String file) throws Exception {
        int before = openai.requests("upload_abc123").size();
        assertEquals(
                "{\"batchItemFailures\":[]}", function.invoke(Events.file(file)).body());
        assertEquals(before + 1, openai.requests("upload_abc123").size());
    }

    static Stream<Arguments> foreign() {
        Stream<Arguments> ofAws = Reply.parse(Events.file("not-ours.json")).properties().stream()
                .map(event -> Arguments.of(event.getKey(), event.getValue().toString()));
        Stream<Arguments> careless = Stream.of(
                Arguments.of("null", "null"),
                Arguments.of("a number", "42"),
                Arguments.of("true", "true"),
                Arguments.of("an empty object", "{}"),
                Arguments.of("an unknown member", "{\"id\":\"upload_1\"}"),
                Arguments.of("an id that is a number", "{\"uploadId\":1}"),
                Arguments.of("an id that is a list", "{\"uploadId\":[\"upload_1\"]}"),
                Arguments.of("both names of an id", "{\"uploadId\":\"upload_1\",\"upload_id\":\"upload_2\"}"),
                Arguments.of("an id and a list", "{\"uploadId\":\"upload_1\",\"uploadIds\":[\"upload_2\"]}"),
                Arguments.of("a list that is an id", "{\"uploadIds\":\"upload_1\"}"),
                Arguments.of("a list with a number", "[\"upload_1\",1]"),
                Arguments.of("a list with null", "[\"upload_1\",null]"),
                Arguments.of("a list with a list", "[\"upload_1\",[\"upload_2\"]]"),
                Arguments.of("a list with an empty object", "[\"upload_1\",{}]"),
                Arguments.of("1,001 ids", Events.ids(java.util.Collections.nCopies(1001, "upload_1"))),
                Arguments.of("a schedule without ids", Events.file("eventbridge-scheduled.json")),
                Arguments.of("a detail that is null", Events.eventBridge("null")),
                Arguments.of("no records", "{\"Records\":[]}"),
                Arguments.of("records that are null", "{\"Records\":null}"),
                Arguments.of("records of strings", "{\"Records\":[\"upload_1\"]}"),
                Arguments.of("a change of S3's", Events.file("s3-put.json")),
                Arguments.of("a stream of DynamoDB's", Events.file("dynamodb-stream.json")),
                Arguments.of("a stream of Kinesis's", Events.file("kinesis.json")));
        return Stream.concat(ofAws, careless);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("foreign")
    void whatIsNoneOfTheseIsRefusedWithASentence(String name, String event) throws Exception {
        int before = openai.requests().size();
        Reply reply = function.invoke(event);
        assertTrue(
                List.of("InvalidEvent", "InvalidUploadId").contains(reply.errorType()),
                () -> name + ": " + reply.body());
        assertTrue(reply.json().get("errorMessage").textValue().length() > 30, reply.body());
        assertEquals(before, openai.requests().size());
    }
}
