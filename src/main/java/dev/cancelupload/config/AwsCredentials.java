package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;
import java.util.Optional;

/**
 * Credentials of an AWS role or user. They cannot be printed.
 *
 * @param accessKeyId names the secret access key to AWS
 * @param secretAccessKey signs, and is sent to nobody
 * @param sessionToken is sent with what was signed, if the credentials are temporary, as a function's are
 * @see <a href="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime">
 *     Lambda's environment variables</a>
 */
public record AwsCredentials(String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {
    @Override
    public String toString() {
        return Redaction.MASK;
    }
}
