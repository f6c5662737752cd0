package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.secret.KeyFromSecret;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** The API key of a secret, read beside Quarkus's start and beside the early connection. */
final class EarlyKey {

    private final FutureTask<Void> read;

    private EarlyKey(FutureTask<Void> read) {
        this.read = read;
    }

    /** Begins to read it. */
    static EarlyKey begin(KeyFromSecret key) {
        FutureTask<Void> read = new FutureTask<>(key::readAtInit, null);
        Thread thread = new Thread(read, "api key");
        thread.setDaemon(true);
        thread.start();
        return new EarlyKey(read);
    }

    /**
     * Waits until it is read, which has a bound of its own.
     *
     * @throws ConfigurationError if there is no key to be had
     */
    void await() {
        try {
            read.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ConfigurationError error
                    ? error
                    : new IllegalStateException("reading the API key failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted during init", e);
        }
    }
}
