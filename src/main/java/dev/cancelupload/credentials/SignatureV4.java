package dev.cancelupload.credentials;

import dev.cancelupload.config.AwsCredentials;
import dev.cancelupload.tls.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;

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
     * Signs a POST to the path {@code /} without a query, as all requests of this function are.
     *
     * @param headers the headers to sign, by lower-case name, without spaces that would have to be normalised;
     *     {@code host} and {@code x-amz-date} have to be among them, and with temporary credentials
     *     {@code x-amz-security-token}
     * @param body of the request
     * @return the value of the {@code Authorization} header
     */
    String authorization(SortedMap<String, String> headers, byte[] body) {
        String time = headers.get("x-amz-date");
        String date = time.substring(0, 8);
        String scope = date + "/" + region + "/" + service + "/aws4_request";
        String signedHeaders = String.join(";", headers.keySet());
        StringBuilder request = new StringBuilder("POST\n/\n\n");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            request.append(header.getKey() + ":" + header.getValue() + "\n");
        }
        request.append('\n').append(signedHeaders).append('\n').append(hex(Sha256.hash(body)));
        String toSign = ALGORITHM + "\n" + time + "\n" + scope + "\n" + hex(Sha256.hash(bytes(request.toString())));

        byte[] key = bytes("AWS4" + credentials.secretAccessKey());
        for (String part : new String[] {date, region, service, "aws4_request"}) {
            key = Sha256.hmac(key, bytes(part));
        }
        return ALGORITHM + " Credential=" + credentials.accessKeyId() + "/" + scope + ", SignedHeaders=" + signedHeaders
                + ", Signature=" + hex(Sha256.hmac(key, bytes(toSign)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
