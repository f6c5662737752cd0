package dev.cancelupload.config;

/** The environment variables are wrong or incomplete. The message is one line for the operator. */
public final class ConfigurationError extends RuntimeException {

    /** @param message the variable, its value (never a secret) and how to correct it */
    public ConfigurationError(String message) {
        super(message);
    }
}
