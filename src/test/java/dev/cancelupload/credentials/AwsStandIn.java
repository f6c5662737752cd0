package dev.cancelupload.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.config.AwsCredentials;
import dev.cancelupload.json.Json;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * AWS Secrets Manager ({@code GetSecretValue}) and AWS STS ({@code GetWebIdentityToken}) for one role. Requests have to
 * be signed by it, as botocore signs them ({@link SignatureV4Test}), with the present time.
 */
public final class AwsStandIn extends StandIn {

    public static final String REGION = "eu-central-1";
    public static final String ACCOUNT = "123456789012";
    public static final String ROLE = "arn:aws:iam::" + ACCOUNT + ":role/cancel-upload-FunctionRole-1A2B3C";
    public static final String ISSUER = "https://a1d2b0fd-1177-4468-9351-2fexample723.tokens.sts.global.api.aws";
    public static final String AUDIENCE = "https://api.openai.com/v1";
    public static final String REQUEST_ID = "00000000-1111-2222-3333-444444444444";
    public static final AwsCredentials CREDENTIALS = new AwsCredentials(
            "ASIAEXAMPLE012345678",
            "Secr3t/Acc3ss+K3y/0f-th3-r0l3-0f-th3-function",
            Optional.of("S3ss10n/T0k3n+".repeat(30)));

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final KeyPair keys;
    private volatile String secret = "sk-svcacct-0123456789abcdefghijklmnop";
    private volatile String audience = AUDIENCE;
    private volatile int padding;

    /** Plain HTTP on the loopback address. */
    public AwsStandIn() {
        this(null);
    }

