package dev.cancelupload.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.CredentialsSource;
import dev.cancelupload.config.KeyText;
import dev.cancelupload.http.HttpRequest;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Access tokens by workload identity federation: AWS STS signs a token for the function's role, and OpenAI exchanges it
 * for an access token that lives some minutes.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetWebIdentityToken.html">GetWebIdentityToken</a>
 * @see <a href="https://developers.openai.com/api/reference/workload-identity-federation">Workload identity token
 *     exchange</a>
 */
final class WorkloadIdentity implements FetchedCredentials.Source {

    /** What OpenAI's guide asks for, and the role's policy allows. */
    private static final String AUDIENCE = "https://api.openai.com/v1";

    private static final int STS_SECONDS = 300;

    /** OpenAI's access tokens live an hour at most. */
    private static final long MAX_SECONDS = 3600;

    private static final long MAX_MARGIN_MILLIS = 60_000;

    private static final String TOKEN_REQUEST = "Action=GetWebIdentityToken&Version=2011-06-15"
            + "&Audience.member.1=https%3A%2F%2Fapi.openai.com%2Fv1&SigningAlgorithm=ES384&DurationSeconds="
            + STS_SECONDS;

    private static final Map<String, String> REFUSALS = Map.of(
            "OutboundWebIdentityFederationDisabled",
            "Outbound identity federation is not enabled for this AWS account: enable it with"
                    + " aws iam enable-outbound-web-identity-federation",
            "AccessDenied",
            "The function's role may not call sts:GetWebIdentityToken: its policy has to allow it for the audience "
                    + AUDIENCE + " and " + STS_SECONDS + " seconds, and no policy may deny it");

    private final CredentialsSource.WorkloadIdentity identity;
    private final AwsClient sts;
    private final HttpTransport openai;

    WorkloadIdentity(CredentialsSource.WorkloadIdentity identity, Tls tls) {
        this.identity = identity;
        this.sts = new AwsClient("AWS STS", identity.sts(), REFUSALS, tls);
        this.openai = new HttpTransport(identity.tokenProxy(), tls);
    }

    @Override
    public String name() {
        return "access token of workload identity";
    }

    @Override
    public FetchedCredentials.Fetched fetch(Budget budget) throws CredentialsException {
        String subjectToken = subjectToken(budget);
        Redaction.add(subjectToken);
        HttpResponse response = exchange(subjectToken, budget);
        JsonNode answer =
                Json.parse(new String(response.body(), StandardCharsets.UTF_8)).orElseGet(Json::object);
        if (response.status() != 200) {
            throw refusal(response.status(), answer, claims(subjectToken));
        }
        String token = answer.path("access_token").asText("");
        // Without expires_in it lives as long as the token that it is for.
        long seconds = answer.path("expires_in").asLong(STS_SECONDS);
        if (KeyText.problem(token).isPresent() || seconds <= 0) {
            throw CredentialsException.unavailable(
                    "What answered at OPENAI_TOKEN_URL is not OpenAI's token endpoint: there"
                            + " is no access_token, or none that lives, in its answer (HTTP 200).");
        }
        Duration life = Duration.ofSeconds(Math.min(seconds, MAX_SECONDS));
        Duration margin = Duration.ofMillis(Math.min(life.toMillis() / 5, MAX_MARGIN_MILLIS));
        return new FetchedCredentials.Fetched(new BearerToken(token), life.minus(margin), Optional.of(life));
    }

    private String subjectToken(Budget budget) throws CredentialsException {
        String answer = sts.post(
                Map.of("content-type", "application/x-www-form-urlencoded; charset=utf-8"), TOKEN_REQUEST, budget);
        String token = AwsClient.element(answer, "WebIdentityToken");
        if (KeyText.problem(token).isPresent()) {
            throw CredentialsException.unavailable("What answered in place of AWS STS is something else: there is no"
                    + " WebIdentityToken in its answer (HTTP 200).");
        }
        return token;
    }

    /**
     * The claims of the token, for messages; an empty object if they cannot be read. Its signature is OpenAI's affair.
     */
    private static JsonNode claims(String token) {
        String[] parts = token.split("\\.");
        try {
            return Json.parse(new String(
                            Base64.getUrlDecoder().decode(parts.length == 3 ? parts[1] : ""), StandardCharsets.UTF_8))
                    .orElseGet(Json::object);
        } catch (IllegalArgumentException e) {
            return Json.object();
        }
    }

    private HttpResponse exchange(String subjectToken, Budget budget) throws CredentialsException {
        byte[] body = Json.object()
                .put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
                .put("subject_token", subjectToken)
                .put("subject_token_type", "urn:ietf:params:oauth:token-type:jwt")
                .put("identity_provider_id", identity.providerId())
                .put("service_account_id", identity.serviceAccountId())
                .toString()
                .getBytes(StandardCharsets.UTF_8);
        HttpRequest request = new HttpRequest(
                "POST",
                identity.tokenUrl(),
                Map.of("content-type", List.of("application/json"), "accept", List.of("application/json")),
                body);
        try {
            return Post.send(openai, () -> request, response -> false, budget);
        } catch (TransportException e) {
            throw CredentialsException.unavailable(
                    "OpenAI's token endpoint did not answer: " + e.getMessage() + ". Check that the function can reach "
                            + identity.tokenUrl().getRawAuthority() + ".");
        }
    }

    /**
     * Reads an error of OAuth, or one in the envelope of OpenAI's API. OpenAI documents the causes, and no code for
     * them, so its own words are repeated, and ours are added by the words in them.
     */
    private static CredentialsException refusal(int status, JsonNode answer, JsonNode claims) {
        JsonNode error = answer.path("error");
        String code =
                error.isObject() ? error.path("code").asText(error.path("type").asText()) : error.asText();
        String description =
                error.path("message").asText(answer.path("error_description").asText());
        String details = " (HTTP " + status + shown(", ", code) + shown(": ", description) + ").";
        if (status == 429) {
            return CredentialsException.unavailable("OpenAI's token endpoint limits the rate of requests" + details);
        }
        if (code.isEmpty() || status >= 500) {
            return CredentialsException.unavailable(
                    "OpenAI's token endpoint failed, or something else answered" + details);
        }
        return CredentialsException.rejected(
                "OpenAI does not exchange the token of the function's role: " + cause(description, claims) + details);
    }

    private static String cause(String description, JsonNode claims) {
        String text = description.toLowerCase(Locale.ROOT);
        String mapping = "a mapping of the provider has to allow the subject " + claim(claims, "sub")
                + " for the service account of OPENAI_SERVICE_ACCOUNT_ID";
        String token = "the provider's issuer has to be " + claim(claims, "iss") + ", and its audience " + AUDIENCE;
        if (text.contains("mapping") || text.contains("subject ") && text.contains("match")) {
            return mapping;
        }
        if (text.contains("audience") || text.contains("issuer")) {
            return token;
        }
        if (text.contains("provider")) {
            return "OPENAI_IDENTITY_PROVIDER_ID has to be the id of a workload identity provider of your organisation";
        }
        if (text.contains("service account")) {
            return "OPENAI_SERVICE_ACCOUNT_ID has to be the id of a service account of the provider's mappings";
        }
        return "check OPENAI_IDENTITY_PROVIDER_ID and OPENAI_SERVICE_ACCOUNT_ID; " + token + "; " + mapping;
    }

    private static String claim(JsonNode claims, String name) {
        return shown("", claims.path(name).asText("(unknown)"));
    }

    private static String shown(String before, String text) {
        return text.isEmpty() ? "" : before + VisibleText.oneLine(Redaction.mask(text), 300);
    }
}
