package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * The secret of AWS Secrets Manager that holds the API key, and how to read it.
 *
 * @param id name or ARN
 * @param shownName what of it errors show: neither an account's number nor anything that may be a key
 * @param field the field of the key, if the secret is a JSON object
 * @param timeToLive how long the key is used before it is read again
 * @param region the Region that the secret is in, such as {@code eu-central-1}
 * @param endpoint address of Secrets Manager, without a path; https, or http to this machine
 * @param credentials of a role that may read the secret
 * @param proxy what to connect through, if anything
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

    ApiKeySecret through(Optional<Proxy> proxy) {
        return new ApiKeySecret(id, shownName, field, timeToLive, region, endpoint, credentials, proxy);
    }
}
