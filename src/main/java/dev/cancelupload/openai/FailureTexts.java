package dev.cancelupload.openai;

import dev.cancelupload.credentials.CredentialsException;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Writes the message of a failure: which Upload, what happened, and what to do.
 *
 * @param attempts the number of requests so far
 * @param mayHaveCancelled whether an attempt before the last may have cancelled the Upload
 */
record FailureTexts(UploadId id, int attempts, boolean mayHaveCancelled) {

    private static final int MAX_QUOTE = 1000;
    private static final int MAX_DETAIL = 128;
    private static final String RETRY_LATER = " Try again later; cancelling twice is harmless.";

    /** OpenAI's response has a status other than 2xx. */
    Failure refused(Verdict verdict, int status, ResponseHeaders headers, Optional<ErrorObject> error, String body) {
        boolean shown = error.isPresent() && verdict.kind() != FailureKind.CREDENTIALS_REJECTED;
        Optional<String> code =
                error.map(ErrorObject::code).filter(text -> !text.isEmpty()).map(text -> oneLine(text, MAX_DETAIL));
        ErrorResponse response = new ErrorResponse(status, headers, shown ? Redaction.mask(body) : "", code);
        String quoted = (shown ? quote(error.get().message()) : "") + details(response);
        if (verdict.finalState().isPresent()) {
            return alreadyFinal(verdict.finalState().get(), quoted, response);
        }
        String what = notCancelled(verdict.mayHaveCancelled());
        String message =
                switch (verdict.kind()) {
                    case CREDENTIALS_REJECTED ->
                        what + "OpenAI refused this function's own credentials" + quoted
                                + ". Its operator has to check them, and OPENAI_ORG_ID and OPENAI_PROJECT_ID.";
                    case ACCESS_DENIED ->
                        what + "OpenAI refuses this function access, with credentials that are valid" + quoted
                                + ". Its operator has to check what they may do, and from where.";
                    case WRONG_BASE_URL ->
                        what + "there is no such URL at OpenAI" + quoted
                                + ". This function's operator has to check OPENAI_BASE_URL, which usually ends in /v1.";
                    case UPLOAD_NOT_FOUND ->
                        "Upload " + id + " was not found at OpenAI" + quoted
                                + ". Check the id, and that it belongs to the organisation and project of this function's"
                                + " credentials.";
                    case RATE_LIMITED -> what + "OpenAI's rate limit or quota is reached" + quoted + "." + RETRY_LATER;
                    case REQUEST_REJECTED ->
                        what + "OpenAI rejected the request" + quoted + "." + (verdict.retried() ? RETRY_LATER : "");
                    default -> what + "OpenAI " + upstreamProblem(status) + quoted + "." + RETRY_LATER;
                };
        boolean retryable = verdict.kind().retryable() || verdict.retried();
        return new Failure(verdict.kind(), message, retryable, Optional.of(response), Optional.empty(), attempts);
    }

    private static String upstreamProblem(int status) {
        if (status >= 500) {
            return "failed";
        }
        return status < 400
                ? "answered with a redirect, which is not followed; check OPENAI_BASE_URL"
                : "sent an answer that is not its error object, perhaps a proxy's or a firewall's";
    }

    /** @param quoted OpenAI's words; empty if it said so by the Upload's status */
    Failure alreadyFinal(String state, String quoted, ErrorResponse response) {
        String message = "Upload " + id + " is already " + state
                + (state.equals("cancelled") && mayHaveCancelled
                        ? ", and this very call may have done it, since the answer to an earlier attempt was lost"
                        : " and nothing is left to cancel")
                + (quoted.isEmpty() ? details(response) : quoted) + ".";
        return new Failure(
                FailureKind.UPLOAD_ALREADY_FINAL, message, false, Optional.of(response), Optional.of(state), attempts);
    }

    /** The status was 2xx, but the body is not the cancelled Upload. @param problem completes "OpenAI's answer …" */
    Failure unusable(String problem, ErrorResponse response) {
        String message = notCancelled(true) + "OpenAI's answer " + problem + details(response) + "." + RETRY_LATER;
        return failure(FailureKind.UPSTREAM_FAILURE, message, Optional.of(response));
    }

    /** There was no complete response. */
    Failure lost(TransportException lost) {
        String message = notCancelled(lost.sent()) + lost.getMessage() + " (" + count() + ")." + RETRY_LATER;
        return failure(FailureKind.UPSTREAM_FAILURE, message, Optional.empty());
    }

    /** The invocation's time was spent before the first attempt, or before there was an answer. */
    Failure budgetSpent() {
        String message = attempts == 0
                ? " was not tried: the time of the invocation was spent before its turn."
                : " was not confirmed as cancelled: the time of the invocation was spent waiting for OpenAI (" + count()
                        + ").";
        return failure(FailureKind.BUDGET_SPENT, "Upload " + id + message + RETRY_LATER, Optional.empty());
    }

    /** There are no credentials to send a request with. */
    Failure noCredentials(CredentialsException e) {
        FailureKind kind = e.rejected() ? FailureKind.CREDENTIALS_REJECTED : FailureKind.CREDENTIALS_UNAVAILABLE;
        return failure(kind, notCancelled(false) + e.getMessage(), Optional.empty());
    }

    /** Another Upload of the batch failed in a way in which this one would fail too. */
    Failure stopped(Failure other) {
        String message = notCancelled(false) + "it was not tried " + (attempts == 0 ? "" : "again ")
                + "after this failure of another Upload: " + other.kind().errorType() + ".";
        return failure(other.kind(), message, Optional.empty());
    }

    private Failure failure(FailureKind kind, String message, Optional<ErrorResponse> response) {
        return new Failure(kind, message, kind.retryable(), response, Optional.empty(), attempts);
    }

    /** The start of the message, which claims no more than is known. */
    private String notCancelled(boolean lastMayHaveCancelled) {
        String known = lastMayHaveCancelled || mayHaveCancelled
                ? " was not confirmed as cancelled"
                        + (lastMayHaveCancelled ? "" : ", and an earlier attempt may have done it")
                : " was not cancelled";
        return "Upload " + id + known + ": ";
    }

    private static String quote(String message) {
        return message.isEmpty() ? "" : ": \"" + oneLine(message, MAX_QUOTE) + "\"";
    }

    /** The details for support: {@code (HTTP 404, code …, x-request-id …, 1 attempt)}. */
    private String details(ErrorResponse response) {
        StringJoiner details = new StringJoiner(", ", " (", ")").add("HTTP " + response.status());
        response.code().ifPresent(code -> details.add("code " + code));
        response.headers().requestId().ifPresent(requestId -> details.add("x-request-id " + requestId));
        return details.add(count()).toString();
    }

    private String count() {
        return attempts == 1 ? "1 attempt" : attempts + " attempts";
    }

    /** A text of OpenAI's on one line. Masked before it is cut, since what is cut off may belong to a credential. */
    private static String oneLine(String text, int longest) {
        return VisibleText.oneLine(Redaction.mask(text), longest);
    }
}
