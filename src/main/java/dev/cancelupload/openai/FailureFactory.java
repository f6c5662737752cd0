package dev.cancelupload.openai;

import dev.cancelupload.http.TransportException;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import dev.cancelupload.time.Budget;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Creates the {@link UploadFailure} of a failed call: its kind, and a message with upload, cause and what to do.
 *
 * @param id the Upload
 * @param attempts the number of attempts
 * @param mayHaveCancelled whether an attempt before the last may have cancelled the Upload
 * @param budget of the invocation, for masking what the upstream said, which is left out when it is spent
 */
record FailureFactory(UploadId id, int attempts, boolean mayHaveCancelled, Budget budget) {

    private static final int MAX_QUOTE = 1000;
    private static final int MAX_DETAIL = 128;
    private static final String RETRY_LATER = " Try again later; cancelling twice is harmless.";

    /** @param budgetSpent whether the invocation's budget was spent at the end of the last attempt */
    UploadFailure of(AttemptResult last, boolean budgetSpent) {
        if (last instanceof AttemptResult.HttpError httpError) {
            return httpError(httpError.response(), last.mayHaveCancelled());
        }
        if (last instanceof AttemptResult.NoResponse noResponse) {
            return noResponse.reason().timedOut() && budgetSpent ? budgetSpent() : noResponse(noResponse.reason());
        }
        if (last instanceof AttemptResult.AlreadyFinal alreadyFinal) {
            ErrorResponse response = ErrorResponse.withoutBody(alreadyFinal.status(), alreadyFinal.headers());
            return alreadyFinal(alreadyFinal.state(), details(Optional.of(response)) + ".", response);
        }
        return unusable((AttemptResult.Unusable) last);
    }

    /** The invocation's budget was spent before the first attempt, or before the Upload was cancelled. */
    UploadFailure budgetSpent() {
        String message = attempts == 0
                ? " was not tried: the invocation's time (CANCEL_BUDGET) was spent before its turn."
                : " was not confirmed as cancelled: the invocation's time (CANCEL_BUDGET) was spent waiting for OpenAI"
                        + details(Optional.empty()) + ".";
        return failure(FailureKind.BUDGET_SPENT, "Upload " + id + message + RETRY_LATER, null);
    }

    private UploadFailure httpError(ErrorResponse response, boolean lastMayHaveCancelled) {
        int status = response.status();
        if (status == 401 || status == 403) {
            return credentialsRejected(response);
        }
        String quoteAndDetails = quote(response) + details(Optional.of(response)) + ".";
        if (status == 429) {
            return failure(
                    FailureKind.RATE_LIMITED,
                    notCancelled(false) + "OpenAI's rate limit or quota is reached" + quoteAndDetails + RETRY_LATER,
                    response);
        }
        if (status < 400 || status >= 500 || response.error().isEmpty()) {
            return failure(
                    FailureKind.UPSTREAM_FAILURE,
                    notCancelled(lastMayHaveCancelled) + "OpenAI " + statusProblem(status) + quoteAndDetails
                            + RETRY_LATER,
                    response);
        }
        if (status == 404) {
            return failure(
                    FailureKind.UPLOAD_NOT_FOUND,
                    "Upload " + id + " was not found at OpenAI" + quoteAndDetails
                            + " Check the id, and that it belongs to the organisation and project of this function's key.",
                    response);
        }
        Optional<FinalState> state = FinalState.of(id.value(), response);
        if (state.isPresent()) {
            return alreadyFinal(state.get(), quoteAndDetails, response);
        }
        boolean retryable = RetryPolicy.isRetryable(status, response.headers());
        return new UploadFailure(
                FailureKind.REQUEST_REJECTED,
                retryable,
                notCancelled(lastMayHaveCancelled) + "OpenAI rejected the request" + quoteAndDetails
                        + (retryable ? RETRY_LATER : ""),
                response,
                null,
                attempts);
    }

