package dev.cancelupload.credentials;

import dev.cancelupload.config.AwsService;
import dev.cancelupload.http.HttpRequest;
import dev.cancelupload.http.HttpResponse;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.TransportException;
import dev.cancelupload.json.Json;
import dev.cancelupload.redaction.VisibleText;
import dev.cancelupload.time.Budget;
import dev.cancelupload.tls.Tls;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Sends signed requests to one service of AWS.
 *
 * <p>Of an AWS error only the code and the request's id are repeated: the text contains the account number, and for a
 * wrong signature the session token.
 */
final class AwsClient {

    private final String title;
    private final AwsService service;
    private final Map<String, String> refusals;
    private final HttpTransport transport;

    /**
     * @param title the service's name for messages, such as {@code AWS STS}
     * @param refusals words for errors, by how their codes begin: one protocol has {@code Exception} at the end and the
     *     other has not
     */
    AwsClient(String title, AwsService service, Map<String, String> refusals, Tls tls) {
        this.title = title;
        this.service = service;
        this.refusals = refusals;
        this.transport = new HttpTransport(service.proxy(), tls);
    }

    /**
     * Sends a request. Temporary failures are tried again within the budget.
     *
     * @param headers by lower-case name, {@code content-type} among them; all are signed
     * @return the body of the successful response
     * @throws CredentialsException if there is none
     */
    String post(Map<String, String> headers, String body, Budget budget) throws CredentialsException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        HttpResponse response;
        try {
            response = Post.send(transport, () -> request(headers, bytes), r -> isThrottled(code(r)), budget);
        } catch (TransportException e) {
            throw CredentialsException.unavailable(title + " did not answer: " + e.getMessage()
                    + ". Check that the function can reach it: a VPC without internet access needs the VPC endpoint"
                    + " com.amazonaws." + service.region() + "." + service.signingName() + ".");
        }
        if (response.status() != 200) {
            throw refusal(response);
        }
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private HttpRequest request(Map<String, String> headers, byte[] body) {
        SortedMap<String, String> signed = new TreeMap<>(headers);
        signed.put("host", service.endpoint().getRawAuthority());
        signed.put("x-amz-date", time(Instant.now()));
        service.credentials().sessionToken().ifPresent(token -> signed.put("x-amz-security-token", token));
        SignatureV4 signature = new SignatureV4(service.credentials(), service.region(), service.signingName());
        Map<String, List<String>> all = new HashMap<>();
        all.put("authorization", List.of(signature.authorization(signed, body)));
        signed.forEach((name, value) -> all.put(name, List.of(value)));
        all.remove("host"); // The transport adds it.
        return new HttpRequest("POST", service.endpoint().resolve("/"), all, body);
    }

    /** The time as in {@code 20150830T123600Z}. */
    private static String time(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString().replace("-", "").replace(":", "");
    }

    private CredentialsException refusal(HttpResponse response) {
        String code = code(response);
        String words = title + " failed or refused";
        if (response.status() == 429 || isThrottled(code)) {
            words = title + " limits the rate of requests";
        }
        for (Map.Entry<String, String> refusal : refusals.entrySet()) {
            words = code.startsWith(refusal.getKey()) ? refusal.getValue() : words;
        }
        String details = "HTTP " + response.status() + (code.isEmpty() ? "" : ", " + code);
        for (String id : response.headers().getOrDefault("x-amzn-requestid", List.of())) {
            details += ", x-amzn-RequestId " + VisibleText.oneLine(id, 64);
        }
        return CredentialsException.unavailable(words + " (" + details + ").");
    }

    private static boolean isThrottled(String code) {
        return code.startsWith("Throttling");
    }

    /** The error code: Secrets Manager sends JSON, and STS sends XML. Empty if it is none. */
    private static String code(HttpResponse response) {
        String body = new String(response.body(), StandardCharsets.UTF_8);
        String code =
                Json.parse(body).map(error -> error.path("__type").asText()).orElseGet(() -> element(body, "Code"));
        return VisibleText.oneLine(code.substring(code.indexOf('#') + 1), 64);
    }

    /** The text of an XML element whose text needs no escapes; empty if there is none. */
    static String element(String xml, String name) {
        int start = xml.indexOf("<" + name + ">");
        int end = xml.indexOf("</" + name + ">", start);
        return start < 0 || end < 0
                ? ""
                : xml.substring(start + name.length() + 2, end).strip();
    }
}
