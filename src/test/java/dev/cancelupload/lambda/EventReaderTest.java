package dev.cancelupload.lambda;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cancelupload.config.Export;
import dev.cancelupload.json.Json;
import dev.cancelupload.lambda.LambdaEvent.Http;
import dev.cancelupload.lambda.LambdaEvent.Message;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.LambdaEvent.SnsNotifications;
import dev.cancelupload.lambda.LambdaEvent.SqsMessages;
import dev.cancelupload.lambda.LambdaEvent.Unreadable;
import dev.cancelupload.lambda.LambdaEvent.Unsupported;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.NamedUpload;
import dev.cancelupload.openai.UploadFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {

    private static LambdaEvent read(byte[] json) {
        try {
            return EventReader.read(new ByteArrayInputStream(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LambdaEvent read(String json) {
        return read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String problem(byte[] json) {
        Unreadable event = assertInstanceOf(Unreadable.class, read(json));
        UploadFailure failure = WrongEvent.of(event, Export.CANCEL_UPLOAD);
        assertEquals(FailureKind.INVALID_EVENT, failure.kind());
        assertThat(
                failure.getMessage(),
                allOf(containsString("The event " + event.problem()), not(containsString("xception"))));
        assertTrue(failure.getMessage().chars().allMatch(c -> c >= ' ' && c <= '~'), failure.getMessage());
        return event.problem();
    }

    private static String problem(String json) {
        return problem(json.getBytes(StandardCharsets.UTF_8));
    }

    private static String sqs(String body) {
        return Json.object()
                .put("messageId", "m")
                .put("eventSource", "aws:sqs")
                .put("body", body)
                .toString();
    }

    private static NamedUpload message(String body) {
        SqsMessages event = assertInstanceOf(SqsMessages.class, read("{\"Records\":[" + sqs(body) + "]}"));
        return event.messages().get(0).upload();
    }

    private static UploadFailure refused(UploadIds ids) {
        return refused(ids.one());
    }

    private static UploadFailure refused(NamedUpload upload) {
        return assertInstanceOf(NamedUpload.Invalid.class, upload).why();
    }

    // Error messages

    static Stream<Arguments> unreadable() {
        return Stream.of(
                Arguments.of("", "is empty"),
                Arguments.of("  \n ", "is empty"),
                Arguments.of("{\"uploadId\":", "is incomplete JSON (line 1, column 13)"),
                Arguments.of("{\n\"a\":[1,2", "is incomplete JSON (line 2, column"),
                Arguments.of("\"upload_1", "is incomplete JSON"),
                Arguments.of("upload_1", "is not JSON (line 1, column"),
                Arguments.of("{'uploadId':1}", "is not JSON (line 1, column 2)"),
                Arguments.of("[1,]", "is not JSON"),
                Arguments.of("\"a\u0001\"", "is not JSON"),
                Arguments.of("null null", "has data after its JSON value (line 1, column 6)"),
                Arguments.of("\"upload_1\"\u0000", "is not JSON"),
                Arguments.of("{}}", "is not JSON"),
                Arguments.of("[".repeat(1001), "is nested more than 1,000 deep"),
                Arguments.of("{\"a\":".repeat(1001), "is nested more than 1,000 deep"),
                Arguments.of("1".repeat(1001), "has a number of more than 1,000 digits"),
                Arguments.of("[-0." + "1".repeat(2000) + "]", "has a number of more than 1,000 digits"),
                Arguments.of("9".repeat(5_000_000), "has a string or a number of more than 1,048,576 characters"),
                Arguments.of("{\"a\":" + "9".repeat(5_000_000) + "}", "has a string or a number of more than"),
                Arguments.of("\"" + "a".repeat(1_048_577) + "\"", "has a string or a number of more than 1,048,576"),
                Arguments.of("{\"" + "n".repeat(60_000) + "\":1}", "has a field name of more than 50,000 bytes"));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void whatCannotBeReadIsToldByItsKindAndPlace(String event, String problem) {
        assertThat(problem(event), containsString(problem));
    }

    static Stream<byte[]> noUtf8() {
        return Stream.of(
                new byte[] {'"', (byte) 0xff, '"'},
                new byte[] {'"', (byte) 0xc3, '"'},
                new byte[] {'"', (byte) 0xed, (byte) 0xa0, '"'},
                new byte[] {(byte) 0x80, 0, 0, 1},
                new byte[] {0, 0, (byte) 0xff, (byte) 0xfe, 1, 1, 1, 1},
                new byte[] {0, 0, 0, '"', 0x7f, 0x7f, 0x7f, 0x7f},
                new byte[] {0},
                new byte[] {0, 0, 0, 0});
    }

    @ParameterizedTest
    @MethodSource("noUtf8")
    void bytesThatAreNoTextAreNoEvent(byte[] event) {
        assertThat(problem(event), containsString("is "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE"})
    void jsonInAnyUnicodeEncodingIsRead(String charset) {
        LambdaEvent event = read("\"upload_1\"".getBytes(Charset.forName(charset)));
        assertEquals(new Payload(new UploadIds.One("upload_1")), event);
    }

    @Test
    void aByteOrderMarkIsPassedOver() {
        assertEquals(new Payload(new UploadIds.One("upload_1")), read("\ufeff\"upload_1\""));
    }

    @Test
    void aSourceThatBreaksIsNoFaultOfTheEvent() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("reset");
            }
        };
        assertThrows(IOException.class, () -> EventReader.read(broken));
    }

    // Duplicate fields

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"uploadId\":\"a\",\"uploadId\":\"b\"}|uploadId",
                "{\"uploadId\":\"a\",\"uploadId\":\"a\"}|uploadId",
                "{\"upload_id\":null,\"x\":1,\"upload_id\":\"a\"}|upload_id",
                "{\"upload\\u0049d\":\"a\",\"uploadId\":\"b\"}|uploadId",
                "{\"uploadIds\":[],\"uploadIds\":[]}|uploadIds",
                "{\"detail-type\":\"x\",\"detail\":\"a\",\"detail\":\"b\"}|detail",
                "{\"detail-type\":\"x\",\"detail-type\":1,\"detail\":\"b\"}|detail-type",
                "{\"detail-type\":\"x\",\"detail\":{\"uploadId\":\"a\",\"uploadId\":\"b\"}}|uploadId",
                "{\"Records\":[],\"Records\":[]}|Records",
                "{\"Records\":1,\"Records\":[{\"eventSource\":\"aws:sqs\"}]}|Records",
                "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"body\":\"a\",\"body\":\"b\"}]}|body",
                "{\"Records\":[{\"messageId\":\"m\",\"eventSource\":\"aws:sqs\",\"messageId\":\"n\"}]}|messageId",
                "{\"Records\":[{\"eventSource\":\"aws:sqs\",\"eventSource\":\"aws:sns\"}]}|eventSource",
                "{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":{\"Message\":\"a\",\"Message\":\"b\"}}]}|Message",
                "[{\"eventSource\":\"aws:sqs\",\"body\":\"a\",\"body\":\"b\"}]|body",
                "{\"requestContext\":{\"http\":{\"method\":\"GET\",\"method\":\"POST\"}}}|method",
                "{\"requestContext\":{\"http\":{},\"http\":{}}}|http",
                "{\"requestContext\":{},\"httpMethod\":\"GET\",\"httpMethod\":\"POST\"}|httpMethod",
                "{\"requestContext\":{},\"httpMethod\":\"POST\",\"path\":\"/a\",\"path\":\"/b\"}|path",
                "{\"requestContext\":{\"http\":{}},\"rawPath\":\"/a\",\"rawPath\":\"/b\"}|rawPath",
                "{\"headers\":{\"x-client-request-id\":\"a\",\"x-client-request-id\":\"b\"}}|x-client-request-id"
            })
    void aUsedFieldThatIsThereTwiceIsRefused(String event, String field) {
        assertThat(problem(event), containsString("has the field \"" + field + "\" twice"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"uploadId\":\"a\",\"other\":1,\"other\":2}",
                "{\"uploadId\":\"a\",\"other\":{\"uploadId\":\"b\",\"uploadId\":\"c\"}}",
                "{\"uploadId\":\"a\",\"upload_id\":\"a\"}"
            })
    void fieldsThatAreNotUsedMayBeThereTwice(String event) {
        assertEquals(new Payload(new UploadIds.One("a")), read(event));
    }

    @Test
    void aMessageWithAFieldTwiceFailsAlone() {
        SqsMessages event = assertInstanceOf(
                SqsMessages.class,
                read("{\"Records\":[" + sqs("{\"uploadId\":\"a\",\"uploadId\":\"b\"}") + "," + sqs("upload_2") + "]}"));
        UploadFailure failure = refused(event.messages().get(0).upload());
        assertEquals(FailureKind.INVALID_UPLOAD_ID, failure.kind());
        assertThat(failure.getMessage(), containsString("has the field \"uploadId\" twice"));
        assertEquals(NamedUpload.of("upload_2"), event.messages().get(1).upload());
    }

    // Limits

    @ParameterizedTest
    @CsvSource({"1000,", "1001,The list has 1001 ids", "1900000,The list has 1900000 ids"})
    void aListIsTakenUpToAThousandAndCountedBeyond(int size, String problem) {
        UploadIds ids = ((Payload) read("[{}" + ",{}".repeat(size - 1) + "]")).ids();
        if (problem == null) {
            assertEquals(size, ids.many().stream().distinct().count());
        } else {
            assertEquals(List.of(), ((UploadIds.Many) ids).ids());
            assertThat(assertThrows(UploadFailure.class, ids::many).getMessage(), containsString(problem));
        }
    }

    @Test
    void anElementThatIsNoStringStandsForItself() {
        UploadIds ids = ((Payload)
                        read("[7,\"a\",null,true,{\"uploadId\":\"b\"},[\"c\"],\"d\"," + "1".repeat(100) + "]"))
                .ids();
        assertEquals(
                List.of(
                        "(not a string) 7",
                        "a",
                        "(not a string) null",
                        "(not a string) true",
                        "(not a string) an object, element 5",
                        "(not a string) an array, element 6",
                        "d",
                        "(not a string) " + "1".repeat(64) + "…"),
                ids.many().stream().map(NamedUpload::given).toList());
    }

    @ParameterizedTest
    @CsvSource({"10000,", "'10001','has 10,001 records, and 10,000 is the most'"})
    void aBatchHasAtMostTenThousandRecords(int size, String problem) {
        String records =
                IntStream.range(0, size).mapToObj(i -> sqs("upload_" + i)).collect(Collectors.joining(","));
        for (String event : List.of("{\"Records\":[" + records + "]}", "[" + records + "]")) {
            if (problem == null) {
                assertEquals(size, ((SqsMessages) read(event)).messages().size());
            } else {
                assertThat(problem(event), containsString(problem));
            }
        }
    }

    @Test
    void aMessageIdThatCannotBeOneOfAwsIsRefused() {
        String event = "[{\"eventSource\":\"aws:sqs\",\"messageId\":\"%s\",\"body\":\"a\"}]";
        assertInstanceOf(SqsMessages.class, read(event.formatted("m".repeat(128))));
        assertThat(problem(event.formatted("m".repeat(129))), containsString("a message id of 129 characters"));
        assertThat(problem(event.formatted("m\u202e")), containsString("has a message id with a character"));
        assertThat(
                problem("{\"Records\":[{\"EventSource\":\"aws:sns\",\"Sns\":{\"MessageId\":\"" + "m".repeat(6000)
                        + "\"}}]}"),
                containsString("a message id of 6,000 characters"));
    }

    @Test
    void aMessageWithAListOfAMillionKeepsNothingOfIt() {
        NamedUpload ids = message("[\"a\"" + ",\"a\"".repeat(200_000) + "]");
        assertInstanceOf(NamedUpload.Invalid.class, ids);
        assertEquals(FailureKind.WRONG_EXPORT, refused(ids).kind());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{broken|The message looks like JSON but is not JSON (line 1, column",
                "{\"uploadId\":\"a\"|The message looks like JSON but is incomplete JSON",
                "{\"uploadId\":\"a\"} x|The message looks like JSON but is not JSON",
                "\"a\" \"b\"|The message looks like JSON but has data after its JSON value",
                "{\"Type\":\"Notification\",\"Message\":\"{\"}|The notification looks like JSON but is incomplete JSON",
                "{\"Type\":\"Notification\",\"Message\":\"\\\"a\\\" 1\"}|The notification looks like JSON but has data",
                "[]|lists are for",
                "{}|names no upload",
                "null|The message is null",
                "|The message is empty"
            })
    void aHopelessMessageSaysWhy(String body, String words) {
        assertThat(refused(message(body)).getMessage(), containsString(words));
    }

    @Test
    void aDeeplyNestedMessageIsHopelessAlone() {
        assertThat(refused(message("[".repeat(2000))).getMessage(), containsString("is nested more than 1,000 deep"));
    }

    // HTTP requests

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"X-Client-Request-ID\":\"a\",\"x-client-request-id\":\"b\"}|{}|a",
                "{\"x\":\"a\"}|{\"X-CLIENT-request-id\":[\"a\",{\"no\":1},\"b\"]}|b",
                "{\"x-client-request-id\":7}|{}|",
                "{\"x-client-request-id\":[]}|{\"x-client-request-id\":[[\"a\"]]}|",
                "[]|7|"
            })
    void theCallersRequestIdIsFoundInEitherKindOfHeaders(String headers, String multi, String id) {
        Http event = (Http) read(
                "{\"multiValueHeaders\":%s,\"path\":\"/a\",\"headers\":%s,\"requestContext\":{},\"httpMethod\":\"post\"}"
                        .formatted(multi, headers));
        assertEquals(id, event.request().clientRequestId().orElse(null));
        assertEquals("POST", event.request().method());
    }

    @Test
    void aMethodThatIsNoneIsNotRepeated() {
        for (String method : List.of("\"" + "A".repeat(33) + "\"", "\"\u202e\"", "\"A B\"", "7", "null", "\"\"")) {
            Http event = (Http) read("{\"requestContext\":{\"http\":{\"method\":" + method + "}}}");
            assertEquals("?", event.request().method());
        }
    }

    @Test
    void foreignSourcesAreNamedInVisibleTextOnly() {
        assertEquals(new Unsupported("an event of aws:s3"), read("{\"Records\":[{\"eventSource\":\"aws:s3\"}]}"));
        for (String source : List.of("a\u0085b", "\u202e", "A B", "x".repeat(65))) {
            String event = Json.object().put("eventSource", source).toString();
            assertEquals(new Unsupported("an event of an unknown source"), read("[" + event + "]"));
        }
    }

    @Test
    void theRecordsOfAForeignSourceAreNotKept() {
        String records = "{\"eventSource\":\"aws:s3\"}" + ",{\"body\":1,\"body\":2}".repeat(100_000);
        assertEquals(new Unsupported("an event of aws:s3"), read("{\"Records\":[" + records + "]}"));
    }

    @Test
    void aNotificationOfSnsHasItsOwnIdAndMessage() {
        SnsNotifications event = (SnsNotifications)
                read(
                        "{\"Records\":[{\"Sns\":{\"Message\":\"upload_1\",\"MessageId\":\"n\"},\"body\":\"x\",\"EventSource\":\"aws:sns\"}]}");
        assertEquals(List.of(new Message("n", NamedUpload.of("upload_1"))), event.messages());
    }

    @Test
    void everyCutOfARealEventIsToldToEndTooEarly() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("/events/sqs.json")) {
            byte[] event = in.readAllBytes();
            int end = new String(event, StandardCharsets.UTF_8).stripTrailing().length();
            for (int length = 1; length < end; length++) {
                assertThat(problem(Arrays.copyOf(event, length)), containsString("incomplete JSON"));
            }
        }
    }
}
