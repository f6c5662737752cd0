package dev.cancelupload.openai;

/**
 * The kinds of failure that a caller can tell apart. {@link #errorType()} is Lambda's {@code errorType}, for instance
 * in the {@code ErrorEquals} of a Step Functions state; it does not change from release to release.
 */
public enum FailureKind {
    /** The upload id is missing or could not be one. Nothing was sent. */
    INVALID_UPLOAD_ID("InvalidUploadId", 400, false),
    /** The event is none that this function understands. Nothing was sent. */
    INVALID_EVENT("InvalidEvent", 400, false),
    /** The event belongs to another of the functions. Nothing was sent. */
    WRONG_EXPORT("WrongExport", 400, false),
    /** OpenAI knows no such Upload (404). */
    UPLOAD_NOT_FOUND("UploadNotFound", 404, false),
    /** The Upload is completed, cancelled or expired already (400). */
    UPLOAD_ALREADY_FINAL("UploadAlreadyFinal", 400, false),
    /** OpenAI refused the request for another reason (any other 4xx). */
    REQUEST_REJECTED("RequestRejected", 400, false),
    /** OpenAI refused this deployment's key (401, 403). */
    CREDENTIALS_REJECTED("CredentialsRejected", 502, false),
    /** OpenAI's rate limit or quota (429), after all retries. */
    RATE_LIMITED("RateLimited", 429, true),
    /** No usable answer: 5xx, no connection, TLS, or an answer that is not OpenAI's, after all retries. */
    UPSTREAM_FAILURE("UpstreamFailure", 502, true),
    /** {@code CANCEL_BUDGET} was spent before OpenAI answered. */
    BUDGET_SPENT("BudgetSpent", 504, true),
    /** A clean-up in which some uploads are left that a later try can cancel. */
    CLEAN_UP_INCOMPLETE("CleanUpIncomplete", 502, true),
    /** A defect of this function. */
    INTERNAL_ERROR("InternalError", 500, true);

    private final String errorType;
    private final int httpStatus;
    private final boolean retryable;

    FailureKind(String errorType, int httpStatus, boolean retryable) {
        this.errorType = errorType;
        this.httpStatus = httpStatus;
        this.retryable = retryable;
    }

    /** The documented name. */
    public String errorType() {
        return errorType;
    }

    /** The HTTP status that {@code cancelUploadHttp} answers with, unless OpenAI's own is passed on. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same call can succeed later without anyone changing anything. */
    public boolean retryable() {
        return retryable;
    }

    /** Whether nothing is left to cancel, which is success for whoever only wants the Upload gone. */
    public boolean nothingToCancel() {
        return this == UPLOAD_NOT_FOUND || this == UPLOAD_ALREADY_FINAL;
    }
}
