package dev.cancelupload;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static dev.cancelupload.upstream.OpenAI.busy;
import static dev.cancelupload.upstream.OpenAI.cancelled;
import static dev.cancelupload.upstream.OpenAI.error;
import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Openings;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code cancelUpload} retries when OpenAI or the connection fails. */
@QuarkusTest
@WithTestResource(OpenAI.class)
class CancelUploadRetriesTest extends AgainstOpenAI {

    private static final String ID = "upload_abc123";
    private static final String EVENT = "\"" + ID + "\"";

    // Retries after an error response

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 429, 500, 502, 503, 504, 529})
    void aPassingFailureIsTriedAgainTwice(int status) {
        ResponseDefinitionBuilder failure = error(status, "not now", null).withHeader("retry-after-ms", "10");
        openai.answersInTurn(ID, failure, failure, cancelled(ID));
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
        assertEquals(3, openai.attempts(ID));
    }

    @ParameterizedTest
    @CsvSource({
        "408,RequestRejected",
        "409,RequestRejected",
        "429,RateLimited",
        "500,UpstreamFailure",
        "503,UpstreamFailure",
        "529,UpstreamFailure"
    })
    void afterTwoRetriesTheFailureIsReported(int status, String type) {
        openai.answers(ID, error(status, "not now", "busy").withHeader("retry-after-ms", "10"));
        JsonPath error = Lambda.error(EVENT);
        assertEquals(type, error.getString("errorType"));
        assertThat(
                error.getString("errorMessage"),
                allOf(
                        containsString("HTTP " + status),
                        containsString("3 attempts"),
                        containsString("not now"),
                        containsString("code busy"),
                        containsString("Try again later")));
        assertEquals(3, openai.attempts(ID));
    }

    @Test
    void xShouldRetryTrueOverridesAStatusThatIsNotRetried() {
        openai.answersInTurn(
                ID,
                error(400, "odd", null).withHeader("x-should-retry", "true").withHeader("retry-after-ms", "10"),
                cancelled(ID));
        Lambda.result(EVENT);
        assertEquals(2, openai.attempts(ID));
    }

    @Test
    void xShouldRetryFalseOverridesAStatusThatIsRetried() {
        openai.answers(ID, error(500, "for good", null).withHeader("x-should-retry", "false"));
        assertEquals("UpstreamFailure", Lambda.error(EVENT).getString("errorType"));
        assertEquals(1, openai.attempts(ID));
    }

    @Test
    void withoutAHeaderTheWaitsAreHalfASecondAndASecondLessAQuarter() {
        openai.answers(ID, error(500, "not now", null));
        Lambda.error(EVENT);
        List<Duration> waits = waits();
        assertThat(waits.get(0), allOf(greaterThanOrEqualTo(Duration.ofMillis(374)), lessThan(Duration.ofMillis(900))));
        assertThat(
                waits.get(1), allOf(greaterThanOrEqualTo(Duration.ofMillis(749)), lessThan(Duration.ofMillis(1400))));
    }

    @Test
    void retryAfterMsSaysHowLongAndComesBeforeRetryAfter() {
        openai.answersInTurn(
                ID,
                error(429, "slow down", null).withHeader("retry-after-ms", "50").withHeader("retry-after", "3"),
                cancelled(ID));
        Lambda.result(EVENT);
        assertThat(
                waits().get(0), allOf(greaterThanOrEqualTo(Duration.ofMillis(49)), lessThan(Duration.ofMillis(370))));
    }

    @Test
    void retryAfterInSecondsSaysHowLong() {
        openai.answersInTurn(ID, error(429, "slow down", null).withHeader("retry-after", "1.5"), cancelled(ID));
        Lambda.result(EVENT);
        assertThat(
                waits().get(0),
                allOf(greaterThanOrEqualTo(Duration.ofMillis(1499)), lessThan(Duration.ofMillis(2500))));
    }

    @Test
    void retryAfterAsADateSaysHowLong() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(3));
        openai.answersInTurn(ID, error(503, "at that time", null).withHeader("retry-after", date), cancelled(ID));
        Lambda.result(EVENT);
        assertThat(
                waits().get(0),
                allOf(greaterThanOrEqualTo(Duration.ofMillis(1500)), lessThan(Duration.ofMillis(3900))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "soon", "NaN", "Infinity", "Sun, 06 Nov 1994 08:49:37 GMT"})
    void aRetryAfterThatMakesNoSenseIsPassedOver(String value) {
        openai.answersInTurn(ID, error(429, "slow down", null).withHeader("retry-after", value), cancelled(ID));
        Lambda.result(EVENT);
        assertThat(
                waits().get(0), allOf(greaterThanOrEqualTo(Duration.ofMillis(374)), lessThan(Duration.ofMillis(1200))));
    }

    @Test
    void aRetryAfterBeyondTheBudgetIsNotWaitedFor() {
        openai.answers(ID, error(429, "slow down", null).withHeader("retry-after", "60"));
        Lambda.Response response = Lambda.post(EVENT);
        assertEquals("RateLimited", response.json().getString("errorType"));
        assertThat(response.millis(), lessThan(2000L));
        assertEquals(1, openai.attempts(ID));
    }

    private List<Duration> waits() {
        List<Date> times = openai.requests(ID).stream()
                .map(LoggedRequest::getLoggedDate)
                .sorted()
                .toList();
        return Stream.iterate(1, i -> i < times.size(), i -> i + 1)
                .map(i -> Duration.between(
                        times.get(i - 1).toInstant(), times.get(i).toInstant()))
                .toList();
    }

    // Retries after a failed connection

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aBrokenAnswerIsTriedAgain(Fault fault) {
        openai.answersInTurn(ID, aResponse().withStatus(200).withFault(fault), cancelled(ID));
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
        assertEquals(2, openai.attempts(ID));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void anAnswerThatIsBrokenAtTheLastAttemptIsAnUpstreamFailure(Fault fault) {
        openai.answersInTurn(ID, busy(), busy(), aResponse().withStatus(200).withFault(fault));
        JsonPath error = Lambda.error(EVENT);
        assertEquals("UpstreamFailure", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), allOf(containsString(ID), containsString("3 attempts")));
        assertEquals(3, openai.attempts(ID));
    }

    @Test
    void aTruncatedBodyIsTriedAgain() {
        openai.hasPending(ID);
        openai.wire()
                .next(Openings.answer(
                        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":"));
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
        assertEquals(1, openai.attempts(ID));
    }

    @Test
    void anAnswerSlowerThanTheTimeoutIsTriedAgain() {
        openai.answersInTurn(ID, cancelled(ID).withFixedDelay(3000), cancelled(ID));
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
        assertEquals(2, openai.attempts(ID));
    }

    @Test
    void anAnswerThatDripsForLongerThanTheTimeoutIsCutOff() {
        openai.hasPending(ID);
        openai.wire().next(Openings.drip("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + " ".repeat(1000), 100));
        assertEquals("cancelled", Lambda.json(EVENT).getString("status"));
    }

    @Test
    void anUpstreamThatNeverAnswersEndsInsideTheBudget() {
        openai.wire().next(Openings.silence(), Openings.silence(), Openings.silence());
        Lambda.Response response = Lambda.post(EVENT);
        assertEquals("UpstreamFailure", response.json().getString("errorType"));
        assertThat(response.millis(), lessThan(4500L));
    }

    @Test
    void aCancelWhoseAnswerWasLostIsToldWhenTheNextAttemptFindsItCancelled() {
        openai.wire().next(Openings.reset());
        openai.answers(ID, error(400, "Upload is already cancelled", null));
        JsonPath error = Lambda.error(EVENT);
        assertEquals("UploadAlreadyFinal", error.getString("errorType"));
        assertThat(error.getString("errorMessage"), containsString("this very call may have done it"));
    }

    @Test
    void aCancelThatWasRateLimitedFirstDoesNotClaimToHaveDoneIt() {
        openai.answersInTurn(
                ID,
                error(429, "slow", null).withHeader("retry-after-ms", "10"),
                error(400, "Upload is already cancelled", null));
        assertThat(Lambda.error(EVENT).getString("errorMessage"), not(containsString("this very call")));
    }

    @Test
    void aLostAnswerAndThenACompletedUploadIsNoCancelOfOurs() {
        openai.answersInTurn(
                ID,
                error(500, "oops", null).withHeader("retry-after-ms", "10"),
                error(400, "Upload is already completed", null));
        assertThat(Lambda.error(EVENT).getString("errorMessage"), not(containsString("this very call")));
    }
}