    /** With TLS, at {@code localhost}. */
    public AwsStandIn(SSLContext context) {
        super(context);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp384r1"));
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The variables that Lambda sets, and this server as AWS's endpoint. */
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("AWS_ENDPOINT_URL", url());
        environment.put("AWS_REGION", REGION);
        environment.put("AWS_ACCESS_KEY_ID", CREDENTIALS.accessKeyId());
        environment.put("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secretAccessKey());
        environment.put("AWS_SESSION_TOKEN", CREDENTIALS.sessionToken().orElseThrow());
        return environment;
    }

    /** The text of the secret, whatever its name. */
    public void holds(String text) {
        secret = text;
    }

    /** STS puts this into {@code aud}, whatever it is asked for. */
    public void signsFor(String otherAudience) {
        audience = otherAudience;
    }

    /** STS adds so many characters of claims, as it does for session tags. */
    public void addsClaims(int characters) {
        padding = characters;
    }

    /** The key of the JWT's signatures. */
    PublicKey publicKey() {
        return keys.getPublic();
    }

    /** An error as Secrets Manager sends it. */
    public static Answer error(int status, String type) {
        return withRequestId(
                Answer.json(status, Json.object().put("__type", type).put("Message", unhappy())));
    }

    /** An error as STS sends it. */
    public static Answer stsError(int status, String code) {
        String body = "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n"
                + "    <Type>Sender</Type>\n    <Code>" + code + "</Code>\n    <Message>" + unhappy()
                + "</Message>\n  </Error>\n  <RequestId>" + REQUEST_ID + "</RequestId>\n</ErrorResponse>\n";
        return withRequestId(new Answer(status, Map.of("content-type", "text/xml"), body, Duration.ZERO));
    }

    /** The same: STS answers in XML unless it is asked for something else. */
    public static Answer stsErrorInXml(int status, String code) {
        return stsError(status, code);
    }

    private static String unhappy() {
        return "User: arn:aws:sts::" + ACCOUNT + ":assumed-role/r/f is unhappy about "
                + CREDENTIALS.sessionToken().orElseThrow();
    }

    private static Answer withRequestId(Answer answer) {
        Map<String, String> headers = new HashMap<>(answer.headers());
        headers.put("x-amzn-RequestId", REQUEST_ID);
        return new Answer(answer.status(), headers, answer.body(), answer.after());
    }

    @Override
    Answer answer(Request request) throws Exception {
        boolean sts = !request.headers().containsKey("x-amz-target");
        Optional<String> problem = signatureProblem(request, sts ? "sts" : "secretsmanager");
        if (problem.isPresent()) {
            return sts ? stsError(403, problem.get()) : error(400, problem.get());
        }
        return sts ? token(request) : secret(request);
    }

    /** The error code of AWS's for what is wrong with a signature; empty if it is right. */
    private static Optional<String> signatureProblem(Request request, String service) {
        String authorization = request.headers().getOrDefault("authorization", "");
        if (!CREDENTIALS
                .sessionToken()
                .equals(Optional.ofNullable(request.headers().get("x-amz-security-token")))) {
            return Optional.of("InvalidClientTokenId");
        }
        TreeMap<String, String> signed = new TreeMap<>();
        Arrays.stream(authorization
                        .replaceAll(".*SignedHeaders=([^,]*),.*", "$1")
                        .split(";"))
                .forEach(name -> signed.put(name, request.headers().getOrDefault(name, "")));
        if (!signed.keySet().containsAll(List.of("host", "x-amz-date", "x-amz-security-token"))) {
            return Optional.of("IncompleteSignature");
        }
        Duration age = Duration.between(TIME.parse(signed.get("x-amz-date"), Instant::from), Instant.now());
        String expected = new SignatureV4(CREDENTIALS, REGION, service)
                .authorization(signed, request.body().getBytes(StandardCharsets.UTF_8));
        return age.abs().compareTo(Duration.ofMinutes(5)) < 0 && expected.equals(authorization)
                ? Optional.empty()
                : Optional.of("SignatureDoesNotMatch");
    }

    private Answer secret(Request request) {
        JsonNode body = Json.parse(request.body()).orElseThrow();
        if (!request.headers().get("x-amz-target").equals("secretsmanager.GetSecretValue")
                || !request.headers().get("content-type").equals("application/x-amz-json-1.1")
                || !body.path("SecretId").isTextual()) {
            return error(400, "InvalidParameterException");
        }
        return withRequestId(Answer.json(
                200,
                Json.object()
                        .put(
                                "ARN",
                                "arn:aws:secretsmanager:" + REGION + ":" + ACCOUNT + ":secret:openai-api-key-a1b2C3")
                        .put("CreatedDate", 1.523477145713E9)
                        .put("Name", "openai-api-key")
                        .put("SecretString", secret)
                        .put("VersionId", "EXAMPLE1-90ab-cdef-fedc-ba987SECRET1")));
    }

    private Answer token(Request request) throws GeneralSecurityException {
        Map<String, String> form = Arrays.stream(request.body().split("&"))
                .map(parameter -> parameter.split("=", 2))
                .collect(Collectors.toMap(p -> p[0], p -> URLDecoder.decode(p[1], StandardCharsets.UTF_8)));
        if (!"GetWebIdentityToken".equals(form.get("Action")) || !"2011-06-15".equals(form.get("Version"))) {
            return stsError(400, "InvalidAction");
        }
        if (!"ES384".equals(form.get("SigningAlgorithm"))
                || !request.headers().get("content-type").startsWith("application/x-www-form-urlencoded")) {
            return stsError(400, "ValidationError");
        }
        // The policy of the role, as OpenAI's guide has it.
        if (!AUDIENCE.equals(form.get("Audience.member.1"))
                || form.containsKey("Audience.member.2")
                || Integer.parseInt(form.get("DurationSeconds")) > 300) {
            return stsError(403, "AccessDenied");
        }
        Instant now = Instant.now();
        Instant end = now.plusSeconds(Integer.parseInt(form.get("DurationSeconds")));
        String token = jwt(now, end);
        String body = "<GetWebIdentityTokenResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n"
                + "  <GetWebIdentityTokenResult>\n    <WebIdentityToken>" + token + "</WebIdentityToken>\n"
                + "    <Expiration>" + end + "</Expiration>\n  </GetWebIdentityTokenResult>\n  <ResponseMetadata>\n"
                + "    <RequestId>" + REQUEST_ID + "</RequestId>\n  </ResponseMetadata>\n"
                + "</GetWebIdentityTokenResponse>\n";
        return withRequestId(new Answer(200, Map.of("content-type", "text/xml"), body, Duration.ZERO));
    }

    private String jwt(Instant issued, Instant end) throws GeneralSecurityException {
        ObjectNode claims = Json.object()
                .put("aud", audience)
                .put("sub", ROLE)
                .put("iss", ISSUER)
                .put("iat", issued.getEpochSecond())
                .put("exp", end.getEpochSecond())
                .put("jti", UUID.randomUUID().toString());
        claims.putObject("https://sts.amazonaws.com/")
                .put("aws_account", ACCOUNT)
                .put("tags", "t".repeat(padding));
        String text =
                base64(Json.object().put("kid", "EC384_0").put("typ", "JWT").put("alg", "ES384")) + "."
                        + base64(claims);
        Signature signature = Signature.getInstance("SHA384withECDSAinP1363Format");
        signature.initSign(keys.getPrivate());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
    }

    private static String base64(JsonNode json) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(json.toString().getBytes(StandardCharsets.UTF_8));
    }
}
