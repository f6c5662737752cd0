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
 * Client of AWS Secrets Manager for the one operation that this function calls.
 *
 * <p>Of an AWS error only the code is repeated: the text contains the account number, and for a wrong signature the
 * session token.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html">GetSecretValue</a>
 */
final class SecretsManager {

    /** Bound on one request; leaves time for another one if a packet was lost. */
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(1500);

    private static final Duration FIRST_WAIT = Duration.ofMillis(100);

    /** A request with less time than this would only time out. */
    private static final Duration MIN_ATTEMPT = Duration.ofMillis(100);

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final Pattern ERROR_CODE = Pattern.compile("[A-Za-z]{1,64}");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final ApiKeySecret secret;
    private final HttpTransport transport;

    /**
     * @param secret names the secret, its endpoint and the credentials
     * @param transport sends the requests to Secrets Manager
     */
    SecretsManager(ApiKeySecret secret, HttpTransport transport) {
        this.secret = secret;
        this.transport = transport;
    }

    /**
     * Reads the current version of the secret. Retries temporary failures within the budget.
     *
     * @return the {@code SecretString}
     */
    String secretString(Budget budget) throws UnreadableSecret {
        Duration wait = FIRST_WAIT;
        while (true) {
            try {
                return read(budget.atMost(ATTEMPT_TIMEOUT));
            } catch (UnreadableSecret e) {
                boolean retry = e.temporary() && budget.remaining().minus(wait).compareTo(MIN_ATTEMPT) >= 0;
                if (!retry || !pause(wait)) {
                    throw e;
                }
                wait = wait.multipliedBy(2);
            }
        }
    }

    /** Waits with up to 25 % jitter, so that sandboxes that start together do not retry together. */
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
        HttpResponse response;
        try {
            byte[] body = Json.object().put("SecretId", secret.id()).toString().getBytes(StandardCharsets.UTF_8);
            response = transport.post(secret.endpoint(), headers(body, Instant.now()), body, budget);
        } catch (TransportException e) {
            throw new UnreadableSecret(
                    "was not read, since AWS Secrets Manager did not answer: " + e.getMessage()
                            + ". Check that the function can reach it: a VPC without internet access needs a VPC endpoint",
                    true);
        }
        Optional<JsonNode> json = Json.parse(new String(response.body(), StandardCharsets.UTF_8));
        if (response.status() != 200) {
            throw failure(response, json.map(SecretsManager::errorCode).orElse(""));
        }
        JsonNode object = json.filter(JsonNode::isObject)
                .orElseThrow(() ->
                        unreadable("was not read, since the server is not AWS Secrets Manager", response, "", true));
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

    /** The error code, without the namespace before it and the address after it. */
    private static String errorCode(JsonNode error) {
        String type = error.path("__type").asText("");
        String code = type.substring(type.indexOf('#') + 1).split(":", 2)[0];
        return ERROR_CODE.matcher(code).matches() ? code : "";
    }

    private UnreadableSecret failure(HttpResponse response, String code) {
        return switch (code) {
            case "AccessDeniedException" ->
                unreadable(
                        "may not be read: the function's role needs secretsmanager:GetSecretValue on it, and kms:Decrypt"
                                + " on its KMS key if that is a customer managed one; and no policy may deny it",
                        response,
                        code,
                        false);
            case "ResourceNotFoundException" ->
                unreadable("does not exist in " + secret.region() + ", or has no current value", response, code, false);
            case "DecryptionFailure",
                    "KMSAccessDeniedException",
                    "KMSDisabledException",
                    "KMSInvalidStateException",
                    "KMSNotFoundException" ->
                unreadable(
                        "cannot be decrypted: the function's role needs kms:Decrypt on the secret's KMS key,"
                                + " which has to be enabled",
                        response,
                        code,
                        false);
            case "UnrecognizedClientException",
                    "InvalidSignatureException",
                    "ExpiredTokenException",
                    "IncompleteSignature",
                    "InvalidClientTokenId",
                    "MissingAuthenticationToken" ->
                unreadable(
                        "was not read, since AWS refused the credentials of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and"
                                + " AWS_SESSION_TOKEN",
                        response,
                        code,
                        false);
            case "InvalidRequestException" ->
                unreadable("cannot be read now; it may be scheduled for deletion", response, code, false);
            default ->
                throttled(response.status(), code)
                        ? unreadable("was not read, since AWS Secrets Manager limits the rate", response, code, true)
                        : unreadable(
                                "was not read: AWS Secrets Manager failed or refused",
                                response,
                                code,
                                response.status() >= 500);
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

    private static UnreadableSecret unreadable(String message, HttpResponse response, String code, boolean temporary) {
        Optional<String> requestId = response.headers().getOrDefault("x-amzn-requestid", List.of()).stream()
                .filter(id -> REQUEST_ID.matcher(id).matches())
                .findFirst();
        return UnreadableSecret.ofResponse(
                message, response.status(), Optional.of(code).filter(c -> !c.isEmpty()), requestId, temporary);
    }
}
