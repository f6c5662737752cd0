package dev.cancelupload.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.CredentialsSource;
import dev.cancelupload.config.KeyText;
import dev.cancelupload.json.Json;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The API key in a secret of AWS Secrets Manager.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html">GetSecretValue</a>
 */
final class SecretsManagerKey implements FetchedCredentials.Source {

    private static final Duration REREAD_AFTER = Duration.ofMinutes(5);

    private static final String SECRET = "The secret of OPENAI_API_KEY_SECRET ";

    private static final String DENIED = SECRET + "may not be read: the function's role needs"
            + " secretsmanager:GetSecretValue on it, and kms:Decrypt on its KMS key if that is a customer managed one; and"
            + " no policy may deny it";

    private static final Map<String, String> REFUSALS = Map.of(
            "AccessDenied",
            DENIED,
            "DecryptionFailure",
            DENIED,
            "ResourceNotFound",
            SECRET + "does not exist in the Region of the function or of the ARN, or has no current value",
            "InvalidRequest",
            SECRET + "cannot be read now; it may be scheduled for deletion");

    private final CredentialsSource.Secret secret;
    private final AwsClient secretsManager;

    SecretsManagerKey(CredentialsSource.Secret secret, Tls tls) {
        this.secret = secret;
        this.secretsManager = new AwsClient("AWS Secrets Manager", secret.secretsManager(), REFUSALS, tls);
    }

    @Override
    public String name() {
        return "API key in the secret of OPENAI_API_KEY_SECRET";
    }

    @Override
    public FetchedCredentials.Fetched fetch(Budget budget) throws CredentialsException {
        String answer = secretsManager.post(
                Map.of("content-type", "application/x-amz-json-1.1", "x-amz-target", "secretsmanager.GetSecretValue"),
                Json.object().put("SecretId", secret.id()).toString(),
                budget);
        JsonNode text = Json.parse(answer).orElseGet(Json::object).path("SecretString");
        if (!text.isTextual()) {
            throw unusable("is binary, or something else answered in place of AWS Secrets Manager");
        }
        String key = keyIn(text.textValue()).strip();
        Optional<String> problem = KeyText.problem(key);
        if (problem.isPresent()) {
            throw unusable("cannot be an API key (its value is not shown): it " + problem.get()
                    + ". If it is a JSON object, OPENAI_API_KEY_SECRET_FIELD has to name the field that holds the key");
        }
        return new FetchedCredentials.Fetched(new BearerToken(key), REREAD_AFTER, Optional.empty());
    }

    private String keyIn(String text) throws CredentialsException {
        if (secret.field().isEmpty()) {
            return text;
        }
        JsonNode field =
                Json.parse(text).orElseGet(Json::object).path(secret.field().get());
        if (!field.isTextual()) {
            throw unusable("is no JSON object with a text in the field that OPENAI_API_KEY_SECRET_FIELD names");
        }
        return field.textValue();
    }

    private static CredentialsException unusable(String words) {
        return CredentialsException.unavailable(SECRET + words + ".");
    }
}
