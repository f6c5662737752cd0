package dev.cancelupload.secret;

import dev.cancelupload.config.AwsCredentials;
import dev.cancelupload.crypto.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Signs requests to AWS: Signature Version 4.
 *
 * @param credentials sign the requests
 * @param region the Region of the service's endpoint
 * @param service the service's signing name, such as {@code secretsmanager}
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create a
 *     signed AWS API request</a>
 */
record SignatureV4(AwsCredentials credentials, String region, String service) {

    private static final String ALGORITHM = "AWS4-HMAC-SHA256";

    /**
     * @param method of the request
     * @param path its path, canonical: absolute and percent-encoded
     * @param query its query, canonical: encoded and sorted; empty if it has none
     * @param headers the headers to sign, by lower-case name; {@code host} and {@code x-amz-date} have to be among
     *     them, and with temporary credentials {@code x-amz-security-token}
     * @param body of the request
     * @return the value of the {@code Authorization} header
     */
    String authorization(String method, String path, String query, SortedMap<String, String> headers, byte[] body) {
        String time = headers.get("x-amz-date");
        String date = time.substring(0, 8);
        String scope = date + "/" + region + "/" + service + "/aws4_request";
        String signedHeaders = String.join(";", headers.keySet());
        String canonicalHeaders = headers.entrySet().stream()
                .map(header -> header.getKey() + ":" + canonical(header.getValue()) + "\n")
                .collect(Collectors.joining());
        String request =
                String.join("\n", method, path, query, canonicalHeaders, signedHeaders, hex(Sha256.hash(body)));
        String toSign = String.join("\n", ALGORITHM, time, scope, hex(Sha256.hash(bytes(request))));

        byte[] key = bytes("AWS4" + credentials.secretAccessKey());
        for (String part : scope.split("/")) {
            key = Sha256.hmac(key, bytes(part));
        }
        return ALGORITHM + " Credential=" + credentials.accessKeyId() + "/" + scope + ", SignedHeaders=" + signedHeaders
                + ", Signature=" + hex(Sha256.hmac(key, bytes(toSign)));
    }

    private static String canonical(String value) {
        return value.strip().replaceAll(" +", " ");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
