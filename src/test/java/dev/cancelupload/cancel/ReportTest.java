package dev.cancelupload.cancel;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.openai.CancelledUpload;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.Outcome;
import dev.cancelupload.openai.ResponseHeaders;
import dev.cancelupload.openai.UploadId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {

    private final Map<UploadId, Outcome> outcomes = new LinkedHashMap<>();

    private ReportTest cancelled(String id) {
        UploadId upload = UploadId.of(id);
        outcomes.put(upload, new Outcome.Cancelled(upload, new CancelledUpload("", 200, ResponseHeaders.NONE, 1), 1));
        return this;
    }

    private ReportTest failed(String id, FailureKind kind, int attempts, String state) {
        UploadId upload = UploadId.of(id);
        Failure failure = new Failure(
                kind, "It failed.", kind.retryable(), Optional.empty(), Optional.ofNullable(state), attempts);
        outcomes.put(upload, new Outcome.NotCancelled(upload, failure, 1));
        return this;
    }

    private Report report() {
        return new Report(outcomes, Optional.empty());
    }

    @Test
    void eachUploadIsInOnePartOfTheReport() {
        cancelled("upload_1")
                .failed("upload_2", FailureKind.UPLOAD_ALREADY_FINAL, 1, "completed")
                .failed("upload_3", FailureKind.UPLOAD_NOT_FOUND, 1, null)
                .failed("other_4", FailureKind.UPLOAD_NOT_FOUND, 1, null)
                .failed("upload_5", FailureKind.BUDGET_SPENT, 0, null);
        assertEquals(
                "{\"cancelled\":[\"upload_1\"],\"final\":[{\"uploadId\":\"upload_2\",\"status\":\"completed\"},"
                        + "{\"uploadId\":\"upload_3\",\"status\":\"unknown\"}],"
                        + "\"failed\":[{\"uploadId\":\"other_4\",\"errorType\":\"UploadNotFound\",\"message\":\"It failed.\"}],"
                        + "\"notTried\":[\"upload_5\"]}",
                report().toJson().toString());
    }

    @Test
    void whatFailedForGoodLeavesNothingToTryAgain() {
        cancelled("upload_1").failed("upload_2", FailureKind.REQUEST_REJECTED, 1, null);
        assertEquals(Optional.empty(), report().incomplete());
    }

    @Test
    void whatIsLeftIsNamed() {
        cancelled("upload_1")
                .failed("upload_2", FailureKind.UPSTREAM_FAILURE, 3, null)
                .failed("upload_3", FailureKind.BUDGET_SPENT, 0, null);
        Failure incomplete = report().incomplete().orElseThrow();
        assertEquals(FailureKind.CLEAN_UP_INCOMPLETE, incomplete.kind());
        assertThat(
                incomplete.message(),
                allOf(containsString("2 of 3"), containsString("upload_2 (UpstreamFailure), upload_3 (not tried)")));
    }

    @Test
    void aBatchThatWasStoppedSaysWhy() {
        failed("upload_1", FailureKind.CREDENTIALS_REJECTED, 1, null)
                .failed("upload_2", FailureKind.CREDENTIALS_REJECTED, 0, null);
        Failure stop = Failure.of(FailureKind.CREDENTIALS_REJECTED, "The key is refused.");
        Failure incomplete =
                new Report(outcomes, Optional.of(stop)).incomplete().orElseThrow();
        assertEquals(FailureKind.CREDENTIALS_REJECTED, incomplete.kind());
        assertThat(incomplete.message(), containsString("The key is refused."));
    }

    @Test
    void theListOfWhatIsLeftIsBounded() {
        for (int i = 0; i < 10_000; i++) {
            failed("upload_" + i, FailureKind.UPSTREAM_FAILURE, 1, null);
        }
        String message = report().incomplete().orElseThrow().message();
        assertThat(message.length(), lessThan(17_000));
        assertThat(message, containsString(" more, which the log names"));
    }
}
