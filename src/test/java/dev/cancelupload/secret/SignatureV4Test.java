package dev.cancelupload.secret;

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

    private static final String KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static final String TIME = "20150830T123600Z";
    private static final byte[] NOTHING = {};

    private static SignatureV4 signer(String service) {
        return new SignatureV4(new AwsCredentials("AKIDEXAMPLE", KEY, Optional.empty()), "us-east-1", service);
    }

    /** The example of AWS's guide "Create a signed AWS API request", in the edition that has the secret key. */
    @Test
    void theExampleOfAwssGuideHasItsSignature() {
        assertEquals(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request,"
                        + " SignedHeaders=content-type;host;x-amz-date,"
                        + " Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
                signer("iam")
                        .authorization(
                                "GET",
                                "/",
                                "Action=ListUsers&Version=2010-05-08",
                                new TreeMap<>(Map.of(
                                        "content-type",
                                        "application/x-www-form-urlencoded; charset=utf-8",
                                        "host",
                                        "iam.amazonaws.com",
                                        "x-amz-date",
                                        TIME)),
                                NOTHING));
    }

    /** {@code post-vanilla} of AWS's Signature Version 4 test suite. */
    @Test
    void aPostOfAwssTestSuiteHasItsSignature() {
        assertEquals(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                        + " SignedHeaders=host;x-amz-date,"
                        + " Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
                signer("service")
                        .authorization(
                                "POST",
                                "/",
                                "",
                                new TreeMap<>(Map.of("host", "example.amazonaws.com", "x-amz-date", TIME)),
                                NOTHING));
    }

    /** {@code post-sts-header-before} of AWS's Signature Version 4 test suite. */
    @Test
    void aPostWithASessionTokenOfAwssTestSuiteHasItsSignature() {
        String token =
                "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTfl"
                        + "fKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFv"
                        + "lRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4r"
                        + "vx3iSIlTJabIQwj2ICCR/oLxBA==";
        assertEquals(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
                        + " SignedHeaders=host;x-amz-date;x-amz-security-token,"
                        + " Signature=85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead",
                signer("service")
                        .authorization(
                                "POST",
                                "/",
                                "",
                                new TreeMap<>(Map.of(
                                        "host",
                                        "example.amazonaws.com",
                                        "x-amz-date",
                                        TIME,
                                        "x-amz-security-token",
                                        token)),
                                NOTHING));
    }

    static Stream<JsonNode> ofBotocore() throws IOException {
        Path file = Path.of(System.getProperty("signatures", "src/test/resources/aws/signatures.jsonl"));
        return Files.readAllLines(file).stream().map(line -> Json.parse(line).orElseThrow());
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("ofBotocore")
    void aRequestIsSignedAsBotocoreSignsIt(JsonNode request) {
        Map<String, String> headers = new TreeMap<>();
        request.get("headers")
                .fields()
                .forEachRemaining(h -> headers.put(h.getKey(), h.getValue().textValue()));
        AwsCredentials credentials = new AwsCredentials(
                request.get("accessKeyId").textValue(),
                request.get("secretAccessKey").textValue(),
                Optional.ofNullable(request.get("sessionToken").textValue()));
        String signed = new SignatureV4(
                        credentials,
                        request.get("region").textValue(),
                        request.get("service").textValue())
                .authorization(
                        "POST",
                        "/",
                        "",
                        new TreeMap<>(headers),
                        request.get("body").textValue().getBytes(StandardCharsets.UTF_8));
        assertEquals(request.get("authorization").textValue(), signed);
    }

    @Test
    void credentialsCannotBePrinted() {
        AwsCredentials credentials = new AwsCredentials("AKIDEXAMPLE", KEY, Optional.of("token-of-a-session"));
        assertEquals("***", credentials.toString());
        assertEquals(
                "SignatureV4[credentials=***, region=r, service=s]", new SignatureV4(credentials, "r", "s").toString());
    }
}
