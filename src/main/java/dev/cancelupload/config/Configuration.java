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
 * What the environment says, read once at init and valid from then on. {@link Variable} names the variables; the
 * README's table documents them.
 *
 * @param apiKey OpenAI's API key, or the secret that holds it
 * @param baseUrl the API's address without a trailing slash; https, or http to this machine
 * @param organization value of {@code OpenAI-Organization}, if one is to be sent
 * @param project value of {@code OpenAI-Project}, if one is to be sent
 * @param maxRetries how many attempts may follow the first
 * @param timeout bound on one attempt, from connecting to the answer's last byte
 * @param budget bound on a whole invocation, waits included
 * @param cleanUpConcurrency how many cancel calls run at a time
 * @param connectAtInit whether to open a connection before the first invocation
 * @param trustAnchors PEM file with the certificates to trust instead of the built-in ones
 * @param clientCertificate what to show to a server that asks who is calling, if anything
 * @param proxy what to connect through, if anything
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

    private static final Duration LONGEST_INVOCATION = Duration.ofMinutes(15);

    /**
     * Reads and checks all variables.
     *
     * @param environment gives a variable's value, or null when it is not set
     * @throws ConfigurationError naming every variable that is wrong, in one line
     */
    public static Configuration of(UnaryOperator<String> environment) {
        return new Reader(environment).read();
    }

    /** Reads one variable after the other and gathers what is wrong, so that one deployment shows all of it. */
    private static final class Reader {
        private final UnaryOperator<String> environment;
        private final List<String> problems = new ArrayList<>();
        /** Of the key, which may have been pasted into another variable; for now of none. */
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
                    yes(Variable.CONNECT_AT_INIT, true),
                    file(Variable.SSL_CERT_FILE, "a PEM file of the certificates to trust"),
                    clientCertificate(),
                    proxy(baseUrl));
            export();
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

        /** The variables of proxies are set in either case. */
        private Optional<String> inEitherCase(Variable variable) {
            return value(variable).or(() -> value(variable.name().toLowerCase(Locale.ROOT)));
        }

        /** @param shown the value as {@link ShownValue} gives it */
        private <T> T wrong(Variable variable, String shown, String right) {
            problems.add(variable + " is \"" + shown + "\": " + right);
            return null;
        }

        private String word(String value) {
            return ShownValue.word(value, redaction);
        }

        /** @param inSecret whether {@code OPENAI_API_KEY_SECRET} says where the key is */
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
            String right = "it has to be an https URL such as " + DEFAULT_BASE_URL
                    + ", without user, query or fragment (http is allowed to a loopback address only).";
            if (value.indexOf('@') >= 0) {
                return wrong(Variable.OPENAI_BASE_URL, ShownValue.address(value, redaction), right);
            }
            try {
                URI uri = new URI(value.replaceAll("/+$", ""));
                boolean plain = uri.getHost() != null
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null
                        && uri.getPort() <= 65535;
                String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
                if (plain && (scheme.equals("https") || scheme.equals("http") && Loopback.is(uri.getHost()))) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                // The line below says what would be right; the parser's text would not help.
            }
            return wrong(Variable.OPENAI_BASE_URL, ShownValue.address(value, redaction), right);
        }

        private Optional<String> headerValue(Variable variable) {
            Optional<String> value = value(variable);
            if (value.isPresent() && !redaction.isClean(value.get())) {
                wrong(
                        variable,
                        ShownValue.text(value.get(), redaction),
                        "that is an API key, which belongs into " + Variable.OPENAI_API_KEY + " alone.");
            } else if (value.isPresent() && !value.get().chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                wrong(
                        variable,
                        ShownValue.text(value.get(), redaction),
                        "it is sent as a header and has to be visible ASCII characters without spaces.");
            }
            return value;
        }

        private int wholeNumber(Variable variable, int byDefault, int least, int most) {
            Optional<String> value = value(variable);
            if (value.isEmpty()) {
                return byDefault;
            }
            try {
                String digits = value.get().strip();
                // The JDK takes the digits of every script.
                int number = digits.chars().allMatch(c -> c < 0x80) ? Integer.parseInt(digits) : -1;
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            wrong(variable, word(value.get()), "it has to be a whole number from " + least + " to " + most + ".");
            return byDefault;
        }

        private boolean yes(Variable variable, boolean byDefault) {
            Optional<String> value = value(variable).map(v -> v.strip().toLowerCase(Locale.ROOT));
            if (value.isPresent() && !Set.of("true", "false").contains(value.get())) {
                wrong(variable, word(value.get()), "it has to be true or false.");
            }
            return value.map("true"::equals).orElse(byDefault);
        }

        private Duration duration(Variable variable, Duration byDefault) {
            Optional<String> value = value(variable);
            if (value.isEmpty()) {
                return byDefault;
            }
            Optional<Duration> duration = Durations.parse(value.get())
                    .filter(d -> d.compareTo(Duration.ZERO) > 0 && d.compareTo(LONGEST_INVOCATION) <= 0);
            if (duration.isEmpty()) {
                wrong(
                        variable,
                        word(value.get()),
                        "it has to be a duration above zero and up to 15 minutes, written as 10s, 500ms, PT10S or 10 (seconds).");
            }
            return duration.orElse(byDefault);
        }

        private Optional<Path> file(Variable variable, String what) {
            Optional<String> value = value(variable);
            try {
                Optional<Path> file = value.map(Path::of);
                if (file.isEmpty() || Files.isRegularFile(file.get()) && Files.isReadable(file.get())) {
                    return file;
                }
            } catch (InvalidPathException e) {
                // Said below.
            }
            wrong(
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

        /** @param address what is connected to; null if it is wrong */
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
                wrong(
                        Variable.HTTPS_PROXY,
                        ShownValue.address(value.get(), redaction),
                        "it has to be an http proxy, http://host:port or http://user:password@host:port.");
            }
            return parsed;
        }

        /**
         * Funqy reads it by itself; here it is only checked, so that a wrong one is refused like any other variable.
         */
        private void export() {
            String value = environment.apply(Variable.QUARKUS_FUNQY_EXPORT.name());
            if (value != null && Export.named(value).isEmpty()) {
                wrong(
                        Variable.QUARKUS_FUNQY_EXPORT,
                        word(value),
                        "there is no such function; it has to be " + Export.names() + ".");
            }
        }
    }
}
