package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The secret in AWS Secrets Manager that contains the API key, and how to read it.
 *
 * @param id name or ARN
 * @param shownName its name in error messages, without the account number and anything that may be a key
 * @param field the JSON field that contains the key; empty if the whole secret is the key
 * @param timeToLive after which the key is read again
 * @param region the AWS Region of the secret, such as {@code eu-central-1}
 * @param endpoint URL of Secrets Manager without a path; https, or http to a loopback address
 * @param credentials of a role that may read the secret
 * @param proxy to connect through; empty for a direct connection
 */
public record ApiKeySecret(
        String id,
        String shownName,
        Optional<String> field,
        Duration timeToLive,
        String region,
        URI endpoint,
        AwsCredentials credentials,
        Optional<Proxy> proxy)
        implements ApiKeySource {

    ApiKeySecret withProxy(Optional<Proxy> proxy) {
        return new ApiKeySecret(id, shownName, field, timeToLive, region, endpoint, credentials, proxy);
    }
}
