package dev.cancelupload.adversary;

/** The possible outcomes of an upload, given the upstream's behaviour. */
enum Expectation {
    /** Must be cancelled, if necessary by a retry. */
    CANCELLED,
    /** The upstream never confirmed the cancel, so the function must not report it. */
    FAILED,
    /** The function may not know the outcome, but whatever it reports must be true. */
    EITHER,
    /** Like the one before, but the whole event may also be refused without a report on the upload. */
    PERHAPS_REFUSED
}
