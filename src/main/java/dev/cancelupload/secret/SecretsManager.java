package dev.cancelupload.secret;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.ApiKeySecret;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.json.Json;
import dev.cancelupload.time.Budget;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * The one operation of AWS Secrets Manager that this function calls.
 *
 * <p>Of what AWS says in an error only its name is repeated: the text has the account's number in it, and that of a
 * wrong signature the session token.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html">GetSecretValue</a>
 */
final class SecretsManager {

    /** One request; a packet that was lost leaves time for another. */
    private static final Duration ATTEMPT = Duration.ofMillis(1500);

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);

    /** A request with less time would only be cut off. */
    private static final Duration LEAST_ATTEMPT = Duration.ofMillis(100);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final Pattern ERROR_CODE = Pattern.compile("[A-Za-z]{1,64}");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final ApiKeySecret secret;
    private final HttpTransport transport;

    /**
     * @param secret which, where, and by which right
     * @param transport to Secrets Manager
     */
    SecretsManager(ApiKeySecret secret, HttpTransport transport) {
        this.secret = secret;
        this.transport = transport;
    }

    /**
     * Reads the current version of the secret; tries again within the budget after what may be over in a moment.
     *
     * @return its text
     */
    String secretString(Budget budget) throws UnreadableSecret {
        Duration wait = FIRST_WAIT;
        while (true) {
            try {
                return read(budget.atMost(ATTEMPT));
            } catch (UnreadableSecret e) {
                boolean again = e.temporary() && budget.left().minus(wait).compareTo(LEAST_ATTEMPT) >= 0;
                if (!again || !pause(wait)) {
                    throw e;
                }
                wait = wait.multipliedBy(2);
            }
        }
    }

    /** Less up to a quarter, so that sandboxes that start together do not come back together. */
    private static boolean pause(Duration wait) {
        try {
            TimeUnit.NANOSECONDS.sleep((long)
                    (wait.toNanos() * (1 - 0.25 * ThreadLocalRandom.current().nextDouble())));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String read(Budget budget) throws UnreadableSecret {
        HttpResponse answer;
        try {
            byte[] body = Json.object().put("SecretId", secret.id()).toString().getBytes(StandardCharsets.UTF_8);
            answer = transport.post(secret.endpoint(), headers(body, Instant.now()), body, budget);
        } catch (TransportException e) {
            throw new UnreadableSecret(
                    "was not read, since AWS Secrets Manager did not answer: " + e.getMessage()
                            + ". Check that the function can reach it: in a VPC without a way out it needs a VPC endpoint",
                    true);
        }
        Optional<JsonNode> json = Json.parse(new String(answer.body(), StandardCharsets.UTF_8));
        if (answer.status() != 200) {
            throw refused(answer, json.map(SecretsManager::errorCode).orElse(""));
        }
        JsonNode object = json.filter(JsonNode::isObject)
                .orElseThrow(() ->
                        answered("was not read, since what answered is not AWS Secrets Manager", answer, "", true));
        if (object.path("SecretString").isTextual()) {
            return object.get("SecretString").textValue();
        }
        throw UnreadableSecret.lasting(
                object.has("SecretBinary") ? "is binary, and has to be text" : "is empty; put the API key into it");
    }

    private Map<String, String> headers(byte[] body, Instant now) {
        SortedMap<String, String> signed = new TreeMap<>();
        signed.put("content-type", "application/x-amz-json-1.1");
        signed.put("host", secret.endpoint().getRawAuthority());
        signed.put("x-amz-date", TIME.format(now));
        secret.credentials().sessionToken().ifPresent(token -> signed.put("x-amz-security-token", token));
        signed.put("x-amz-target", "secretsmanager.GetSecretValue");
        String authorization = new SignatureV4(secret.credentials(), secret.region(), "secretsmanager")
                .authorization("POST", "/", "", signed, body);
        Map<String, String> headers = new LinkedHashMap<>(signed);
        headers.remove("host");
        headers.put("accept-encoding", "identity");
        headers.put("authorization", authorization);
        return headers;
    }

    /** The name of an error, which may have a namespace before it and an address after it. */
    private static String errorCode(JsonNode error) {
        String type = error.path("__type").asText("");
        String code = type.substring(type.indexOf('#') + 1).split(":", 2)[0];
        return ERROR_CODE.matcher(code).matches() ? code : "";
    }

    private UnreadableSecret refused(HttpResponse answer, String code) {
        return switch (code) {
            case "AccessDeniedException" ->
                answered(
                        "may not be read: the function's role needs secretsmanager:GetSecretValue on it, and kms:Decrypt on its KMS"
                                + " key if that is a customer managed one; and no policy may deny it",
                        answer,
                        code,
                        false);
            case "ResourceNotFoundException" ->
                answered("does not exist in " + secret.region() + ", or has no current value", answer, code, false);
            case "DecryptionFailure",
                    "KMSAccessDeniedException",
                    "KMSDisabledException",
                    "KMSInvalidStateException",
                    "KMSNotFoundException" ->
                answered(
                        "cannot be decrypted: the function's role needs kms:Decrypt on the secret's KMS key, which has to be enabled",
                        answer,
                        code,
                        false);
            case "UnrecognizedClientException",
                    "InvalidSignatureException",
                    "ExpiredTokenException",
                    "IncompleteSignature",
                    "InvalidClientTokenId",
                    "MissingAuthenticationToken" ->
                answered(
                        "was not read, since AWS refused the credentials of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
                                + " AWS_SESSION_TOKEN",
                        answer,
                        code,
                        false);
            case "InvalidRequestException" ->
                answered("cannot be read now; it may be scheduled for deletion", answer, code, false);
            default ->
                throttled(answer.status(), code)
                        ? answered("was not read, since AWS Secrets Manager limits the rate", answer, code, true)
                        : answered(
                                "was not read: AWS Secrets Manager failed or refused",
                                answer,
                                code,
                                answer.status() >= 500);
        };
    }

    private static boolean throttled(int status, String code) {
        return status == 429
                || List.of(
                                "ThrottlingException",
                                "Throttling",
                                "TooManyRequestsException",
                                "RequestLimitExceeded",
                                "SlowDown")
                        .contains(code);
    }

    private static UnreadableSecret answered(String what, HttpResponse answer, String code, boolean temporary) {
        Optional<String> requestId = answer.headers().getOrDefault("x-amzn-requestid", List.of()).stream()
                .filter(id -> REQUEST_ID.matcher(id).matches())
                .findFirst();
        return UnreadableSecret.answered(
                what, answer.status(), Optional.of(code).filter(c -> !c.isEmpty()), requestId, temporary);
    }
}
