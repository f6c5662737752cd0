package dev.cancelupload.config;

import dev.cancelupload.time.Budget;

/** The API key of each request, which may be another one than that of the request before. */
public interface ApiKeys {

    /** The key for a request that is sent now. Waits for nobody. */
    ApiKey current();

    /**
     * Before an attempt: sees to it that the key is not too old. If there is no newer one to be had, the old one stays.
     *
     * @param budget what is left of the invocation
     */
    void refresh(Budget budget);

    /**
     * After an attempt that was refused with 401: whether there is another key than the one that was refused.
     *
     * @param budget what is left of the invocation
     */
    boolean replaced(ApiKey refused, Budget budget);

    /** The one key of the environment, which stays. */
    static ApiKeys fixed(ApiKey key) {
        return new ApiKeys() {
            @Override
            public ApiKey current() {
                return key;
            }

            @Override
            public void refresh(Budget budget) {
                // It cannot change while the process lives.
            }

            @Override
            public boolean replaced(ApiKey refused, Budget budget) {
                return false;
            }
        };
    }
}
