package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.http.TransportExceptions;
import dev.cancelupload.time.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What follows from each case of an attempt's result. */
class AttemptResultTest {

    private static final ResponseHeaders NONE = ResponseHeaders.of(Map.of(), Budget.of(Duration.ofMinutes(1)));
    private static final AttemptResult.HttpError REFUSED =
            new AttemptResult.HttpError(ErrorResponse.withoutBody(401, NONE));

    /** Those that can be the last one, with the kind of the failure and whether another attempt follows. */
    private record Expected(AttemptResult result, FailureKind kind, boolean retried) {}

    private static final List<Expected> LAST = List.of(
            new Expected(REFUSED, FailureKind.CREDENTIALS_REJECTED, false),
            new Expected(
                    new AttemptResult.HttpError(ErrorResponse.withoutBody(503, NONE)),
                    FailureKind.UPSTREAM_FAILURE,
                    true),
            new Expected(
                    new AttemptResult.Unusable(200, NONE, "is not JSON", false), FailureKind.UPSTREAM_FAILURE, false),
            new Expected(
                    new AttemptResult.Unusable(200, NONE, "is another's", true), FailureKind.UPSTREAM_FAILURE, true),
            new Expected(
                    new AttemptResult.AlreadyFinal(200, NONE, FinalState.COMPLETED),
                    FailureKind.UPLOAD_ALREADY_FINAL,
                    false),
            new Expected(new AttemptResult.NoResponse(TransportExceptions.lost()), FailureKind.UPSTREAM_FAILURE, true));

    /** Those that {@link CancelCall} handles before it asks for a failure or a wait. */
    private static final Set<Class<?>> HANDLED_BEFORE =
            Set.of(AttemptResult.Succeeded.class, AttemptResult.KeyReplaced.class);

    @Test
    void everyCaseIsHere() {
        Set<Class<?>> here = LAST.stream().map(one -> one.result().getClass()).collect(Collectors.toSet());
        here.addAll(HANDLED_BEFORE);
        assertEquals(Arrays.stream(AttemptResult.class.getPermittedSubclasses()).collect(Collectors.toSet()), here);
    }

    @Test
    void eachBecomesAFailureOfItsKind() {
        FailureFactory failures =
                new FailureFactory(new UploadId("upload_1"), 1, false, Budget.of(Duration.ofMinutes(1)));
        Map<AttemptResult, FailureKind> kinds = new LinkedHashMap<>();
        Map<AttemptResult, FailureKind> expected = new LinkedHashMap<>();
        for (Expected one : LAST) {
            kinds.put(one.result(), failures.of(one.result(), false).kind());
            expected.put(one.result(), one.kind());
        }
        assertEquals(expected, kinds);
    }

    @Test
    void eachIsTriedAgainOrNot() {
        RetryPolicy policy = new RetryPolicy(2, () -> 0);
        Map<AttemptResult, Boolean> retried = new LinkedHashMap<>();
        Map<AttemptResult, Boolean> expected = new LinkedHashMap<>();
        for (Expected one : LAST) {
            retried.put(
                    one.result(),
                    policy.waitAfter(1, one.result(), Instant.EPOCH).isPresent());
            expected.put(one.result(), one.retried());
        }
        assertEquals(expected, retried);
    }
}
