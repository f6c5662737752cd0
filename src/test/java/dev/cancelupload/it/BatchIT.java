package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** "See to it that none of these stays pending": reports, what a queue gets back, and refused credentials. */
class BatchIT {

    private static final String UNKNOWN = "foreign_1";

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai).with("OPENAI_MAX_RETRIES", "0");

    private static List<String> uploads(int count) {
        return IntStream.range(0, count).mapToObj(i -> "upload_" + i).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 9, 1000})
    void upToAThousandIdsAreCancelledAndReportedInTheirOrder(int count) throws Exception {
        Reply reply = function.invoke(Events.ids(uploads(count)));
        assertEquals(uploads(count), reply.ids("cancelled"));
        assertEquals(count, openai.requests().size());
        assertEquals(count, function.lines("upload").size());
        JsonNode line = function.lastInvocation();
        assertEquals("done", line.get("outcome").textValue());
        assertEquals(count, line.get("uploads").intValue());
        assertEquals(count, line.get("attempts").intValue());
    }

    @Test
    void aReportSaysOfEachUploadWhatBecameOfIt() throws Exception {
        openai.answers("upload_2", Answer.error(400, "Upload has already been completed."));
        openai.answers("upload_3", Answer.error(400, "Upload has expired."));
        openai.answers("upload_4", Answer.notFound());
        openai.answers("upload_5", Answer.error(422, "Odd", "odd_code"));
        openai.answers(UNKNOWN, Answer.notFound());
        Reply reply = function.invoke(
                Events.ids("upload_1", "upload_2", "upload_3", "upload_4", "upload_5", UNKNOWN, "no/id", "upload_1"));
        assertEquals(List.of("upload_1"), reply.ids("cancelled"));
        assertEquals(List.of("upload_2", "upload_3", "upload_4"), reply.ids("final"));
        JsonNode done = reply.result().get("final");
        assertEquals("completed", done.at("/0/status").textValue());
        assertEquals("expired", done.at("/1/status").textValue());
        assertTrue(done.get(2).has("status"), reply.body());
        JsonNode failed = reply.result().get("failed");
        assertEquals(3, failed.size(), reply.body());
        assertEquals("RequestRejected", failed.at("/0/errorType").textValue());
        assertTrue(failed.at("/0/message").textValue().contains("odd_code"), reply.body());
        assertEquals(UNKNOWN, failed.at("/1/uploadId").textValue());
        assertEquals("UploadNotFound", failed.at("/1/errorType").textValue());
        assertEquals("InvalidUploadId", failed.at("/2/errorType").textValue());
        assertEquals(List.of(), reply.ids("notTried"));
        assertEquals(6, openai.requests().size());
        JsonNode line = function.lastInvocation();
        assertEquals("partial", line.get("outcome").textValue());
        assertEquals(3, line.get("failed").intValue());
    }

    @Test
    void whatIsLeftIsNamedAfterTheWholeBatch() throws Exception {
        openai.answers("upload_1", Answer.busy(500));
        openai.answers("upload_3", Answer.busy(429));
        openai.answers("upload_4", Answer.error(422, "Odd"));
        String message = function.invoke(Events.ids("upload_1", "upload_2", "upload_3", "upload_4", "upload_5"))
                .assertError("CleanUpIncomplete", "upload_1", "upload_3", "UpstreamFailure", "RateLimited");
        assertTrue(!message.contains("upload_2") && !message.contains("upload_5"), message);
        assertEquals(5, openai.requests().size());
        assertEquals(
                "CleanUpIncomplete", function.lastInvocation().get("outcome").textValue());
        assertEquals("cancelled", function.lineOf("upload_5").get("outcome").textValue());
    }

    @Test
    void aQueueGetsBackExactlyWhatIsNotDone() throws Exception {
        openai.answers("upload_1", Answer.busy(500));
        openai.answers("upload_2", Answer.error(400, "Upload is already cancelled."));
        openai.answers("upload_3", Answer.notFound());
        openai.answers("upload_4", Answer.error(422, "Odd"));
        openai.answers(UNKNOWN, Answer.notFound());
        Reply reply = function.invoke(Events.sqs(
                "upload_0",
                "\"upload_1\"",
                "{\"uploadId\":\"upload_2\"}",
                "{\"upload_id\":\"upload_3\"}",
                "upload_4",
                UNKNOWN,
                "dXBsb2FkXzE=",
                "",
                "{\"uploadId\":1}",
                " upload_0\n",
                "[\"upload_0\"]",
                "null"));
        List<String> failed = reply.failedMessages();
        Set<String> expected = new HashSet<>(
                Set.of("message-1", "message-4", "message-5", "message-6", "message-7", "message-8", "message-11"));
        // A list in one message may be understood, or come back; it must not be lost.
        if (failed.contains("message-10")) {
            expected.add("message-10");
        }
        assertEquals(expected, new HashSet<>(failed), reply.body());
        assertEquals(failed.size(), new HashSet<>(failed).size(), reply.body());
        assertEquals(1, openai.requests("upload_0").size());
        assertEquals(
                "RequestRejected", function.lineOf("upload_4").get("outcome").textValue());
        assertEquals("message-4", function.lineOf("upload_4").get("messageId").textValue());
    }

    @Test
    void messagesThroughPipesComeBackInTheSameWay() throws Exception {
        openai.answers("upload_1", Answer.busy(500));
        Reply reply = function.invoke(Events.pipes("upload_0", "upload_1", "upload_2"));
        assertEquals(List.of("message-1"), reply.failedMessages());
    }

    @Test
    void everyDuplicateOfAFailedMessageComesBack() throws Exception {
        openai.answers("upload_1", Answer.busy(500));
        Reply reply = function.invoke(Events.sqs("upload_1", "upload_2", "{\"uploadId\":\"upload_1\"}"));
        assertEquals(List.of("message-0", "message-2"), reply.failedMessages());
        assertEquals(1, openai.requests("upload_1").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "3", "100"})
    void noMoreThanTheConcurrencyAreUnderWayAtATime(String concurrency) throws Exception {
        function.with("CLEAN_UP_CONCURRENCY", concurrency.equals("8") ? null : concurrency);
        int count = Integer.parseInt(concurrency);
        CountDownLatch all = new CountDownLatch(1);
        openai.answers(Answer.cancelled().heldBy(all));
        CompletableFuture<Reply> reply = function.invokeLater(Events.ids(uploads(3 * count)));
        openai.awaitRequests(count);
        all.countDown();
        assertEquals(3 * count, reply.get().ids("cancelled").size());
        assertEquals(count, openai.mostUnderway());
    }

    @Test
    void anUploadsLineIsWrittenWhenItIsFinished() throws Exception {
        CountDownLatch last = new CountDownLatch(1);
        openai.answers("upload_1", Answer.cancelled().heldBy(last));
        CompletableFuture<Reply> reply = function.invokeLater(Events.ids("upload_0", "upload_1", "upload_2"));
        OpenAiStandIn.await("no two lines", () -> function.lines("upload").size() == 2);
        assertEquals(0, function.lines("invocation").size());
        last.countDown();
        assertEquals(3, reply.get().ids("cancelled").size());
    }

    @ParameterizedTest
    @CsvSource({
        "401,invalid_api_key,CredentialsRejected",
        "403,unsupported_country_region_territory,AccessDenied",
        "404,unknown_url,WrongBaseUrl"
    })
    void afterARefusalNoFurtherIdIsSentAndNothingIsLost(int status, String code, String type) throws Exception {
        openai.answers(Answer.error(status, "Invalid URL", code));
        openai.answers("upload_0", Answer.cancelled());
        function.with("CLEAN_UP_CONCURRENCY", "1");
        String message = function.invoke(Events.ids(uploads(50))).assertError(type);
        for (int i = 1; i < 50; i++) {
            assertTrue(message.contains("upload_" + i), message);
        }
        assertEquals(2, openai.requests().size());
        assertEquals(48, function.lastInvocation().get("notTried").intValue());
        List<String> bodies = new ArrayList<>(uploads(10));
        bodies.add("no/id");
        Reply reply = function.invoke(Events.sqs(bodies.toArray(String[]::new)));
        assertEquals(10, reply.failedMessages().size(), reply.body());
        assertEquals(4, openai.requests().size());
        openai.answers(Answer.cancelled());
        assertEquals(
                50, function.invoke(Events.ids(uploads(50))).ids("cancelled").size());
    }

    @Test
    void aThousandRefusedIdsAreNamedAsFarAsTheyFit() throws Exception {
        openai.answers(Answer.error(401, "Incorrect API key provided."));
        List<String> ids = IntStream.range(0, 1000)
                .mapToObj(i -> "upload_" + i + "_" + "x".repeat(200))
                .toList();
        Reply reply = function.invoke(Events.ids(ids));
        assertTrue(reply.assertError("CredentialsRejected").contains("1000"), reply.body());
        assertTrue(reply.body().length() < 6_000_000);
        // An asynchronous invocation keeps the event for its failure queue, of whose messages 256 KB is the limit.
        assertTrue(function.logText().lines().allMatch(line -> line.length() < 262_144));
    }

    @Test
    void whatLambdasDeadlineLeavesNoTimeForIsNotTried() throws Exception {
        openai.answers(Answer.cancelled().after(Duration.ofMillis(300)));
        function.with("CLEAN_UP_CONCURRENCY", "1").with("CANCEL_BUDGET", "100ms");
        Duration deadline = Duration.ofMillis(1700);
        Reply reply = function.invoke(Events.ids(uploads(10)), deadline).within(deadline);
        reply.assertError("CleanUpIncomplete", "upload_4", "upload_9");
        int sent = openai.requests().size();
        assertTrue(sent >= 3 && sent <= 5, () -> sent + " were sent");
        Reply queue = function.invoke(Events.sqs(uploads(10).toArray(String[]::new)), deadline)
                .within(deadline);
        assertTrue(queue.failedMessages().containsAll(List.of("message-5", "message-9")), queue.body());
        assertTrue(!queue.failedMessages().contains("message-0"), queue.body());
    }
}
