package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.secret.KeyFromSecret;
import java.time.Duration;

/**
 * Reads the API key from its secret during init. If that fails, the process exits as for any wrong variable.
 *
 * @param key reads the secret
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
        } catch (RuntimeException | Error e) {
            InitError.report(
                    e instanceof ConfigurationError error
                            ? error
                            : new ConfigurationError("The API key was not read because of a defect of this function ("
                                    + e.getClass().getSimpleName() + ")."));
            // Not System.exit, which would wait for the start of Quarkus.
            Runtime.getRuntime().halt(1);
        }
    }

    /** 0, which waits without a limit: the read has its own timeout. */
    @Override
    public Duration longestWait() {
        return Duration.ZERO;
    }
}
