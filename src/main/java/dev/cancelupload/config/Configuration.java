package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import dev.cancelupload.redaction.Redaction;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The configuration from the environment, read and checked once at init. {@link Variable} lists the variables; the
 * README documents them.
 *
 * @param apiKey OpenAI's API key, or the secret that contains it
 * @param baseUrl the API's URL without a trailing slash; https, or http to a loopback address
 * @param organization value of {@code OpenAI-Organization}; empty to omit it
 * @param project value of {@code OpenAI-Project}; empty to omit it
 * @param maxRetries the greatest number of attempts after the first
 * @param timeout of one attempt, from connecting to the last byte of the response
 * @param budget of a whole invocation, waits included
 * @param cleanUpConcurrency how many cancel calls run at a time
 * @param connectAtInit whether to open a connection before the first invocation
 * @param trustAnchors PEM file with the certificates to trust instead of the built-in ones
 * @param clientCertificate for mutual TLS
 * @param proxy to connect through; empty for a direct connection
 */
public record Configuration(
        ApiKeySource apiKey,
        URI baseUrl,
        Optional<String> organization,
        Optional<String> project,
        int maxRetries,
        Duration timeout,
        Duration budget,
        int cleanUpConcurrency,
        boolean connectAtInit,
        Optional<Path> trustAnchors,
        Optional<ClientCertificate> clientCertificate,
        Optional<Proxy> proxy) {

    static final String DEFAULT_BASE_URL = "https://api.openai.com/v1";

    private static final Duration MAX_DURATION = Duration.ofMinutes(15);

    /**
     * Reads and checks all variables.
     *
     * @param environment returns a variable's value, or null if it is not set
     * @throws ConfigurationError with every wrong variable, in one line
     */
    public static Configuration of(UnaryOperator<String> environment) {
        return new Reader(environment).read();
    }

    /** Reads all variables and collects the problems, so that one deployment shows all of them. */
    private static final class Reader {
        private final UnaryOperator<String> environment;
        private final List<String> problems = new ArrayList<>();
        /** Finds the key in other variables, into which it may have been pasted. */
        private Redaction redaction = new Redaction("");

        private Optional<Proxy> proxy = Optional.empty();

        Reader(UnaryOperator<String> environment) {
            this.environment = environment;
        }

        Configuration read() {
            Optional<String> secret = value(Variable.OPENAI_API_KEY_SECRET);
            // First, since the other variables are searched for the key.
            Optional<ApiKey> apiKey = apiKey(secret.isPresent());
            proxy = proxy();
            URI baseUrl = baseUrl();
            Configuration configuration = new Configuration(
                    secret.<ApiKeySource>map(this::apiKeySecret)
                            .or(() -> apiKey)
                            .orElse(null),
                    baseUrl,
                    headerValue(Variable.OPENAI_ORG_ID),
                    headerValue(Variable.OPENAI_PROJECT_ID),
                    wholeNumber(Variable.OPENAI_MAX_RETRIES, 2, 0, 10),
                    duration(Variable.OPENAI_TIMEOUT, Duration.ofSeconds(10)),
                    duration(Variable.CANCEL_BUDGET, Duration.ofSeconds(25)),
                    wholeNumber(Variable.CLEAN_UP_CONCURRENCY, 8, 1, 100),
                    booleanValue(Variable.CONNECT_AT_INIT, true),
                    file(Variable.SSL_CERT_FILE, "a PEM file of the certificates to trust"),
                    clientCertificate(),
                    proxy(baseUrl));
            checkExport();
            if (!problems.isEmpty()) {
                throw new ConfigurationError(String.join(" ", problems));
            }
            return configuration;
        }

        private Optional<String> value(Variable variable) {
            return value(variable.name());
        }

        private Optional<String> value(String name) {
            return Optional.ofNullable(environment.apply(name)).filter(v -> !v.isBlank());
        }

        /** The value of a proxy variable, whose name may be in upper or lower case. */
        private Optional<String> inEitherCase(Variable variable) {
            return value(variable).or(() -> value(variable.name().toLowerCase(Locale.ROOT)));
        }

        /** @param shownValue the value as formatted by {@link ShownValue} */
        private <T> T addProblem(Variable variable, String shownValue, String correction) {
            problems.add(variable + " is \"" + shownValue + "\": " + correction);
            return null;
        }

        private String word(String value) {
            return ShownValue.word(value, redaction);
        }

        /** @param inSecret whether {@code OPENAI_API_KEY_SECRET} is set */
        private Optional<ApiKey> apiKey(boolean inSecret) {
            Optional<String> value = value(Variable.OPENAI_API_KEY);
            if (value.isPresent() && inSecret) {
                problems.add(Variable.OPENAI_API_KEY + " and " + Variable.OPENAI_API_KEY_SECRET
                        + " are both set: set one of them, the key itself or the secret that holds it.");
                return Optional.empty();
            }
            if (value.isEmpty() && !inSecret) {
                problems.add(Variable.OPENAI_API_KEY + " is not set: set it to an API key of your OpenAI organisation"
                        + " (platform.openai.com/api-keys), or set " + Variable.OPENAI_API_KEY_SECRET
                        + " to the name of the AWS Secrets Manager secret that holds it.");
            }
            return value.flatMap(this::apiKey);
        }

        private Optional<ApiKey> apiKey(String value) {
            try {
                ApiKey key = new ApiKey(value);
                redaction = key.redaction();
                return Optional.of(key);
            } catch (IllegalArgumentException e) {
                problems.add(Variable.OPENAI_API_KEY + " cannot be sent as a header (its value is not shown): "
                        + e.getMessage() + "; look for a line break or a quote around it.");
                return Optional.empty();
            }
        }

        private ApiKeySecret apiKeySecret(String id) {
            Duration timeToLive = duration(Variable.OPENAI_API_KEY_TTL, ApiKeySecretReader.TIME_TO_LIVE);
            ApiKeySecret secret = new ApiKeySecretReader(this::value, problems).read(id, timeToLive);
            return secret.withProxy(proxy(secret.endpoint()));
        }

        private URI baseUrl() {
            String value = value(Variable.OPENAI_BASE_URL).orElse(DEFAULT_BASE_URL);
            String correction = "it has to be an https URL such as " + DEFAULT_BASE_URL
                    + ", without user, query or fragment (http is allowed to a loopback address only).";
            if (value.indexOf('@') >= 0) {
                return addProblem(Variable.OPENAI_BASE_URL, ShownValue.address(value, redaction), correction);
            }
            try {
                URI uri = new URI(value.replaceAll("/+$", ""));
                boolean onlyHostAndPath = uri.getHost() != null
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null
                        && uri.getPort() <= 65535;
                String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
                if (onlyHostAndPath
                        && (scheme.equals("https") || scheme.equals("http") && Loopback.is(uri.getHost()))) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                // Reported below; the parser's message would not help.
            }
            return addProblem(Variable.OPENAI_BASE_URL, ShownValue.address(value, redaction), correction);
        }

        private Optional<String> headerValue(Variable variable) {
            Optional<String> value = value(variable);
            if (value.isPresent() && !redaction.isClean(value.get())) {
                addProblem(
                        variable,
                        ShownValue.text(value.get(), redaction),
                        "that is an API key, which belongs into " + Variable.OPENAI_API_KEY + " alone.");
            } else if (value.isPresent() && !value.get().chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                addProblem(
                        variable,
                        ShownValue.text(value.get(), redaction),
                        "it is sent as a header and has to be visible ASCII characters without spaces.");
            }
            return value;
        }

        private int wholeNumber(Variable variable, int defaultValue, int min, int max) {
            Optional<String> value = value(variable);
            if (value.isEmpty()) {
                return defaultValue;
            }
            try {
                String digits = value.get().strip();
                // Integer.parseInt accepts the digits of all scripts.
                int number = digits.chars().allMatch(c -> c < 0x80) ? Integer.parseInt(digits) : -1;
                if (number >= min && number <= max) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Reported below.
            }
            addProblem(variable, word(value.get()), "it has to be a whole number from " + min + " to " + max + ".");
            return defaultValue;
        }

        private boolean booleanValue(Variable variable, boolean defaultValue) {
            Optional<String> value = value(variable).map(v -> v.strip().toLowerCase(Locale.ROOT));
            if (value.isPresent() && !Set.of("true", "false").contains(value.get())) {
                addProblem(variable, word(value.get()), "it has to be true or false.");
            }
            return value.map("true"::equals).orElse(defaultValue);
        }

        private Duration duration(Variable variable, Duration defaultValue) {
            Optional<String> value = value(variable);
            if (value.isEmpty()) {
                return defaultValue;
            }
            Optional<Duration> duration = Durations.parse(value.get())
                    .filter(d -> d.compareTo(Duration.ZERO) > 0 && d.compareTo(MAX_DURATION) <= 0);
            if (duration.isEmpty()) {
                addProblem(
                        variable,
                        word(value.get()),
                        "it has to be a duration above zero and up to 15 minutes, written as 10s, 500ms, PT10S or 10 (seconds).");
            }
            return duration.orElse(defaultValue);
        }

        private Optional<Path> file(Variable variable, String what) {
            Optional<String> value = value(variable);
            try {
                Optional<Path> file = value.map(Path::of);
                if (file.isEmpty() || Files.isRegularFile(file.get()) && Files.isReadable(file.get())) {
                    return file;
                }
            } catch (InvalidPathException e) {
                // Reported below.
            }
            addProblem(
                    variable,
                    ShownValue.text(value.get(), redaction),
                    "there is no such file that can be read; it has to be the path of " + what + ".");
            return Optional.empty();
        }

        private Optional<ClientCertificate> clientCertificate() {
            Variable certificate = Variable.OPENAI_MTLS_CLIENT_CERT_FILE;
            Variable privateKey = Variable.OPENAI_MTLS_CLIENT_KEY_FILE;
            Optional<Path> certificates = file(certificate, "a PEM file of the client certificate");
            Optional<Path> key = file(privateKey, "a PEM file of the client certificate's private key");
            if (certificates.isPresent() != key.isPresent()) {
                problems.add((key.isPresent() ? certificate : privateKey) + " is not set, and "
                        + (key.isPresent() ? privateKey : certificate) + " is: mutual TLS needs both or neither.");
            }
            return certificates.flatMap(c -> key.map(k -> new ClientCertificate(c, k)));
        }

        /** @param address the URL to connect to; null if it is wrong */
        private Optional<Proxy> proxy(URI address) {
            boolean direct = proxy.isEmpty()
                    || address == null
                    || Loopback.is(address.getHost())
                    || inEitherCase(Variable.NO_PROXY)
                            .filter(noProxy -> ProxyVariables.bypasses(noProxy, address))
                            .isPresent();
            return direct ? Optional.empty() : proxy;
        }

        private Optional<Proxy> proxy() {
            Optional<String> value = inEitherCase(Variable.HTTPS_PROXY);
            Optional<Proxy> parsed = value.flatMap(v -> ProxyVariables.parse(v.strip()));
            if (value.isPresent() && parsed.isEmpty()) {
                addProblem(
                        Variable.HTTPS_PROXY,
                        ShownValue.address(value.get(), redaction),
                        "it has to be an http proxy, http://host:port or http://user:password@host:port.");
            }
            return parsed;
        }

        /** Checks the export, which Funqy reads itself, so that a wrong one is reported like any other variable. */
        private void checkExport() {
            String value = environment.apply(Variable.QUARKUS_FUNQY_EXPORT.name());
            if (value != null && Export.named(value).isEmpty()) {
                addProblem(
                        Variable.QUARKUS_FUNQY_EXPORT,
                        word(value),
                        "there is no such function; it has to be " + Export.names() + ".");
            }
        }
    }
}
