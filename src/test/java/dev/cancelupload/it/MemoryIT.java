package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** At 256 MB, the template's size, no event up to Lambda's 6 MB, no answer and no batch of them ends the process. */
class MemoryIT {

    /** Lambda's limit for an event and for a result. */
    private static final int LIMIT = 6 * 1024 * 1024;

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function =
            new Function(openai).withMemory(256).with("OPENAI_MAX_RETRIES", "0").with("CLEAN_UP_CONCURRENCY", "100");

    /** An event of nearly 6 MB. */
    private static String filled(String before, IntFunction<String> part, String after) {
        StringBuilder event = new StringBuilder(LIMIT).append(before);
        for (int i = 0; event.length() < LIMIT - 20_000; i++) {
            event.append(part.apply(i));
        }
        return event.append(after).toString();
    }

    static Stream<Arguments> events() {
        String message = "{\"messageId\":\"BODY\",\"eventSource\":\"aws:sqs\",\"body\":\"upload_BODY\"}";
        String fill = "fill".repeat(LIMIT / 4 - 10_000);
        int deep = LIMIT / 2 - 10_000;
        return Stream.of(
                Arguments.of("a text", filled("\"", i -> "upload_", "\"")),
                Arguments.of("a text of escapes", filled("\"", i -> "\\u0000", "\"")),
                Arguments.of("a list of ids", filled("[\"a\"", i -> ",\"upload_" + i + "\"", "]")),
                Arguments.of("a list of empty objects", filled("[{}", i -> ",{}", "]")),
                Arguments.of("arrays in arrays", "[".repeat(deep) + "]".repeat(deep)),
                Arguments.of("members", filled("{\"uploadId\":\"upload_1\"", i -> ",\"m" + i + "\":" + i, "}")),
                Arguments.of("one name", filled("{\"uploadId\":\"upload_1\",\"", i -> "name", "\":1}")),
                Arguments.of("numbers", filled("{\"uploadId\":\"upload_1\",\"n\":[1", i -> ",1e" + i, "]}")),
                Arguments.of("one number", filled("{\"uploadId\":\"upload_1\",\"n\":", i -> "1234567890", "}")),
                Arguments.of("a detail", Events.eventBridge("{\"uploadId\":\"upload_1\",\"x\":\"" + fill + "\"}")),
                Arguments.of("a header", Events.http("POST", "/v1/uploads/upload_1/cancel", "x-a", fill)),
                Arguments.of("a notification", Events.sns(filled("{\"uploadId\":\"", i -> "upload_", "\"}"))),
                Arguments.of("a message", Events.sqs(filled("", i -> "upload_", ""))),
                Arguments.of("messages", filled("{\"Records\":[", i -> message.replace("BODY", "" + i) + ",", "{}]}")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("events")
    void anEventOfSixMegabytesIsAnsweredAndTheNextOneToo(String name, String event) throws Exception {
        for (int i = 0; i < 2; i++) {
            Reply reply = function.invoke(event);
            assertTrue(reply.body().length() < LIMIT, name);
        }
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertTrue(function.logText().lines().allMatch(line -> line.length() < 262_144), "a line CloudWatch refuses");
    }

    private static List<String> longIds(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "upload_" + i + "_" + "x".repeat(240))
                .collect(Collectors.toList());
    }

    /** The largest answers, each 64 KB but a little. */
    enum Large {
        CANCELLED(Answer.json(200, Answer.UPLOAD.replace("null", '"' + "\\\"".repeat(31_000) + '"'))),
        REJECTED(Answer.error(422, "\u00e4\"".repeat(15_000))),
        BUSY(Answer.error(500, "\n".repeat(30_000))),
        DEEP(Answer.json(200, "[".repeat(60_000))),
        TOO_LARGE(Answer.json(200, "x".repeat(200_000)));

        private final Answer answer;

        Large(Answer answer) {
            this.answer = answer;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThousandLargeAnswersFitTheMemoryAndTheResultFitsLambda(Large large) throws Exception {
        openai.answers(large.answer);
        Reply reply = function.invoke(Events.ids(longIds(1000)));
        assertTrue(reply.body().length() < LIMIT, () -> reply.body().length() + " bytes");
        if (reply.kind().equals("error")) {
            reply.assertError("CleanUpIncomplete", "1000", "upload_0_");
        } else {
            assertEquals(
                    1000,
                    reply.ids(large == Large.CANCELLED ? "cancelled" : "failed").size());
        }
        assertEquals(
                large == Large.CANCELLED ? 0 : 1000,
                function.invoke(Events.sqs(longIds(1000).toArray(String[]::new)))
                        .failedMessages()
                        .size());
    }

    @ParameterizedTest
    @EnumSource(names = {"CANCELLED", "REJECTED"})
    void behindALoadBalancerTheResultFitsAMegabyte(Large large) throws Exception {
        openai.answers(large.answer);
        Reply reply = function.invoke(Events.file("alb.json"));
        assertEquals(large == Large.CANCELLED ? 200 : 422, reply.status());
        assertTrue(reply.body().length() < 1024 * 1024);
    }

    @Test
    void tenThousandMessagesAreDone() throws Exception {
        String[] bodies =
                IntStream.range(0, 10_000).mapToObj(i -> "upload_" + i).toArray(String[]::new);
        assertEquals(List.of(), function.invoke(Events.sqs(bodies)).failedMessages());
        assertEquals(10_000, openai.requests().size());
    }
}
