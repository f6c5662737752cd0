package dev.cancelupload.secret;

import java.util.Optional;

/**
 * The secret could not be read, or has no API key in it. The message completes the sentence "The secret …" and never
 * contains the secret's value.
 */
final class UnreadableSecret extends Exception {

    private final boolean temporary;

    /** @param temporary whether a retry may succeed */
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

    /** @param requestId identifies the request to AWS support */
    static UnreadableSecret ofResponse(
            String message, int status, Optional<String> code, Optional<String> requestId, boolean temporary) {
        return new UnreadableSecret(
                message + " (HTTP " + status + code.map(c -> ", " + c).orElse("")
                        + requestId.map(id -> ", x-amzn-RequestId " + id).orElse("") + ")",
                temporary);
    }
}
