package dev.cancelupload.openai;

import dev.cancelupload.http.TransportException;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Names a failed call: its kind, and a text that says what was wrong, with which upload, and what to do.
 *
 * @param id the Upload
 * @param attempts how many there were
 * @param mayHaveCancelled whether one of them, but for the last, may have cancelled the Upload
 */
record FailureFactory(UploadId id, int attempts, boolean mayHaveCancelled) {

    private static final int LONGEST_QUOTE = 1000;
    private static final int LONGEST_DETAIL = 128;
    private static final String TRY_LATER = " Try again later; cancelling twice is harmless.";

    /** @param budgetSpent whether the invocation's time was over at the end of the last attempt */
    UploadFailure of(AttemptResult last, boolean budgetSpent) {
        if (last instanceof AttemptResult.Answered answered) {
            return answered(answered.answer(), last.mayHaveCancelled());
        }
        if (last instanceof AttemptResult.Broken broken) {
            return broken.reason().timedOut() && budgetSpent ? budgetSpent() : broken(broken.reason());
        }
        if (last instanceof AttemptResult.OtherwiseFinal otherwise) {
            ErrorResponse answer = ErrorResponse.withoutBody(otherwise.status(), otherwise.headers());
            return alreadyFinal(otherwise.state(), details(Optional.of(answer)) + ".", answer);
        }
        return unusable((AttemptResult.Unusable) last);
    }

    /** The invocation's time was over before the Upload's turn came, or before it was cancelled. */
    UploadFailure budgetSpent() {
        String message = attempts == 0
                ? " was not tried: the invocation's time (CANCEL_BUDGET) was spent before its turn."
                : " was not seen to be cancelled: the invocation's time (CANCEL_BUDGET) was spent waiting for OpenAI"
                        + details(Optional.empty()) + ".";
        return failure(FailureKind.BUDGET_SPENT, "Upload " + id + message + TRY_LATER, null);
    }

    private UploadFailure answered(ErrorResponse answer, boolean lastMayHaveCancelled) {
        int status = answer.status();
        if (status == 401 || status == 403) {
            return credentialsRejected(answer);
        }
        String tail = quote(answer) + details(Optional.of(answer)) + ".";
        if (status == 429) {
            return failure(
                    FailureKind.RATE_LIMITED,
                    notCancelled(false) + "OpenAI's rate limit or quota is reached" + tail + TRY_LATER,
                    answer);
        }
        if (status < 400 || status >= 500 || answer.error().isEmpty()) {
            return failure(
                    FailureKind.UPSTREAM_FAILURE,
                    notCancelled(lastMayHaveCancelled) + "OpenAI " + trouble(status) + tail + TRY_LATER,
                    answer);
        }
        if (status == 404) {
            return failure(
                    FailureKind.UPLOAD_NOT_FOUND,
                    "Upload " + id + " was not found at OpenAI" + tail
                            + " Check the id, and that it belongs to the organisation and project of this function's key.",
                    answer);
        }
        Optional<FinalState> state = FinalState.of(id.value(), answer);
        if (state.isPresent()) {
            return alreadyFinal(state.get(), tail, answer);
        }
        boolean retryable = RetryPolicy.retries(status, answer.headers());
        return new UploadFailure(
                FailureKind.REQUEST_REJECTED,
                retryable,
                notCancelled(lastMayHaveCancelled) + "OpenAI rejected the request" + tail
                        + (retryable ? TRY_LATER : ""),
                answer,
                null,
                attempts);
    }

    /** OpenAI's own text quotes parts of the key, and so it is left out. */
    private UploadFailure credentialsRejected(ErrorResponse answer) {
        ErrorResponse silent = ErrorResponse.withoutBody(answer.status(), answer.headers());
        return failure(
                FailureKind.CREDENTIALS_REJECTED,
                notCancelled(false) + "OpenAI refused this function's own credentials"
                        + details(Optional.of(silent))
                        + ". Its operator has to check OPENAI_API_KEY, or the secret of OPENAI_API_KEY_SECRET, and OPENAI_ORG_ID and"
                        + " OPENAI_PROJECT_ID.",
                silent);
    }

    private static String trouble(int status) {
        if (status >= 500) {
            return "failed";
        }
        return status < 400
                ? "answered with a redirect, which is not followed with the key; check OPENAI_BASE_URL"
                : "sent an answer that is not OpenAI's error object; check OPENAI_BASE_URL";
    }

    private UploadFailure alreadyFinal(FinalState state, String tail, ErrorResponse answer) {
        FailureKind kind = FailureKind.UPLOAD_ALREADY_FINAL;
        return new UploadFailure(kind, kind.retryable(), alreadyFinal(state) + tail, answer, state, attempts);
    }

    private String alreadyFinal(FinalState state) {
        if (state == FinalState.CANCELLED && mayHaveCancelled) {
            return "Upload " + id + " is already cancelled, and this very call may have done it, since the answer to an"
                    + " earlier attempt was lost";
        }
        return "Upload " + id + " is already " + state.word() + " and nothing is left to cancel";
    }

    private UploadFailure broken(TransportException reason) {
        return failure(
                FailureKind.UPSTREAM_FAILURE,
                notCancelled(reason.sent()) + masked(reason.getMessage()) + details(Optional.empty()) + "." + TRY_LATER,
                null);
    }

    private UploadFailure unusable(AttemptResult.Unusable unusable) {
        ErrorResponse answer = ErrorResponse.withoutBody(unusable.status(), unusable.headers());
        return failure(
                FailureKind.UPSTREAM_FAILURE,
                notCancelled(true) + "OpenAI's answer " + masked(unusable.reason()) + details(Optional.of(answer)) + "."
                        + TRY_LATER,
                answer);
    }

    /** The start of a sentence that does not claim more than is known. */
    private String notCancelled(boolean lastMayHaveCancelled) {
        String known = lastMayHaveCancelled || mayHaveCancelled
                ? " was not seen to be cancelled"
                        + (lastMayHaveCancelled ? "" : ", and an earlier attempt may have done it")
                : " was not cancelled";
        return "Upload " + id + known + ": ";
    }

    private UploadFailure failure(FailureKind kind, String message, ErrorResponse answer) {
        return new UploadFailure(kind, kind.retryable(), message, answer, null, attempts);
    }

    private String quote(ErrorResponse answer) {
        return answer.error()
                .flatMap(ErrorObject::message)
                .map(message -> ": \"" + VisibleText.oneLine(masked(message), LONGEST_QUOTE) + "\"")
                .orElse("");
    }

    /** What support asks for: {@code (HTTP 404, type …, code …, x-request-id …, 1 attempt)}. */
    private String details(Optional<ErrorResponse> answer) {
        StringJoiner details = new StringJoiner(", ", " (", ")");
        answer.ifPresent(a -> {
            details.add("HTTP " + a.status());
            a.error().flatMap(ErrorObject::type).ifPresent(type -> details.add("type " + detail(type)));
            a.error().flatMap(ErrorObject::code).ifPresent(code -> details.add("code " + detail(code)));
            a.headers().requestId().ifPresent(requestId -> details.add("x-request-id " + detail(requestId)));
        });
        return details.add(attempts == 1 ? "1 attempt" : attempts + " attempts").toString();
    }

    private String detail(String text) {
        return VisibleText.oneLine(masked(text), LONGEST_DETAIL);
    }

    /** What an upstream said, before it is cut, with the key masked. */
    private String masked(String text) {
        return Redaction.current().text(text, id.value());
    }
}
