package dev.cancelupload.lambda;

/**
 * JSON that is not read further. The message is what is the matter with it, as the rest of a sentence: {@code has the
 * field "body" twice}.
 */
final class UnreadableEventException extends RuntimeException {

    UnreadableEventException(String message) {
        // No stack trace: what was sent is to blame.
        super(message, null, false, false);
    }
}
