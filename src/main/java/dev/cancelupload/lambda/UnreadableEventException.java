package dev.cancelupload.lambda;

/**
 * An event that cannot be read. The message completes a sentence that starts with "The event", for instance {@code has
 * the field "body" twice}.
 */
final class UnreadableEventException extends RuntimeException {

    UnreadableEventException(String message) {
        // No stack trace: the cause is the event, not the code.
        super(message, null, false, false);
    }
}
