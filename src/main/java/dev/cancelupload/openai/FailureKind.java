package dev.cancelupload.openai;

/**
 * The kinds of failure. {@link #errorType()} is Lambda's {@code errorType}, for instance for the {@code ErrorEquals} of
 * a Step Functions state, and does not change between releases.
 */
public enum FailureKind {
    /** The upload id is missing or invalid. Nothing was sent. */
    INVALID_UPLOAD_ID("InvalidUploadId", 400, Next.FAILED),
    /** The event has no supported form. Nothing was sent. */
    INVALID_EVENT("InvalidEvent", 400, Next.FAILED),
    /** OpenAI does not have this Upload (404). */
    UPLOAD_NOT_FOUND("UploadNotFound", 404, Next.FAILED),
    /** The Upload is already completed, cancelled or expired. */
    UPLOAD_ALREADY_FINAL("UploadAlreadyFinal", 400, Next.FAILED),
    /** OpenAI refused the request for another reason (any other 4xx). */
    REQUEST_REJECTED("RequestRejected", 400, Next.FAILED),
    /** OpenAI refused the credentials of this deployment (401, a 403 about them). */
    CREDENTIALS_REJECTED("CredentialsRejected", 502, Next.STOP),
    /** The credentials cannot be fetched from where they are. */
    CREDENTIALS_UNAVAILABLE("CredentialsUnavailable", 502, Next.STOP),
    /** OpenAI refuses these credentials something, or where the call comes from (any other 403). */
    ACCESS_DENIED("AccessDenied", 502, Next.STOP),
    /** There is no such URL (a 404 that is not about an Upload): {@code OPENAI_BASE_URL} is wrong. */
    WRONG_BASE_URL("WrongBaseUrl", 502, Next.STOP),
    /** OpenAI's rate limit or quota (429), after all retries. */
    RATE_LIMITED("RateLimited", 429, Next.TRY_AGAIN),
    /** No usable response after all retries: 5xx, no connection, a TLS failure, or a response that is not OpenAI's. */
    UPSTREAM_FAILURE("UpstreamFailure", 502, Next.TRY_AGAIN),
    /** The time of the invocation was spent before OpenAI responded. */
    BUDGET_SPENT("BudgetSpent", 504, Next.TRY_AGAIN),
    /** A batch after which a later try can cancel some remaining Uploads. */
    CLEAN_UP_INCOMPLETE("CleanUpIncomplete", 502, Next.TRY_AGAIN),
    /** A defect of this function. */
    INTERNAL_ERROR("InternalError", 500, Next.TRY_AGAIN);

    /** What a batch does about an Upload that failed in this way. */
    private enum Next {
        /** It failed for good. */
        FAILED,
        /** A later try can cancel it. */
        TRY_AGAIN,
        /** A later try can cancel it, and until somebody has mended the cause all others would fail like it. */
        STOP
    }

    private final String errorType;
    private final int httpStatus;
    private final Next next;

    FailureKind(String errorType, int httpStatus, Next next) {
        this.errorType = errorType;
        this.httpStatus = httpStatus;
        this.next = next;
    }

    /** The documented name of the error. */
    public String errorType() {
        return errorType;
    }

    /** The status of the response over HTTP, unless OpenAI's own is passed on. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Whether a later call can succeed without any change to the event. */
    public boolean retryable() {
        return next != Next.FAILED;
    }

    /** Whether all other Uploads would fail in the same way, until somebody has mended the cause. */
    public boolean stopsBatch() {
        return next == Next.STOP;
    }
}
