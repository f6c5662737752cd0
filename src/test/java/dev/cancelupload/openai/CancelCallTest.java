package dev.cancelupload.openai;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancelCallTest {

    private static final ResponseHeaders NONE = new ResponseHeaders(Map.of());

    private static AttemptResult answered(int status, Map<String, List<String>> headers) {
        ErrorObject error = new ErrorObject(Optional.of("no"), Optional.empty(), Optional.empty(), Optional.empty());
        return new AttemptResult.HttpError(new ErrorResponse(
                status, ResponseHeaders.of(headers, Budget.of(Duration.ofMinutes(1))), "{}", Optional.of(error)));
    }

    private static CancelCall call(Budget budget, AttemptResult... attempts) {
        Deque<AttemptResult> left = new ArrayDeque<>(List.of(attempts));
        return new CancelCall(
                new UploadId("upload_1"),
                new RetryPolicy(2, () -> 1),
                budget,
                (number, onNewConnection) -> left.remove());
    }

    private static UploadFailure failure(CancelCall call) {
        return assertThrows(UploadFailure.class, () -> {
            while (call.attempt().isPresent()) {
                // Goes on without waiting.
            }
        });
    }

    @Test
    void aWaitThatLeavesNoTimeForAnAttemptEndsTheCallWithOpenAIsAnswer() {
        AttemptResult limited = answered(429, Map.of("retry-after-ms", List.of("980")));
        UploadFailure failure = failure(call(Budget.of(Duration.ofSeconds(1)), limited));
        assertEquals(FailureKind.RATE_LIMITED, failure.kind());
        assertEquals(1, failure.attempts());
        assertEquals(
                Optional.of("980"), failure.response().orElseThrow().headers().first("retry-after-ms"));
    }

    @Test
    void aWaitThatLeavesTimeForAnAttemptIsTaken() {
        AttemptResult limited = answered(429, Map.of("retry-after-ms", List.of("100")));
        assertEquals(
                Optional.of(Duration.ofMillis(100)),
                call(Budget.of(Duration.ofSeconds(1)), limited).attempt());
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 409, 422})
    void afterAnAttemptThatMayHaveCancelledNoMessageSaysThatItWasNot(int status) {
        UploadFailure failure = failure(call(
                Budget.of(Duration.ofSeconds(20)),
                new AttemptResult.HttpError(ErrorResponse.withoutBody(500, NONE)),
                answered(status, Map.of()),
                answered(status, Map.of())));
        assertThat(
                failure.getMessage(),
                allOf(
                        containsString("was not confirmed as cancelled, and an earlier attempt may have done it"),
                        not(containsString("was not cancelled"))));
    }

    @Test
    void afterAttemptsThatCannotHaveCancelledTheMessageSaysThatItWasNot() {
        UploadFailure failure = failure(call(
                Budget.of(Duration.ofSeconds(20)),
                answered(429, Map.of()),
                answered(429, Map.of()),
                answered(429, Map.of())));
        assertThat(failure.getMessage(), containsString("Upload upload_1 was not cancelled: "));
    }

    @Test
    void whatIsKeptOfAFailureInABatchHasNoBody() {
        UploadFailure failure = failure(call(Budget.of(Duration.ofSeconds(20)), answered(422, Map.of())));
        assertEquals("{}", failure.response().orElseThrow().body());
        ErrorResponse kept = failure.summary().response().orElseThrow();
        assertEquals(ErrorResponse.withoutBody(422, NONE), kept);
        assertEquals(failure.getMessage(), failure.summary().getMessage());
    }

    private static AttemptResult replaced() {
        return new AttemptResult.KeyReplaced((AttemptResult.HttpError) answered(401, Map.of()));
    }

    @Test
    void aKeyThatWasReplacedIsTriedOnceMoreAtOnceAndBesidesTheRetries() {
        AttemptResult busy = answered(500, Map.of());
        CancelCall call = call(Budget.of(Duration.ofSeconds(20)), replaced(), busy, busy, busy);
        assertEquals(Optional.of(Duration.ZERO), call.attempt());
        UploadFailure failure = failure(call);
        assertEquals(FailureKind.UPSTREAM_FAILURE, failure.kind());
        assertEquals(4, failure.attempts());
    }

    @Test
    void aKeyThatIsReplacedAgainAndAgainIsTriedOnceMoreAndNotForEver() {
        UploadFailure failure = failure(call(Budget.of(Duration.ofSeconds(20)), replaced(), replaced(), replaced()));
        assertEquals(FailureKind.CREDENTIALS_REJECTED, failure.kind());
        assertEquals(2, failure.attempts());
    }

    @Test
    void aReplacedKeyWithoutTimeForAnotherAttemptIsARefusal() {
        UploadFailure failure = failure(call(Budget.of(Duration.ofMillis(200)), replaced()));
        assertEquals(FailureKind.CREDENTIALS_REJECTED, failure.kind());
        assertEquals(1, failure.attempts());
    }

    @Test
    void afterALostAnswerTheNextAttemptIsOnANewConnectionAndOtherwiseOnAnyone() {
        List<Boolean> fresh = new ArrayList<>();
        Deque<AttemptResult> left = new ArrayDeque<>(List.of(
                answered(503, Map.of()),
                new AttemptResult.Unusable(200, NONE, "is another's", true),
                answered(503, Map.of()),
                answered(503, Map.of())));
        failure(new CancelCall(
                new UploadId("upload_1"),
                new RetryPolicy(3, () -> 1),
                Budget.of(Duration.ofSeconds(60)),
                (number, onNewConnection) -> {
                    fresh.add(onNewConnection);
                    return left.remove();
                }));
        assertEquals(List.of(false, false, true, false), fresh);
    }
}
