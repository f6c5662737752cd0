package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import dev.cancelupload.redaction.Redaction;
import java.net.URI;
import java.util.Optional;

/** Where the credentials for OpenAI come from. */
public sealed interface CredentialsSource {

    /**
     * An API key from the environment.
     *
     * @param value the key, visible ASCII characters
     */
    record Key(String value) implements CredentialsSource {
        @Override
        public String toString() {
            return Redaction.MASK;
        }
    }

    /**
     * A secret in AWS Secrets Manager that contains the API key.
     *
     * @param id name or ARN
     * @param field the JSON field that contains the key; empty if the whole secret is the key
     * @param secretsManager where it is read
     */
    record Secret(String id, Optional<String> field, AwsService secretsManager) implements CredentialsSource {}

    /**
     * The function's role, whose signed token OpenAI exchanges for an access token.
     *
     * @param providerId OpenAI's id of the workload identity provider
     * @param serviceAccountId OpenAI's id of the service account
     * @param sts signs the tokens
     * @param tokenUrl exchanges them; https, or http to a loopback address
     * @param tokenProxy to reach that URL through; empty for a direct connection
     */
    record WorkloadIdentity(
            String providerId, String serviceAccountId, AwsService sts, URI tokenUrl, Optional<Proxy> tokenProxy)
            implements CredentialsSource {}
}
