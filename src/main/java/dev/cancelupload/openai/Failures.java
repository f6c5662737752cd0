package dev.cancelupload.openai;

import dev.cancelupload.http.Budget;
import dev.cancelupload.http.TransportException;
import java.util.Optional;
import java.util.StringJoiner;

/** Names a failed call: its kind, and a text that says what was wrong, with which upload, and what to do. */
final class Failures {

    private static final int LONGEST_QUOTE = 1000;
    private static final String TRY_LATER = " Try again later; cancelling twice is harmless.";

    private Failures() {}

    /**
     * @param attempts how many there were, this being the last
     * @param mayHaveCancelled whether one before it may have cancelled the Upload
     * @param budget the invocation's
     */
    static UploadFailure of(UploadId id, Attempt last, int attempts, boolean mayHaveCancelled, Budget budget) {
        if (last instanceof Attempt.Answered answered) {
            return answered(id, answered.answer(), attempts, mayHaveCancelled);
        }
        if (last instanceof Attempt.Broken broken) {
            return broken.reason().timedOut() && budget.isSpent()
                    ? budgetSpent(id, attempts)
                    : broken(id, broken.reason(), attempts);
        }
        return unusable(id, ((Attempt.Unusable) last).reason(), attempts);
    }

    static UploadFailure budgetSpent(UploadId id, int attempts) {
        String message = attempts == 0
                ? " was not tried: the invocation's time (CANCEL_BUDGET) was spent before its turn."
                : " was not seen to be cancelled: the invocation's time (CANCEL_BUDGET) was spent waiting for OpenAI"
                        + details(Optional.empty(), attempts) + ".";
        return unanswered(FailureKind.BUDGET_SPENT, "Upload " + id + message + TRY_LATER, attempts);
    }

    private static UploadFailure answered(UploadId id, ErrorAnswer answer, int attempts, boolean mayHaveCancelled) {
        int status = answer.status();
        if (status == 401 || status == 403) {
            return credentialsRejected(id, answer, attempts);
        }
        String tail = quote(answer) + details(Optional.of(answer), attempts) + ".";
        if (status == 429) {
            return failure(
                    FailureKind.RATE_LIMITED,
                    "Upload " + id + " was not cancelled: OpenAI's rate limit or quota is reached" + tail + TRY_LATER,
                    answer,
                    attempts);
        }
        if (status < 400 || status >= 500 || answer.error().isEmpty()) {
            return failure(
                    FailureKind.UPSTREAM_FAILURE,
                    "Upload " + id + " was not cancelled: OpenAI " + trouble(status) + tail + TRY_LATER,
                    answer,
                    attempts);
        }
        if (status == 404) {
            return failure(
                    FailureKind.UPLOAD_NOT_FOUND,
                    "Upload " + id + " was not found at OpenAI" + tail
                            + " Check the id, and that it belongs to the organisation and project of this function's key.",
                    answer,
                    attempts);
        }
        Optional<ErrorAnswer.FinalState> state = answer.finalState();
        if (state.isPresent()) {
            return failure(
                    FailureKind.UPLOAD_ALREADY_FINAL,
                    alreadyFinal(id, state.get(), mayHaveCancelled) + tail,
                    answer,
                    attempts);
        }
        boolean retryable = RetryPolicy.retries(status, answer.headers());
        return UploadFailure.of(
                FailureKind.REQUEST_REJECTED,
                retryable,
                "Upload " + id + " was not cancelled: OpenAI rejected the request" + tail
                        + (retryable ? TRY_LATER : ""),
                answer,
                attempts);
    }

    /** OpenAI's own text quotes parts of the key, and so it is left out. */
    private static UploadFailure credentialsRejected(UploadId id, ErrorAnswer answer, int attempts) {
        ErrorAnswer silent = new ErrorAnswer(answer.status(), answer.headers(), "", Optional.empty());
        return failure(
                FailureKind.CREDENTIALS_REJECTED,
                "Upload " + id + " was not cancelled: OpenAI refused this function's own credentials"
                        + details(Optional.of(silent), attempts)
                        + ". Its operator has to check OPENAI_API_KEY, OPENAI_ORG_ID and OPENAI_PROJECT_ID.",
                silent,
                attempts);
    }

    private static String trouble(int status) {
        if (status >= 500) {
            return "failed";
        }
        return status < 400
                ? "answered with a redirect, which is not followed with the key; check OPENAI_BASE_URL"
                : "sent an answer that is not OpenAI's error object; check OPENAI_BASE_URL";
    }

    private static String alreadyFinal(UploadId id, ErrorAnswer.FinalState state, boolean mayHaveCancelled) {
        if (state == ErrorAnswer.FinalState.CANCELLED && mayHaveCancelled) {
            return "Upload " + id + " is already cancelled, and this very call may have done it, since the answer to an"
                    + " earlier attempt was lost";
        }
        return "Upload " + id + " is already " + state.word() + " and nothing is left to cancel";
    }

    private static UploadFailure broken(UploadId id, TransportException reason, int attempts) {
        String outcome = reason.sent() ? " was not seen to be cancelled: " : " was not cancelled: ";
        return unanswered(
                FailureKind.UPSTREAM_FAILURE,
                "Upload " + id + outcome + reason.getMessage() + details(Optional.empty(), attempts) + "." + TRY_LATER,
                attempts);
    }

    private static UploadFailure unusable(UploadId id, NotAnUploadException reason, int attempts) {
        ErrorAnswer answer = new ErrorAnswer(reason.status(), reason.headers(), "", Optional.empty());
        return failure(
                FailureKind.UPSTREAM_FAILURE,
                "Upload " + id + " was not seen to be cancelled: OpenAI's answer " + reason.getMessage()
                        + details(Optional.of(answer), attempts) + "." + TRY_LATER,
                answer,
                attempts);
    }

    private static UploadFailure unanswered(FailureKind kind, String message, int attempts) {
        return UploadFailure.of(kind, kind.retryable(), message, null, attempts);
    }

    private static UploadFailure failure(FailureKind kind, String message, ErrorAnswer answer, int attempts) {
        return UploadFailure.of(kind, kind.retryable(), message, answer, attempts);
    }

    private static String quote(ErrorAnswer answer) {
        return answer.message().map(message -> ": \"" + oneLine(message) + "\"").orElse("");
    }

    /** What support asks for: {@code (HTTP 404, type …, code …, x-request-id …, 1 attempt)}. */
    private static String details(Optional<ErrorAnswer> answer, int attempts) {
        StringJoiner details = new StringJoiner(", ", " (", ")");
        answer.ifPresent(a -> {
            details.add("HTTP " + a.status());
            a.type().ifPresent(type -> details.add("type " + oneLine(type)));
            a.code().ifPresent(code -> details.add("code " + oneLine(code)));
            a.headers().requestId().ifPresent(requestId -> details.add("x-request-id " + oneLine(requestId)));
        });
        return details.add(attempts == 1 ? "1 attempt" : attempts + " attempts").toString();
    }

    private static String oneLine(String text) {
        String line = text.length() <= LONGEST_QUOTE ? text : text.substring(0, LONGEST_QUOTE) + "…";
        return line.replaceAll("\\p{Cntrl}+", " ");
    }
}
