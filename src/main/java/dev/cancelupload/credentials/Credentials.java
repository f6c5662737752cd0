package dev.cancelupload.credentials;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.config.CredentialsSource;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import java.util.Optional;
import java.util.function.Supplier;

/** Provides the credentials for each request to OpenAI; they may change between requests. Safe for many threads. */
public interface Credentials {

    /**
     * The bearer token for a request that is sent now. If there is none that is good, it is fetched.
     *
     * @param budget of the invocation, of which a fetch takes half at most
     * @throws CredentialsException if there is none
     */
    BearerToken current(Budget budget) throws CredentialsException;

    /**
     * Called after a 401 response: fetches another token, if the refused one is still in use. A key from the
     * environment never changes.
     *
     * @param budget of the invocation, of which a fetch takes half at most
     * @return whether {@link #current} has another one now
     * @throws CredentialsException if another one was asked for and there is none
     */
    default boolean replace(BearerToken refused, Budget budget) throws CredentialsException {
        return false;
    }

    /**
     * Fetches the first token, during init. If that fails, the first request fetches again.
     *
     * @return what is wrong; empty if nothing is
     */
    default Optional<String> fetchAhead() {
        return Optional.empty();
    }

    /**
     * The credentials that are configured.
     *
     * @param tls for AWS and for OpenAI's token endpoint: the built-in trust anchors and those of
     *     {@code SSL_CERT_FILE}, and no client certificate, which is for OpenAI's API alone. A key from the environment
     *     needs none.
     */
    static Credentials of(Configuration configuration, Supplier<Tls> tls) {
        CredentialsSource source = configuration.credentials();
        if (source instanceof CredentialsSource.Key key) {
            BearerToken token = new BearerToken(key.value());
            return budget -> token;
        }
        if (source instanceof CredentialsSource.Secret secret) {
            return new FetchedCredentials(new SecretsManagerKey(secret, tls.get()));
        }
        return new FetchedCredentials(new WorkloadIdentity((CredentialsSource.WorkloadIdentity) source, tls.get()));
    }
}