    /** Without OpenAI's text, which quotes parts of the key. */
    private UploadFailure credentialsRejected(ErrorResponse response) {
        ErrorResponse withoutBody = ErrorResponse.withoutBody(response.status(), response.headers());
        return failure(
                FailureKind.CREDENTIALS_REJECTED,
                notCancelled(false) + "OpenAI refused this function's own credentials"
                        + details(Optional.of(withoutBody))
                        + ". Its operator has to check OPENAI_API_KEY, or the secret of OPENAI_API_KEY_SECRET, and"
                        + " OPENAI_ORG_ID and OPENAI_PROJECT_ID.",
                withoutBody);
    }

    private static String statusProblem(int status) {
        if (status >= 500) {
            return "failed";
        }
        return status < 400
                ? "answered with a redirect, which is not followed; check OPENAI_BASE_URL"
                : "sent an answer that is not OpenAI's error object; check OPENAI_BASE_URL";
    }

    private UploadFailure alreadyFinal(FinalState state, String quoteAndDetails, ErrorResponse response) {
        FailureKind kind = FailureKind.UPLOAD_ALREADY_FINAL;
        return new UploadFailure(
                kind, kind.retryable(), alreadyFinal(state) + quoteAndDetails, response, state, attempts);
    }

    private String alreadyFinal(FinalState state) {
        if (state == FinalState.CANCELLED && mayHaveCancelled) {
            return "Upload " + id + " is already cancelled, and this very call may have done it, since the answer to an"
                    + " earlier attempt was lost";
        }
        return "Upload " + id + " is already " + state.value() + " and nothing is left to cancel";
    }

    private UploadFailure noResponse(TransportException reason) {
        return failure(
                FailureKind.UPSTREAM_FAILURE,
                notCancelled(reason.sent()) + masked(reason.getMessage()) + details(Optional.empty()) + "."
                        + RETRY_LATER,
                null);
    }

    private UploadFailure unusable(AttemptResult.Unusable unusable) {
        ErrorResponse response = ErrorResponse.withoutBody(unusable.status(), unusable.headers());
        return failure(
                FailureKind.UPSTREAM_FAILURE,
                notCancelled(true) + "OpenAI's answer " + masked(unusable.reason()) + details(Optional.of(response))
                        + "." + RETRY_LATER,
                response);
    }

    /** The start of the message, which claims no more than is known. */
    private String notCancelled(boolean lastMayHaveCancelled) {
        String known = lastMayHaveCancelled || mayHaveCancelled
                ? " was not confirmed as cancelled"
                        + (lastMayHaveCancelled ? "" : ", and an earlier attempt may have done it")
                : " was not cancelled";
        return "Upload " + id + known + ": ";
    }

    private UploadFailure failure(FailureKind kind, String message, ErrorResponse response) {
        return new UploadFailure(kind, kind.retryable(), message, response, null, attempts);
    }

    private String quote(ErrorResponse response) {
        return response.error()
                .flatMap(ErrorObject::message)
                .filter(message -> !budget.isSpent())
                .map(message -> ": \"" + start(message, MAX_QUOTE) + "\"")
                .orElse("");
    }

    /** The details for support: {@code (HTTP 404, type …, code …, x-request-id …, 1 attempt)}. */
    private String details(Optional<ErrorResponse> response) {
        StringJoiner details = new StringJoiner(", ", " (", ")");
        response.ifPresent(a -> {
            details.add("HTTP " + a.status());
            if (budget.isSpent()) {
                return;
            }
            a.error().flatMap(ErrorObject::type).ifPresent(type -> details.add("type " + detail(type)));
            a.error().flatMap(ErrorObject::code).ifPresent(code -> details.add("code " + detail(code)));
            a.headers().requestId().ifPresent(requestId -> details.add("x-request-id " + detail(requestId)));
        });
        return details.add(attempts == 1 ? "1 attempt" : attempts + " attempts").toString();
    }

    private String detail(String text) {
        return start(text, MAX_DETAIL);
    }

    /**
     * The start of a text from the upstream, on one line. The key is masked in more than is shown, since what is cut
     * off may belong to it; not in all of a large text, which would take long.
     */
    private String start(String text, int longest) {
        return VisibleText.oneLine(masked(VisibleText.cut(text, 4 * longest)), longest);
    }

    private String masked(String text) {
        return Redaction.current().mask(text, id.value(), budget);
    }
}
