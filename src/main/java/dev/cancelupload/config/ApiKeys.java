package dev.cancelupload.config;

import dev.cancelupload.time.Budget;

/** Provides the API key for each request; it may change between requests. */
public interface ApiKeys {

    /** The key for a request that is sent now. Never blocks. */
    ApiKey current();

    /**
     * Called before an attempt: reads the key again if it is too old. If that fails, the old one stays in use.
     *
     * @param budget of the invocation
     */
    void refresh(Budget budget);

    /**
     * Called after a 401 response: reads the key again.
     *
     * @param budget of the invocation
     * @return whether the key is now another one than the refused
     */
    boolean refreshAfterRefusal(ApiKey refused, Budget budget);

    /** The key from the environment, which never changes. */
    static ApiKeys fixed(ApiKey key) {
        return new ApiKeys() {
            @Override
            public ApiKey current() {
                return key;
            }

            @Override
            public void refresh(Budget budget) {
                // An environment variable does not change.
            }

            @Override
            public boolean refreshAfterRefusal(ApiKey refused, Budget budget) {
                return false;
            }
        };
    }
}
