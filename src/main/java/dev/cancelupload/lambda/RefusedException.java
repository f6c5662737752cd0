package dev.cancelupload.lambda;

import dev.cancelupload.openai.FailureKind;

/** An event or message that asks for nothing that this function does. The message is a sentence that says why. */
final class RefusedException extends RuntimeException {

    final FailureKind kind;

    RefusedException(FailureKind kind, String sentence) {
        // No stack trace: the cause is the event, not the code.
        super(sentence, null, false, false);
        this.kind = kind;
    }
}
