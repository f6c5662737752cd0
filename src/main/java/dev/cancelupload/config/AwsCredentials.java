package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;
import java.util.Optional;

/**
 * Credentials of an AWS role or user. {@link #toString()} masks them.
 *
 * @param accessKeyId identifies the secret access key
 * @param secretAccessKey signs requests and is never sent
 * @param sessionToken is sent with signed requests if the credentials are temporary, as those of a Lambda function are
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime">
 *     Lambda's environment variables</a>
 */
public record AwsCredentials(String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {
    @Override
    public String toString() {
        return Redaction.MASK;
    }
}
