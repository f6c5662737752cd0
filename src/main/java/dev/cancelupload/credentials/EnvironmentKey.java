package dev.cancelupload.credentials;

import dev.cancelupload.config.CredentialsSource;
import dev.cancelupload.time.Budget;
import java.util.Optional;

/** The API key from the environment, which never changes. */
final class EnvironmentKey implements Credentials {
    private final BearerToken key;

    EnvironmentKey(CredentialsSource.Key key) {
        this.key = new BearerToken(key.value());
    }

    @Override
    public BearerToken current(Budget budget) {
        return key;
    }

    @Override
    public boolean replace(BearerToken refused, Budget budget) {
        return false;
    }

    @Override
    public Optional<String> fetchAhead() {
        return Optional.empty();
    }
}
