package dev.cancelupload.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.CredentialsSource;
import dev.cancelupload.config.KeyText;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.json.Json;
import dev.cancelupload.time.Budget;
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

    private final CredentialsSource.Secret secret;
    private final AwsClient secretsManager;
    private final Map<String, String> refusals;

    SecretsManagerKey(CredentialsSource.Secret secret, HttpTransport transport) {
        this.secret = secret;
        this.secretsManager = new AwsClient("AWS Secrets Manager", secret.secretsManager(), transport);
        this.refusals = Map.of(
                "AccessDenied",
                DENIED,
                "DecryptionFailure",
                DENIED,
                "ResourceNotFound",
                SECRET + "does not exist in " + secretsManager.region() + ", or has no current value",
                "InvalidRequest",
                SECRET + "cannot be read now; it may be scheduled for deletion");
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
                refusals,
                budget);
        JsonNode json = Json.parse(answer)
                .filter(JsonNode::isObject)
                .orElseThrow(() -> CredentialsException.unavailable(
                        "What answered in place of AWS Secrets Manager is something else: its answer is not JSON."));
        if (json.has("SecretBinary")) {
            throw unusable("is binary, and has to be text");
        }
        String key = keyIn(json.path("SecretString").asText("").strip());
        Optional<String> problem = KeyText.problem(key);
        if (problem.isPresent()) {
            throw unusable("cannot be an API key (its value is not shown): it " + problem.get());
        }
        return new FetchedCredentials.Fetched(new BearerToken(key), REREAD_AFTER, Optional.empty());
    }

    private String keyIn(String text) throws CredentialsException {
        Optional<JsonNode> object = Json.parse(text).filter(JsonNode::isObject);
        if (secret.field().isEmpty()) {
            if (object.isPresent()) {
                throw unusable(
                        "is a JSON object: say in OPENAI_API_KEY_SECRET_FIELD which of its fields holds the key");
            }
            return text;
        }
        if (object.isEmpty()) {
            throw unusable(
                    "is not a JSON object, and OPENAI_API_KEY_SECRET_FIELD is set: unset it if the secret is the API"
                            + " key and nothing else");
        }
        JsonNode field = object.get().path(secret.field().get());
        if (!field.isTextual()) {
            throw unusable("has no text in the field that OPENAI_API_KEY_SECRET_FIELD names");
        }
        return field.textValue().strip();
    }

    private static CredentialsException unusable(String words) {
        return CredentialsException.unavailable(SECRET + words + ".");
    }
}
