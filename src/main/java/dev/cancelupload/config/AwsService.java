package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.net.URI;
import java.util.Optional;

/**
 * A service of AWS, and what a signed request to it needs.
 *
 * @param signingName its name in signatures, such as {@code sts}
 * @param region the AWS Region of the endpoint, such as {@code eu-central-1}
 * @param endpoint URL without a path; https, or http to a loopback address
 * @param credentials of the function's role
 * @param proxy to connect through; empty for a direct connection
 */
public record AwsService(
        String signingName, String region, URI endpoint, AwsCredentials credentials, Optional<Proxy> proxy) {}
