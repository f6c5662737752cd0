package dev.cancelupload.credentials;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.config.AwsCredentials;
import dev.cancelupload.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SignatureV4Test {

    private static final AwsCredentials CREDENTIALS =
            new AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Optional.empty());

    private static final Map<String, String> HEADERS =
            Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z");

    private static String signature(TreeMap<String, String> headers) {
        String authorization = new SignatureV4(CREDENTIALS, "us-east-1", "service").authorization(headers, new byte[0]);
        return authorization.substring(authorization.indexOf("SignedHeaders="));
    }

    /** {@code post-vanilla} of AWS's Signature Version 4 test suite. */
    @Test
    void aPostOfAwssTestSuiteHasItsSignature() {
        assertEquals(
                "SignedHeaders=host;x-amz-date,"
                        + " Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
                signature(new TreeMap<>(HEADERS)));
    }

    /** {@code post-sts-header-before} of AWS's Signature Version 4 test suite. */
    @Test
    void aPostWithASessionTokenOfAwssTestSuiteHasItsSignature() {
        TreeMap<String, String> headers = new TreeMap<>(HEADERS);
        headers.put(
                "x-amz-security-token",
                "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTfl"
                        + "fKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFv"
                        + "lRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4r"
                        + "vx3iSIlTJabIQwj2ICCR/oLxBA==");
        assertEquals(
                "SignedHeaders=host;x-amz-date;x-amz-security-token,"
                        + " Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
                signature(headers));
    }

    static Stream<JsonNode> ofBotocore() throws IOException {
        Path file = Path.of(System.getProperty("signatures", "src/test/resources/aws/signatures.jsonl"));
        return Files.readAllLines(file).stream().map(line -> Json.parse(line).orElseThrow());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("ofBotocore")
    void aRequestIsSignedAsBotocoreSignsIt(JsonNode request) {
        TreeMap<String, String> headers = new TreeMap<>();
        request.get("headers")
                .properties()
                .forEach(h -> headers.put(h.getKey(), h.getValue().textValue()));
        AwsCredentials credentials = new AwsCredentials(
                request.get("accessKeyId").textValue(),
                request.get("secretAccessKey").textValue(),
                Optional.ofNullable(request.get("sessionToken").textValue()));
        String region = request.get("region").textValue();
        String service = request.get("service").textValue();
        byte[] body = request.get("body").textValue().getBytes(StandardCharsets.UTF_8);
        assertEquals(
                request.get("authorization").textValue(),
                new SignatureV4(credentials, region, service).authorization(headers, body));
    }

    @Test
    void credentialsCannotBePrinted() {
        assertEquals("SignatureV4[credentials=***, region=r, service=s]", new SignatureV4(CREDENTIALS, "r", "s") + "");
    }
}
