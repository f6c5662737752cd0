package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, how often, and after which wait, told by the times of the requests. */
class RetriesIT {

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai);

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 429, 500, 502, 503, 504, 529})
    void thesePassAndAreTriedTwiceMore(int status) throws Exception {
        openai.answers("upload_1", Answer.busy(status));
        openai.answers("upload_2", Answer.busy(status), Answer.cancelled());
        assertEquals("error", function.invoke(Events.one("upload_1")).kind());
        assertEquals(3, openai.requests("upload_1").size());
        Trigger.ONE.assertCancelled("upload_2", function.invoke(Events.one("upload_2")));
        assertEquals(2, function.lineOf("upload_2").get("attempts").intValue());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 413, 422})
    void theseAreTriedOnce(int status) throws Exception {
        openai.answers("upload_1", Answer.error(status, "No, upload_1"));
        function.invoke(Events.one("upload_1"));
        assertEquals(1, openai.requests().size());
    }

    static List<Answer> lost() {
        return List.of(
                Answer.raw(""),
                Answer.raw("").thenResets(),
                Answer.cancelled().cutAfter(60),
                Answer.raw("HTTP/1.1 nonsense\r\n\r\n"));
    }

    @ParameterizedTest
    @MethodSource("lost")
    void anAnswerThatWasLostOnTheWireIsAskedForAgain(Answer lost) throws Exception {
        openai.answers("upload_1", lost, Answer.cancelled());
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertEquals(2, openai.requests().size());
    }

    @Test
    void anAttemptThatTimesOutIsFollowedByAnother() throws Exception {
        function.with("OPENAI_TIMEOUT", "300ms");
        openai.answers("upload_1", Answer.silence(), Answer.cancelled());
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertBetween(openai.between("upload_1", 0, 1), 300 + 375, 300 + 500);
    }

    @Test
    void aRefusedConnectionIsTriedAgain() throws Exception {
        openai.down();
        Reply reply = function.invoke(Events.one("upload_1"));
        reply.assertError("UpstreamFailure", "upload_1");
        assertEquals(3, function.lastInvocation().get("attempts").intValue());
        assertBetween(reply.took(), 375 + 750, 500 + 1000);
    }

    @Test
    void whatWeCannotReadIsNotAskedForAgain() throws Exception {
        openai.answers(Answer.page(200));
        function.invoke(Events.one("upload_1")).assertError("UpstreamFailure");
        assertEquals(1, openai.requests().size());
    }

    @Test
    void withoutAWordFromOpenAiTheWaitDoublesFromHalfASecond() throws Exception {
        function.with("OPENAI_MAX_RETRIES", "3");
        openai.answers("upload_1", Answer.error(500, "oops"));
        function.invoke(Events.one("upload_1"));
        assertEquals(4, openai.requests().size());
        assertBetween(openai.between("upload_1", 0, 1), 375, 500);
        assertBetween(openai.between("upload_1", 1, 2), 750, 1000);
        assertBetween(openai.between("upload_1", 2, 3), 1500, 2000);
    }

    /** With what a busy machine may add. */
    private static void assertBetween(Duration time, long leastMillis, long mostMillis) {
        assertTrue(
                time.toMillis() >= leastMillis - 2 && time.toMillis() <= mostMillis + 250,
                () -> time + " is not between " + leastMillis + " and " + mostMillis + " ms");
    }

    @ParameterizedTest
    @CsvSource({
        "retry-after-ms,1200,1200",
        "retry-after-ms,150.5,150",
        "retry-after,1,1000",
        "retry-after,0.25,250",
    })
    void openAiSaysHowLongToWait(String header, String value, long millis) throws Exception {
        openai.answers("upload_1", Answer.error(429, "slow").header(header, value), Answer.cancelled());
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertBetween(openai.between("upload_1", 0, 1), millis, millis);
    }

    @Test
    void millisecondsComeBeforeSeconds() throws Exception {
        Answer both = Answer.error(503, "busy").header("retry-after", "5").header("retry-after-ms", "100");
        openai.answers("upload_1", both, Answer.cancelled());
        function.invoke(Events.one("upload_1"));
        assertBetween(openai.between("upload_1", 0, 1), 100, 100);
    }

    /** RFC 9110, 5.6.7. */
    @ParameterizedTest
    @ValueSource(
            strings = {"EEE, dd MMM yyyy HH:mm:ss 'GMT'", "EEEE, dd-MMM-yy HH:mm:ss 'GMT'", "EEE MMM ppd HH:mm:ss yyyy"
            })
    void aDateInAnyOfHttpsFormsIsWaitedFor(String form) throws Exception {
        String date = DateTimeFormatter.ofPattern(form, Locale.ROOT)
                .format(ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(3));
        openai.answers("upload_1", Answer.error(503, "busy").header("retry-after", date), Answer.cancelled());
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        // Up to a second is lost, since a date has none of its parts.
        assertBetween(openai.between("upload_1", 0, 1), 1500, 3000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "-5", "", "1e3", "Mon, 99 Foo 2026 00:00:00 GMT"})
    void aWaitThatIsNoneIsNotObeyed(String value) throws Exception {
        openai.answers("upload_1", Answer.error(503, "busy").header("retry-after", value), Answer.cancelled());
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertBetween(openai.between("upload_1", 0, 1), 375, 500);
    }

    @ParameterizedTest
    @CsvSource({"retry-after,26", "retry-after,61", "retry-after,3600", "retry-after,86400", "retry-after-ms,50000"})
    void aWaitThatDoesNotFitEndsTheCallAtOnceAndIsPassedOn(String header, String value) throws Exception {
        openai.answers(Answer.error(429, "slow").header(header, value));
        function.invoke(Events.one("upload_1")).within(Duration.ofMillis(300)).assertError("RateLimited");
        Reply http = function.invoke(Events.http("upload_2")).within(Duration.ofMillis(300));
        assertEquals(429, http.status());
        assertEquals(value, http.header(header));
        assertEquals(2, openai.requests().size());
    }

    @Test
    void aWaitThatFitsIsWaitedForHoweverLong() throws Exception {
        function.with("CANCEL_BUDGET", "100s").with("OPENAI_MAX_RETRIES", "1");
        openai.answers("upload_1", Answer.error(429, "slow").header("retry-after", "9"), Answer.cancelled());
        Trigger.ONE.assertCancelled("upload_1", function.invoke(Events.one("upload_1")));
        assertBetween(openai.between("upload_1", 0, 1), 9000, 9000);
    }

    @Test
    void openAiSaysWhetherToTryAgain() throws Exception {
        openai.answers("upload_1", Answer.busy(500).header("x-should-retry", "false"));
        openai.answers(
                "upload_2",
                Answer.error(422, "not yet").header("x-should-retry", "true").header("retry-after-ms", "5"));
        function.invoke(Events.one("upload_1"));
        function.invoke(Events.one("upload_2"));
        assertEquals(1, openai.requests("upload_1").size());
        assertEquals(3, openai.requests("upload_2").size());
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,2", "5,6", "'',3", "' 1\n',2"})
    void theNumberOfRetriesIsSet(String retries, int requests) throws Exception {
        function.with("OPENAI_MAX_RETRIES", retries);
        openai.answers("upload_1", Answer.busy(500));
        function.invoke(Events.one("upload_1"));
        assertEquals(requests, openai.requests().size());
    }

    @Test
    void aConflictThatSaysTheUploadIsFinalIsTriedOnce() throws Exception {
        openai.answers("upload_1", Answer.error(409, "Cannot cancel an upload with status 'completed'."));
        function.invoke(Events.one("upload_1")).assertError("UploadAlreadyFinal", "completed");
        assertEquals(1, openai.requests().size());
    }
}
