package dev.cancelupload.openai;

/**
 * The kinds of failure. {@link #errorType()} is Lambda's {@code errorType}, for instance for the {@code ErrorEquals} of
 * a Step Functions state, and does not change between releases.
 */
public enum FailureKind {
    /** The upload id is missing or invalid. Nothing was sent. */
    INVALID_UPLOAD_ID("InvalidUploadId", 400, false),
    /** The event has no supported form. Nothing was sent. */
    INVALID_EVENT("InvalidEvent", 400, false),
    /** The event is for another export. Nothing was sent. */
    WRONG_EXPORT("WrongExport", 400, false),
    /** OpenAI does not have this Upload (404). */
    UPLOAD_NOT_FOUND("UploadNotFound", 404, false),
    /** The Upload is already completed, cancelled or expired (400). */
    UPLOAD_ALREADY_FINAL("UploadAlreadyFinal", 400, false),
    /** OpenAI refused the request for another reason (any other 4xx). */
    REQUEST_REJECTED("RequestRejected", 400, false),
    /** OpenAI refused the API key of this deployment (401, 403). */
    CREDENTIALS_REJECTED("CredentialsRejected", 502, false),
    /** OpenAI's rate limit or quota (429), after all retries. */
    RATE_LIMITED("RateLimited", 429, true),
    /** No usable response after all retries: 5xx, no connection, a TLS failure, or a response that is not OpenAI's. */
    UPSTREAM_FAILURE("UpstreamFailure", 502, true),
    /** {@code CANCEL_BUDGET} was spent before OpenAI responded. */
    BUDGET_SPENT("BudgetSpent", 504, true),
    /** A clean-up after which a retry can cancel some remaining uploads. */
    CLEAN_UP_INCOMPLETE("CleanUpIncomplete", 502, true),
    /** A bug in this function. */
    INTERNAL_ERROR("InternalError", 500, true);

    private final String errorType;
    private final int httpStatus;
    private final boolean retryable;

    FailureKind(String errorType, int httpStatus, boolean retryable) {
        this.errorType = errorType;
        this.httpStatus = httpStatus;
        this.retryable = retryable;
    }

    /** The documented name of the error. */
    public String errorType() {
        return errorType;
    }

    /** The status of the response of {@code cancelUploadHttp}, unless OpenAI's own is passed on. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Whether the same call can succeed later without any change. */
    public boolean retryable() {
        return retryable;
    }

    /** Whether nothing is left to cancel, which is success for a clean-up. */
    public boolean nothingToCancel() {
        return this == UPLOAD_NOT_FOUND || this == UPLOAD_ALREADY_FINAL;
    }
}
