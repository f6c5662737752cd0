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
 * Reads the variables that locate the secret with the API key, and those with the credentials of the function's role,
 * which Lambda sets. Only used if such a secret is configured.
 *
 * @see <a href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html">Endpoints</a>
 */
final class ApiKeySecretReader {

    static final Duration TIME_TO_LIVE = Duration.ofMinutes(5);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9/_+=.@!-]{1,512}");
    private static final Pattern ARN =
            Pattern.compile("arn:aws[a-z-]*:secretsmanager:([a-z0-9-]+):[0-9]{12}:secret:([A-Za-z0-9/_+=.@!-]{1,519})");
    /** The suffix that Secrets Manager appends to the name in an ARN. */
    private static final Pattern ARN_SUFFIX = Pattern.compile("-[A-Za-z0-9]{6}$");
    /** Strict, since the Region becomes part of a host name. */
    private static final Pattern REGION = Pattern.compile("[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}");

    private static final Redaction NO_KEY = new Redaction("");

    private final Function<String, Optional<String>> environment;
    private final List<String> problems;

    /**
     * @param environment returns the value of a variable that is set and not blank
     * @param problems receives the error messages
     */
    ApiKeySecretReader(Function<String, Optional<String>> environment, List<String> problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /**
     * @param id name or ARN from the environment
     * @param timeToLive after which the key is read again
     * @return the secret without a proxy; not usable if problems were added
     */
    ApiKeySecret read(String id, Duration timeToLive) {
        Matcher arn = ARN.matcher(id);
        boolean isArn = arn.matches();
        String name = isArn ? ARN_SUFFIX.matcher(arn.group(2)).replaceFirst("") : id;
        if (!NO_KEY.isClean(id)) {
            addProblem(
                    Variable.OPENAI_API_KEY_SECRET,
                    ShownValue.text(id, NO_KEY),
                    "that is an API key; put the key into the secret, and the secret's name here.");
        } else if (!isArn && !NAME.matcher(id).matches()) {
            addProblem(
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

    /** An ARN contains the Region of its secret; a name means a secret in the function's own Region. */
    private String region(Optional<String> ofArn) {
        Optional<String> region = ofArn.or(() -> environment.apply("AWS_REGION"))
                .or(() -> environment.apply("AWS_DEFAULT_REGION"))
                .filter(value -> REGION.matcher(value).matches());
        if (region.isEmpty()) {
            problems.add(Variable.OPENAI_API_KEY_SECRET
                    + " is set, and AWS_REGION names no AWS Region: Lambda sets it; elsewhere set it to the Region of the"
                    + " secret, such as eu-central-1.");
        }
        return region.orElse("us-east-1");
    }

    private AwsCredentials credentials() {
        Optional<String> id = environment.apply("AWS_ACCESS_KEY_ID");
        Optional<String> key = environment.apply("AWS_SECRET_ACCESS_KEY");
        Optional<String> token = environment.apply("AWS_SESSION_TOKEN");
        if (id.isEmpty() || key.isEmpty()) {
            problems.add(Variable.OPENAI_API_KEY_SECRET
                    + " is set, and AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not: Lambda sets them to credentials of"
                    + " the function's role; elsewhere set them to credentials that may read the secret.");
        } else if (!isHeaderValue(id.get())
                || !token.map(ApiKeySecretReader::isHeaderValue).orElse(true)) {
            problems.add(
                    "AWS_ACCESS_KEY_ID or AWS_SESSION_TOKEN cannot be sent as a header (the values are not shown): they"
                            + " have to be visible ASCII characters without spaces.");
        }
        return new AwsCredentials(id.orElse(""), key.orElse(""), token);
    }

    private static boolean isHeaderValue(String value) {
        return value.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** Reads the same variables as the AWS SDKs. */
    private URI endpoint(String region) {
        String variable = "AWS_ENDPOINT_URL_SECRETS_MANAGER";
        Optional<String> value = environment.apply(variable);
        if (value.isEmpty()) {
            variable = "AWS_ENDPOINT_URL";
            value = environment.apply(variable);
        }
        if (value.isEmpty()) {
            return URI.create("https://secretsmanager." + region + "." + domain(region));
        }
        try {
            URI uri = new URI(value.get().strip().replaceAll("/+$", ""));
            boolean onlyHostAndPort = uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && uri.getRawPath().isEmpty()
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getPort() <= 65535;
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (onlyHostAndPort && (scheme.equals("https") || scheme.equals("http") && Loopback.is(uri.getHost()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Reported below.
        }
        problems.add(variable + " is \"" + ShownValue.address(value.get(), NO_KEY)
                + "\": it has to be an https URL of Secrets Manager without user, path, query or fragment (http is allowed"
                + " to a loopback address only).");
        return URI.create("https://localhost");
    }

    /** The domain of the Region's partition. Isolated partitions need {@code AWS_ENDPOINT_URL}. */
    private static String domain(String region) {
        if (region.startsWith("cn-")) {
            return "amazonaws.com.cn";
        }
        return region.startsWith("eusc-") ? "amazonaws.eu" : "amazonaws.com";
    }

    private void addProblem(Variable variable, String shownValue, String correction) {
        problems.add(variable + " is \"" + shownValue + "\": " + correction);
    }
}
