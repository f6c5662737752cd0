package dev.cancelupload.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.config.AwsCredentials;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SignatureV4Test {

    private static final AwsCredentials CREDENTIALS =
            new AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Optional.empty());

    private static final Map<String, String> HEADERS =
            Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z");

    private static String signature(TreeMap<String, String> headers, String body) {
        String authorization = new SignatureV4(CREDENTIALS, "us-east-1", "service")
                .authorization(headers, body.getBytes(StandardCharsets.UTF_8));
        return authorization.substring(authorization.indexOf("SignedHeaders="));
    }

    /** {@code post-vanilla} of AWS's Signature Version 4 test suite. */
    @Test
    void aPostOfAwssTestSuiteHasItsSignature() {
        assertEquals(
                "SignedHeaders=host;x-amz-date,"
                        + " Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
                signature(new TreeMap<>(HEADERS), ""));
    }

    /** {@code post-x-www-form-urlencoded} of AWS's Signature Version 4 test suite. */
    @Test
    void aPostWithABodyOfAwssTestSuiteHasItsSignature() {
        TreeMap<String, String> headers = new TreeMap<>(HEADERS);
        headers.put("content-type", "application/x-www-form-urlencoded");
        assertEquals(
                "SignedHeaders=content-type;host;x-amz-date,"
                        + " Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
                signature(headers, "Param1=value1"));
    }
}
