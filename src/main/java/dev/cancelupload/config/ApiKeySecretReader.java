package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the variables that say where the secret with the API key is, and those by which Lambda gives the function's
 * role. Only used if there is such a secret.
 *
 * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html">Service-specific
 *     endpoints</a>
 */
final class ApiKeySecretReader {

    static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9/_+=.@!-]{1,512}");
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:([A-Za-z0-9/_+=.@!-]{1,519})");
    /** What Secrets Manager appends to the name in an ARN. */
    private static final Pattern ARN_SUFFIX = Pattern.compile("-[A-Za-z0-9]{6}$");
    /** It becomes a part of a host's name. */
    private static final Pattern REGION = Pattern.compile("[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}");

    private static final Redaction NO_KEY = new Redaction("");

    private final Function<String, Optional<String>> environment;
    private final List<String> problems;

    /**
     * @param environment gives a variable's value, if it is set and not blank
     * @param problems takes what is wrong
     */
    ApiKeySecretReader(Function<String, Optional<String>> environment, List<String> problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /**
     * @param id name or ARN, as it was given
     * @param timeToLive the time for which a key is used
     * @return without a proxy; of no use if there are problems
     */
    ApiKeySecret read(String id, Duration timeToLive) {
        Matcher arn = ARN.matcher(id);
        boolean isArn = arn.matches();
        String name = isArn ? ARN_SUFFIX.matcher(arn.group(2)).replaceFirst("") : id;
        if (!NO_KEY.isClean(id)) {
            wrong(
                    Variable.OPENAI_API_KEY_SECRET,
                    ShownValue.text(id, NO_KEY),
                    "that is an API key, which belongs into the secret; here belongs the secret's name.");
        } else if (!isArn && !NAME.matcher(id).matches()) {
            wrong(
                    Variable.OPENAI_API_KEY_SECRET,
                    ShownValue.text(id, NO_KEY),
                    "it has to be the name or the ARN of a secret in AWS Secrets Manager.");
        }
        String region = region(isArn ? Optional.of(arn.group(1)) : Optional.empty());
        return new ApiKeySecret(
                id,
                ShownValue.text(name, NO_KEY),
                environment.apply(Variable.OPENAI_API_KEY_SECRET_FIELD.name()),
                timeToLive,
                region,
                endpoint(region),
                credentials(),
                Optional.empty());
    }

    /** An ARN names the Region of its secret; a name is one in the function's own. */
    private String region(Optional<String> ofArn) {
        Optional<String> region = ofArn.or(() -> environment.apply("AWS_REGION"))
                .or(() -> environment.apply("AWS_DEFAULT_REGION"))
                .filter(value -> REGION.matcher(value).matches());
        if (region.isEmpty()) {
            problems.add(Variable.OPENAI_API_KEY_SECRET + " is set, and AWS_REGION names no AWS Region: Lambda sets it;"
                    + " elsewhere set it to the Region of the secret, such as eu-central-1.");
        }
        return region.orElse("us-east-1");
    }

    private AwsCredentials credentials() {
        Optional<String> id = environment.apply("AWS_ACCESS_KEY_ID");
        Optional<String> key = environment.apply("AWS_SECRET_ACCESS_KEY");
        Optional<String> token = environment.apply("AWS_SESSION_TOKEN");
        if (id.isEmpty() || key.isEmpty()) {
            problems.add(
                    Variable.OPENAI_API_KEY_SECRET + " is set, and AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not:"
                            + " Lambda sets them to credentials of the function's role; elsewhere set them to credentials that may"
                            + " read the secret.");
        } else if (!isHeaderValue(id.get())
                || !token.map(ApiKeySecretReader::isHeaderValue).orElse(true)) {
            problems.add("AWS_ACCESS_KEY_ID or AWS_SESSION_TOKEN cannot be sent as a header (the values are not shown):"
                    + " they have to be visible ASCII characters without spaces.");
        }
        return new AwsCredentials(id.orElse(""), key.orElse(""), token);
    }

    private static boolean isHeaderValue(String value) {
        return value.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** The variables are those that AWS's SDKs read. */
    private URI endpoint(String region) {
        String variable = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
        Optional<String> value = environment.apply(variable);
        if (value.isEmpty()) {
            variable = "AWS_ENDPOINT_URL";
            value = environment.apply(variable);
        }
        if (value.isEmpty()) {
            return URI.create("https://secretsmanager." + region + "." + suffix(region));
        }
        try {
            URI uri = new URI(value.get().strip().replaceAll("/+$", ""));
            boolean plain = uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() <= 65535;
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (plain && (scheme.equals("https") || scheme.equals("http") && Loopback.is(uri.getHost()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        problems.add(variable + " is \"" + ShownValue.address(value.get(), NO_KEY)
                + "\": it has to be an https URL of Secrets Manager without user, path, query or fragment (http is allowed to a"
                + " loopback address only).");
        return URI.create("https://localhost");
    }

    /** The domain of the Region's partition. Those that are closed to the public need the endpoint's variable. */
    private static String suffix(String region) {
        if (region.startsWith("cn-")) {
            return "amazonaws.com.cn";
        }
        return region.startsWith("eusc-") ? "amazonaws.eu" : "amazonaws.com";
    }

    private void wrong(Variable variable, String shown, String right) {
        problems.add(variable + " is \"" + shown + "\": " + right);
    }
}
