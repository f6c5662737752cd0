package dev.cancelupload.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/**
 * OpenAI's token endpoint, with one workload identity provider and one mapping. It checks the JWT that it gets, and
 * issues access tokens that end.
 */
public final class TokenEndpoint extends StandIn {

    public static final String PROVIDER = "idp_0123456789abcdef";
    public static final String SERVICE_ACCOUNT = "sa_fedcba9876543210";

    private final AwsStandIn aws;
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private final Map<String, Instant> ends = new ConcurrentHashMap<>();
    private volatile Duration lifetime = Duration.ofMinutes(5);
    private volatile String subject = AwsStandIn.ROLE;
    private volatile String issuer = AwsStandIn.ISSUER;
    private volatile int padding;

    /** Plain HTTP on the loopback address. @param aws signs the JWTs */
    public TokenEndpoint(AwsStandIn aws) {
        this(aws, null);
    }

    /** With TLS, at {@code localhost}. */
    public TokenEndpoint(AwsStandIn aws, SSLContext context) {
        super(context);
        this.aws = aws;
    }

    /** The variables for workload identity with this server and that of AWS. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(aws.environment());
        environment.put("OPENAI_IDENTITY_PROVIDER_ID", PROVIDER);
        environment.put("OPENAI_SERVICE_ACCOUNT_ID", SERVICE_ACCOUNT);
        environment.put("OPENAI_TOKEN_URL", url() + "/oauth/token");
        return environment;
    }

    /** From now on tokens live so long, and no longer than their JWT. */
    public void issuesFor(Duration time) {
        lifetime = time;
    }

    /** The mapping's subject is another one from now on. */
    public void allowsOnly(String otherSubject) {
        subject = otherSubject;
    }

    /** The provider's issuer is another one from now on. */
    public void trustsOnly(String otherIssuer) {
        issuer = otherIssuer;
    }

    /** From now on tokens are longer by so many characters. */
    public void lengthens(int characters) {
        padding = characters;
    }

    /** Makes all tokens invalid that were issued until now. */
    public void revokeAll() {
        ends.clear();
    }

    /** Every token that was issued, in this order. */
    public List<String> tokens() {
        return tokens;
    }

    /** Whether OpenAI's API takes this value of {@code Authorization}. */
    public boolean accepts(String authorization) {
        Instant end = ends.get(authorization.replaceFirst("^Bearer ", ""));
        return end != null && Instant.now().isBefore(end);
    }

    /** An error of the OAuth protocol. */
    public static Answer error(int status, String error, String description) {
        return Answer.json(status, Json.object().put("error", error).put("error_description", description));
    }

    @Override
    Answer answer(Request request) throws Exception {
        JsonNode body = Json.parse(request.body()).orElseGet(Json::object);
        if (!request.path().equals("/oauth/token")
                || !request.headers().get("content-type").equals("application/json")) {
            return error(404, "not_found", "No such endpoint.");
        }
        if (!body.path("grant_type").asText().equals("urn:ietf:params:oauth:grant-type:token-exchange")
                || !body.path("subject_token_type").asText().equals("urn:ietf:params:oauth:token-type:jwt")) {
            return error(400, "unsupported_grant_type", "Unsupported token request.");
        }
        if (!body.path("identity_provider_id").asText().equals(PROVIDER)) {
            return error(400, "invalid_request", "Unknown workload identity provider.");
        }
        String[] jwt = body.path("subject_token").asText().split("\\.");
        JsonNode claims = Json.parse(text(jwt[1])).orElseThrow();
        long seconds = claims.get("exp").asLong() - Instant.now().getEpochSecond();
        if (jwt.length != 3 || !isSigned(jwt) || seconds <= 0) {
            return error(401, "invalid_grant", "The subject token is malformed, expired or not signed by its issuer.");
        }
        if (!claims.get("iss").asText().equals(issuer)) {
            return error(
                    401,
                    "invalid_grant",
                    "Issuer mismatch for " + body.get("subject_token").asText());
        }
        if (!claims.get("aud").asText().equals(AwsStandIn.AUDIENCE)) {
            return error(401, "invalid_grant", "The audience does not match.");
        }
        if (!body.path("service_account_id").asText().equals(SERVICE_ACCOUNT)) {
            return error(403, "invalid_grant", "Unknown service account.");
        }
        if (!claims.get("sub").asText().equals(subject)) {
            return error(403, "invalid_grant", "No matching service account mapping.");
        }
        return Answer.json(200, issue(Math.min(seconds, lifetime.toSeconds())));
    }

    private ObjectNode issue(long seconds) {
        String token = "eyJhbGciOi" + "x".repeat(padding) + ".t0k3n-" + tokens.size() + ".0f-th3-s3rv1ce-acc0unt";
        tokens.add(token);
        ends.put(token, Instant.now().plusSeconds(seconds));
        return Json.object()
                .put("access_token", token)
                .put("issued_token_type", "urn:ietf:params:oauth:token-type:access_token")
                .put("token_type", "Bearer")
                .put("expires_in", seconds);
    }

    private boolean isSigned(String[] jwt) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
        signature.initVerify(aws.publicKey());
        signature.update((jwt[0] + "." + jwt[1]).getBytes(StandardCharsets.US_ASCII));
        return signature.verify(Base64.getUrlDecoder().decode(jwt[2]));
    }

    private static String text(String base64) {
        return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
