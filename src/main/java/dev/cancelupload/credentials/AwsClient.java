package dev.cancelupload.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.AwsService;
import dev.cancelupload.config.Characters;
import dev.cancelupload.http.HttpRequest;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.json.Json;
import dev.cancelupload.time.Budget;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sends signed requests to one service of AWS.
 *
 * <p>Of an AWS error only the code and the request's id are repeated: the text contains the account number, and for a
 * wrong signature the session token.
 */
final class AwsClient {

    // The codes without "Exception" at their end, which one protocol has and the other has not.

    private static final Set<String> THROTTLED =
            Set.of("Throttling", "TooManyRequests", "RequestLimitExceeded", "SlowDown");

    private static final Set<String> BAD_CREDENTIALS = Set.of(
            "UnrecognizedClient",
            "InvalidSignature",
            "SignatureDoesNotMatch",
            "ExpiredToken",
            "IncompleteSignature",
            "InvalidClientTokenId",
            "MissingAuthenticationToken");

    private final String title;
    private final AwsService service;
    private final HttpTransport transport;

    /** @param title the service's name for messages, such as {@code AWS STS} */
    AwsClient(String title, AwsService service, HttpTransport transport) {
        this.title = title;
        this.service = service;
        this.transport = transport;
    }

    /** The AWS Region of the service. */
    String region() {
        return service.region();
    }

    /**
     * Sends a request. Temporary failures are tried again within the budget.
     *
     * @param headers by lower-case name, {@code content-type} among them; all are signed
     * @param refusals words for the errors of this operation, by their codes without {@code Exception} at the end
     * @return the body of the successful response
     * @throws CredentialsException if there is none
     */
    String post(Map<String, String> headers, String body, Map<String, String> refusals, Budget budget)
            throws CredentialsException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        HttpResponse response;
        try {
            response =
                    Post.send(transport, () -> request(headers, bytes), r -> THROTTLED.contains(name(code(r))), budget);
        } catch (TransportException e) {
            throw CredentialsException.unavailable(title + " did not answer: " + e.getMessage()
                    + ". Check that the function can reach it: a VPC without internet access needs the VPC endpoint"
                    + " com.amazonaws." + region() + "." + service.signingName() + ".");
        }
        if (response.status() == 200) {
            return new String(response.body(), StandardCharsets.UTF_8);
        }
        String name = name(code(response));
        String words = refusals.containsKey(name) ? refusals.get(name) : title + " failed or refused";
        if (BAD_CREDENTIALS.contains(name)) {
            words = "AWS refused the credentials of AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN";
        } else if (THROTTLED.contains(name) || response.status() == 429) {
            words = title + " limits the rate of requests";
        }
        throw CredentialsException.unavailable(words + " (" + details(response) + ").");
    }

    private HttpRequest request(Map<String, String> headers, byte[] body) {
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.put("host", service.endpoint().getRawAuthority());
        signed.put("x-amz-date", time(Instant.now()));
        service.credentials().sessionToken().ifPresent(token -> signed.put("x-amz-security-token", token));
        String authorization =
                new SignatureV4(service.credentials(), region(), service.signingName()).authorization(signed, body);
        Map<String, List<String>> all = new HashMap<>();
        signed.forEach((name, value) -> all.put(name, List.of(value)));
        all.remove("host"); // The transport adds it.
        all.put("accept", List.of("application/json"));
        all.put("accept-encoding", List.of("identity"));
        all.put("authorization", List.of(authorization));
        return new HttpRequest("POST", service.endpoint().resolve("/"), all, body);
    }

    /** The time as in {@code 20150830T123600Z}. */
    private static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString().replace("-", "").replace(":", "");
    }

    /** The error code: of JSON 1.1, and of the query protocol as JSON and as XML; empty if it is none. */
    private static String code(HttpResponse response) {
        String body = new String(response.body(), StandardCharsets.UTF_8);
        Optional<JsonNode> json = body.startsWith("{") ? Json.parse(body) : Optional.empty();
        String code = json.map(error -> error.has("__type")
                        ? error.path("__type").asText()
                        : error.path("Error").path("Code").asText())
                .orElseGet(() -> element(body, "Code"));
        code = code.substring(code.indexOf('#') + 1);
        int address = code.indexOf(':');
        code = address < 0 ? code : code.substring(0, address);
        return isToken(code) ? code : "";
    }

    private static String name(String code) {
        return code.endsWith("Exception") ? code.substring(0, code.length() - "Exception".length()) : code;
    }

    /** The text of an XML element whose text needs no escapes; empty if there is none. */
    static String element(String xml, String name) {
        int start = xml.indexOf("<" + name + ">") + name.length() + 2;
        int end = xml.indexOf("</" + name + ">", start);
        return start <= name.length() + 1 || end < 0
                ? ""
                : xml.substring(start, end).strip();
    }

    private static String details(HttpResponse response) {
        String code = code(response);
        String details = "HTTP " + response.status() + (code.isEmpty() ? "" : ", " + code);
        for (String id : response.headers().getOrDefault("x-amzn-requestid", List.of())) {
            details += isToken(id) ? ", x-amzn-RequestId " + id : "";
        }
        return details;
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && text.length() <= 64 && Characters.areLettersDigitsOr("-", text);
    }
}
