package dev.cancelupload.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The caller gets our error, never Lambda's time-out. */
class DeadlineIT {

    @AutoClose
    private final OpenAiStandIn openai = new OpenAiStandIn();

    @AutoClose
    private final Function function = new Function(openai);

    @ParameterizedTest
    @EnumSource
    void aFunctionWithLambdasDefaultTimeoutAnswersInTime(Trigger trigger) throws Exception {
        openai.answers(Answer.silence());
        Reply reply = function.invoke(trigger.event("upload_1"), Duration.ofSeconds(3))
                .within(Duration.ofSeconds(3));
        trigger.assertFailed("upload_1", "BudgetSpent", 504, false, true, reply);
        assertTrue(reply.took().toMillis() > 2400, () -> "it gave up after " + reply.took());
    }

    @ParameterizedTest
    @CsvSource({"ONE,true", "HTTP,true", "IDS,false", "SQS,false"})
    void theBudgetOfACallBoundsOneIdAndHttpAlone(Trigger trigger, boolean bounded) throws Exception {
        function.with("CANCEL_BUDGET", "300ms").with("OPENAI_TIMEOUT", "1500ms").with("OPENAI_MAX_RETRIES", "0");
        openai.answers(Answer.silence());
        Reply reply = function.invoke(trigger.event("upload_1"));
        long millis = reply.took().toMillis();
        assertTrue(bounded ? millis < 800 : millis > 1400 && millis < 2000, () -> "it took " + reply.took());
    }

    @Test
    void aBatchWaitsBeyondTheBudgetOfACall() throws Exception {
        function.with("CANCEL_BUDGET", "300ms");
        openai.answers("upload_1", Answer.error(429, "slow").header("retry-after", "1"), Answer.cancelled());
        Trigger.IDS.assertCancelled("upload_1", function.invoke(Events.ids("upload_1")));
    }

    @Test
    void aWaitThatDoesNotFitBeforeTheDeadlineIsNotBegun() throws Exception {
        openai.answers(Answer.error(503, "busy").header("retry-after", "4"));
        function.invoke(Events.one("upload_1"), Duration.ofSeconds(4))
                .within(Duration.ofMillis(300))
                .assertError("UpstreamFailure", "upload_1");
        assertEquals(1, openai.requests().size());
    }

    @Test
    void anEventThatComesTooLateIsToldSoWithoutHarm() throws Exception {
        function.invoke(Events.one("upload_1"), Duration.ofMillis(300)).assertError("BudgetSpent");
        assertEquals(
                List.of("message-0"),
                function.invoke(Events.sqs("upload_2"), Duration.ofMillis(100)).failedMessages());
        Trigger.ONE.assertCancelled("upload_3", function.invoke(Events.one("upload_3")));
    }

    @Test
    void overHttpAnAnswerComesBeforeTheGatewayGivesUp() throws Exception {
        function.with("CANCEL_BUDGET", "100s").with("OPENAI_TIMEOUT", "100s");
        openai.answers(Answer.silence());
        Reply reply = function.invoke(Events.http("upload_1")).within(Duration.ofMillis(28_500));
        assertEquals(504, reply.status());
    }
}
