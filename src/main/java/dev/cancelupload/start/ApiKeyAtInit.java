package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.secret.KeyFromSecret;
import java.time.Duration;

/**
 * Reads the API key from its secret during init. Without it the process ends as with any other wrong variable.
 *
 * @param key the secret
 */
record ApiKeyAtInit(KeyFromSecret key) implements InitTask {

    @Override
    public String name() {
        return "api key";
    }

    @Override
    public void run() {
        try {
            key.readAtInit();
        } catch (RuntimeException e) {
            InitError.report(
                    e instanceof ConfigurationError error
                            ? error
                            : new ConfigurationError("The API key was not read because of a defect of this function ("
                                    + e.getClass().getSimpleName() + ")."));
            // Quarkus is starting, and an orderly exit would wait for that.
            Runtime.getRuntime().halt(1);
        }
    }

    /** Unbounded: the reading has a bound of its own. */
    @Override
    public Duration longestWait() {
        return Duration.ZERO;
    }
}
