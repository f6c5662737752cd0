package dev.cancelupload.config;

/** The environment does not configure the function; the message is one line for the operator. */
public final class ConfigurationError extends RuntimeException {

    /** @param message which variable, its value (never the key's), and what would be right */
    public ConfigurationError(String message) {
        super(message);
    }
}
