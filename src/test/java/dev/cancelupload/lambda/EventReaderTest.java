package dev.cancelupload.lambda;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.Event.Message;
import dev.cancelupload.lambda.Event.OneUpload;
import dev.cancelupload.lambda.Event.Refused;
import dev.cancelupload.lambda.Event.SnsNotifications;
import dev.cancelupload.lambda.Event.SqsMessages;
import dev.cancelupload.lambda.Event.UploadIds;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadId;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {

    private static final UploadId ID = UploadId.of("upload_abc123");

    private static String refused(String event) {
        String message =
                assertInstanceOf(Refused.class, Events.read(event)).failure().message();
        assertThat(message, allOf(containsString("This function takes"), endsWith("Nothing was sent to OpenAI.")));
        return message;
    }

    private static FailureKind kind(String event) {
        return assertInstanceOf(Refused.class, Events.read(event)).failure().kind();
    }

    private static UploadId message(String body) {
        return assertInstanceOf(SqsMessages.class, Events.read(Events.sqs(body)))
                .messages()
                .get(0)
                .uploadId();
    }

    @ParameterizedTest
    @CsvSource({
        "scheduler.json,OneUpload",
        "eventbridge-rule.json,UploadIds",
        "sqs.json,SqsMessages",
        "sqs-from-sns.json,SqsMessages",
        "pipes-sqs.json,SqsMessages",
        "sns.json,SnsNotifications",
        "http-api-v2.json,Http"
    })
    void eventsAsAwsSendsThemAreToldApart(String file, String kind) {
        Event event = Events.read(Events.real(file));
        assertEquals(kind, event.getClass().getSimpleName());
        assertThat(event.toString(), containsString("upload_abc123"));
    }

    // One id

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"upload_abc123\"",
                "{\"uploadId\":\"upload_abc123\"}",
                "{\"upload_id\":\"upload_abc123\"}",
                "{\"uploadId\":\"upload_abc123\",\"upload_id\":\"upload_abc123\"}",
                "{\"uploadId\":null,\"upload_id\":\"upload_abc123\",\"uploadIds\":null}",
                "{\"uploadId\":\"upload_abc123\",\"token\":{\"uploadId\":7},\"other\":1,\"other\":2}",
                "{\"uploadId\":\"upload_abc123\",\"Records\":null,\"detail\":null,\"requestContext\":null}",
                "{\"uploadId\":\"upload_abc123\",\"detail-type\":\"x\",\"eventSource\":\"my-app\"}"
            })
    void oneIdIsACallThatWantsTheUpload(String event) {
        assertEquals(new OneUpload(ID), Events.read(event));
    }

    @Test
    void anIdThatCannotBeOneIsToldApartFromNoId() {
        OneUpload event = assertInstanceOf(OneUpload.class, Events.read("{\"uploadId\":\"a/../b\"}"));
        assertTrue(event.id().problem().isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{}|names no upload",
                "null|The event has no upload id",
                "7|The event has no upload id",
                "true|The event has no upload id",
                "{\"uploadId\":null}|names no upload",
                "{\"uploadId\":7}|The field \"uploadId\" is not a string",
                "{\"upload_id\":[\"a\"]}|The field \"upload_id\" is not a string",
                "{\"uploadId\":{\"uploadId\":\"a\"}}|The field \"uploadId\" is not a string",
                "{\"uploadId\":\"a\",\"upload_id\":\"b\"}|differ"
            })
    void anEventWithoutAnIdIsRefused(String event, String words) {
        assertThat(refused(event), containsString(words));
        assertEquals(FailureKind.INVALID_UPLOAD_ID, kind(event));
    }

    // Several

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[\"upload_abc123\",\"upload_abc123\",\"b\"]",
                "{\"uploadIds\":[\"upload_abc123\",{\"uploadId\":\"upload_abc123\"},{\"upload_id\":\"b\"}]}"
            })
    void aListIsACallThatWantsNoneToStayPending(String event) {
        assertEquals(new UploadIds("ids", List.of(ID, ID, UploadId.of("b"))), Events.read(event));
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "{\"uploadIds\":[]}", "{\"uploadIds\":[],\"uploadId\":null}"})
    void anEmptyListIsNothingToDo(String event) {
        assertEquals(new UploadIds("ids", List.of()), Events.read(event));
    }

    @Test
    void aListOfOneIsAList() {
        assertEquals(new UploadIds("ids", List.of(ID)), Events.read("[\"upload_abc123\"]"));
    }

    @Test
    void anIdInAListThatCannotBeOneIsKeptForTheReport() {
        UploadIds event = assertInstanceOf(UploadIds.class, Events.read("[\"\",\"a b\"]"));
        assertTrue(event.ids().stream().allMatch(id -> id.problem().isPresent()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "[\"a\",7]|Element 2 of the list has no upload id",
                "[null]|Element 1 of the list has no upload id",
                "[[\"a\"]]|Element 1 of the list has no upload id",
                "[{}]|Element 1 of the list names no upload",
                "[{\"uploadIds\":[\"a\"]}]|Element 1 of the list has no upload id",
                "[{\"uploadId\":7}]|The field \"uploadId\" is not a string",
                "{\"uploadIds\":\"a\"}|The field \"uploadIds\" is not a list",
                "{\"uploadIds\":{\"uploadId\":\"a\"}}|The field \"uploadIds\" is not a list",
                "{\"uploadIds\":[\"a\"],\"uploadId\":\"a\"}|and another id",
                "{\"uploadIds\":[],\"upload_id\":\"a\"}|and another id"
            })
    void aListThatIsNoneRefusesTheEvent(String event, String words) {
        assertThat(refused(event), containsString(words));
        assertEquals(FailureKind.INVALID_EVENT, kind(event));
    }

    @Test
    void aThousandIdsAreTakenAndMoreAreToBeSplit() {
        String thousand = "\"a\",".repeat(999) + "\"a\"";
        assertEquals(1000, ((UploadIds) Events.read("[" + thousand + "]")).ids().size());
        assertThat(
                refused("{\"uploadIds\":[" + thousand + ",\"b\"]}"),
                containsString("The list has 1001 ids, and 1000 is the most that one event may have: split it"));
    }

    // EventBridge

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"upload_abc123\"",
                "{\"uploadId\":\"upload_abc123\",\"reason\":{\"uploadId\":\"b\"}}",
                "[\"upload_abc123\"]",
                "{\"uploadIds\":[{\"upload_id\":\"upload_abc123\"}]}",
                "\"{\\\"uploadId\\\":\\\"upload_abc123\\\"}\"",
                "{\"messageId\":\"m\",\"body\":\"upload_abc123\",\"eventSource\":\"aws:sqs\"}"
            })
    void theDetailOfAnEventBridgeEventNamesTheUploads(String detail) {
        assertEquals(new UploadIds("eventbridge", List.of(ID)), Events.read(Events.eventBridge(detail)));
    }

    // Messages

    @ParameterizedTest
    @ValueSource(
            strings = {
                "upload_abc123",
                " upload_abc123\r\n",
                "\"upload_abc123\"",
                "{\"uploadId\":\"upload_abc123\"}",
                "[\"upload_abc123\"]",
                "{\"uploadIds\":[{\"upload_id\":\"upload_abc123\"}]}"
            })
    void aMessageIsAnIdAsTextOrJsonInAnyEnvelope(String body) {
        String quoted = Json.object().put("x", body).get("x").toString();
        String record = "{\"messageId\":\"m\",\"eventSource\":\"aws:sqs\",\"body\":" + quoted + "}";
        for (String message : List.of(
                body,
                Events.envelope(body),
                Events.eventBridge(quoted),
                Events.envelope(Events.eventBridge(quoted)),
                Events.envelope(Events.envelope(body)),
                Events.envelope(record))) {
            assertEquals(ID, message(message), message);
        }
        assertEquals(new SqsMessages(List.of(new Message("m", ID))), Events.read("[" + record + "]"));
        assertEquals(new SnsNotifications(List.of(new Message("n", ID))), Events.read(Events.sns(body)));
        assertEquals(new SnsNotifications(List.of(new Message("n", ID))), Events.read(Events.sns(record)));
    }

    @Test
    void aBodyThatAnInputTemplateOfPipesParsedIsRead() {
        assertEquals(
                new SqsMessages(List.of(new Message("m", ID))),
                Events.read("[{\"messageId\":\"m\",\"eventSource\":\"aws:sqs\","
                        + "\"body\":{\"uploadId\":\"upload_abc123\"}}]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{broken|The message is not JSON (line 1, column",
                "{\"uploadId\":\"a\"|The message is not JSON",
                "{\"uploadId\":\"a\"} x|The message is not JSON",
                "\"a\" \"b\"|The message has more than one JSON value",
                "{\"uploadId\":7}|The field \"uploadId\" is not a string",
                "[]|The message has 0 ids, and a message is for one",
                "[\"a\",\"b\"]|The message has 2 ids, and a message is for one",
                "{}|The message names no upload",
                "null|The message has no upload id",
                "|missing or blank",
                "a b|has an invalid character",
                "dXBsb2FkX2FiYzEyMw==|has an invalid character",
                "{\"Type\":\"SubscriptionConfirmation\",\"Message\":\"upload_abc123\"}|The message names no upload",
                "{\"Type\":\"Notification\",\"Message\":\"{\"}|The message is not JSON",
                "{\"detail-type\":\"x\",\"detail\":{}}|The message names no upload",
                "{\"Records\":[{\"eventSource\":\"aws:s3\",\"s3\":{}}]}|The message names no upload",
                "{\"requestContext\":{},\"requestPayload\":{\"uploadIds\":[\"a\"]}}|send the content of \"requestPayload\""
            })
    void aMessageWithoutAnIdSaysWhyAndFailsAlone(String body, String words) {
        String bodyOrEmpty = body == null ? "" : body;
        SqsMessages event = (SqsMessages) Events.read(Events.sqs("upload_abc123", bodyOrEmpty, "upload_abc123"));
        assertEquals(new Message("m0", ID), event.messages().get(0));
        assertThat(event.messages().get(1).uploadId().problem().orElseThrow(), containsString(words));
        assertEquals(new Message("m2", ID), event.messages().get(2));
    }

    @Test
    void aMessageWithoutABodyOrAnIdIsStillAMessage() {
        SqsMessages event = (SqsMessages) Events.read("{\"Records\":[{\"eventSource\":\"aws:sqs\",\"body\":null}]}");
        assertEquals("", event.messages().get(0).id());
        assertTrue(event.messages().get(0).uploadId().problem().isPresent());
    }

    @Test
    void theLargestBatchOfAQueueIsTaken() {
        String[] bodies = Collections.nCopies(10_000, "upload_abc123").toArray(new String[0]);
        assertEquals(
                10_000,
                ((SqsMessages) Events.read(Events.sqs(bodies))).messages().size());
    }

    // What is not ours

    static Stream<Arguments> notOurs() {
        return Events.notOurs().entrySet().stream()
                .map(event -> Arguments.argumentSet(event.getKey(), event.getValue()));
    }

    @ParameterizedTest
    @MethodSource("notOurs")
    void anEventForAnotherFunctionIsRefused(String event) {
        refused(event);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "authorizer-rest-api|The event is for a Lambda authorizer.",
                "authorizer-http-api-v2|The event is for a Lambda authorizer.",
                "websocket-message|The event comes from a WebSocket API.",
                "destination-failure|To repeat that invocation, send the content of \"requestPayload\".",
                "eventbridge-destination|To repeat that invocation, send the content of \"requestPayload\".",
                "msk|The event comes from \"aws:kafka\".",
                "ses|The event has records of \"aws:ses\".",
                "pipes-kinesis|The event has records of \"aws:kinesis\".",
                "kinesis-time-window|The event has no records of a known source.",
                "eventbridge-scheduler-without-input|The detail names no upload"
            })
    void anEventForAnotherFunctionIsNamedWhereItCan(String name, String words) {
        assertThat(refused(Events.notOurs().get(name)), containsString(words));
        if (!name.contains("scheduler")) {
            assertEquals(FailureKind.INVALID_EVENT, kind(Events.notOurs().get(name)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"eventSource\":\"aws:sqs\",\"body\":\"a\"},{\"EventSource\":\"aws:sns\",\"Sns\":{\"Message\":\"a\"}}]",
                "[{\"eventSource\":\"aws:sqs\",\"body\":\"a\"},null]",
                "[{\"eventSource\":\"aws:sqs\",\"body\":\"a\"},\"upload_abc123\"]",
                "[{\"EventSource\":\"aws:sns\",\"Sns\":{\"Message\":\"a\"}},{\"eventSource\":\"aws:s3\"}]"
            })
    void recordsOfSeveralSourcesAreRefused(String records) {
        assertThat(refused("{\"Records\":" + records + "}"), containsString("has records of several sources"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "7", "\"aws:sqs\"", "[]", "[null]", "[{\"eventSource\":7}]", "[[]]"})
    void recordsThatAreNoneAreRefused(String records) {
        assertThat(refused("{\"Records\":" + records + "}"), containsString("has no records of a known source"));
    }

    @Test
    void aForeignSourceIsShownInVisibleText() {
        assertThat(refused("[{\"eventSource\":\"a\\u202e\"}]"), containsString("records of \"a\\u202e\""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u202e", "a b", "a\\u0000"})
    void aMessageIdThatCannotBeOneIsRefused(String id) {
        String event = "[{\"eventSource\":\"aws:sqs\",\"messageId\":\"%s\",\"body\":\"a\"}]";
        assertThat(refused(event.formatted(id)), containsString("has a message id"));
        assertThat(refused(event.formatted("m".repeat(129))), containsString("has a message id"));
        assertInstanceOf(SqsMessages.class, Events.read(event.formatted("m".repeat(128))));
    }

    // Reading

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                " |The event is empty",
                "{\"uploadId\":|The event is not JSON (line 1, column",
                "upload_1|The event is not JSON",
                "null null|The event has more than one JSON value"
            })
    void whatIsNoJsonIsRefused(String event, String words) {
        assertThat(refused(event == null ? " " : event), containsString(words));
    }

    @Test
    void whatExceedsALimitIsRefused() {
        assertThat(refused("[".repeat(1001)), containsString("is nested too deeply"));
        assertThat(refused("{\"" + "n".repeat(60_000) + "\":1}"), containsString("a name or number that is too long"));
        assertThat(refused("[\"a\"" + ",\"a\"".repeat(60_000) + "]"), containsString("split it"));
        assertThat(message("[".repeat(1001)).problem().orElseThrow(), containsString("The message is nested too deep"));
    }

    @Test
    void aStreamThatFailsIsNoFaultOfTheEvent() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("reset");
            }
        };
        assertThrows(IOException.class, () -> EventReader.read(broken));
    }
}
