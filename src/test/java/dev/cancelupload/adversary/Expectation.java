package dev.cancelupload.adversary;

/** What may become of an upload, by what its upstream does. */
enum Expectation {
    /** It has to be cancelled, if need be by another attempt. */
    CANCELLED,
    /** Nothing said that it is cancelled, so that nobody may. */
    FAILED,
    /** The function may have had no way of knowing. Whatever it says has to be true. */
    EITHER,
    /** The same, and the event may be refused as a whole, so that nothing is said of the upload. */
    PERHAPS_REFUSED
}
