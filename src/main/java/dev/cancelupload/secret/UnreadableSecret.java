package dev.cancelupload.secret;

import java.util.Optional;

/**
 * A secret was not read, or there is no API key in it. The message completes the sentence "The secret …" and has
 * nothing of what is in it.
 */
final class UnreadableSecret extends Exception {

    private final boolean temporary;

    /** @param temporary whether the same request may succeed in a moment */
    UnreadableSecret(String message, boolean temporary) {
        super(message, null, false, false);
        this.temporary = temporary;
    }

    boolean temporary() {
        return temporary;
    }

    static UnreadableSecret lasting(String message) {
        return new UnreadableSecret(message, false);
    }

    /** @param requestId what AWS's support asks for */
    static UnreadableSecret answered(
            String what, int status, Optional<String> code, Optional<String> requestId, boolean temporary) {
        return new UnreadableSecret(
                what + " (HTTP " + status + code.map(c -> ", " + c).orElse("")
                        + requestId.map(id -> ", x-amzn-RequestId " + id).orElse("") + ")",
                temporary);
    }
}
