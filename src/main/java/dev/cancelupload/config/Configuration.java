package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The configuration from the environment, read and checked once at init. {@link Variable} lists the variables; the
 * README documents them.
 *
 * @param credentials where the credentials for OpenAI come from
 * @param baseUrl the API's URL without a trailing slash; https, or http to a loopback address
 * @param organization value of {@code OpenAI-Organization}; empty to omit it
 * @param project value of {@code OpenAI-Project}; empty to omit it
 * @param maxRetries the greatest number of attempts after the first
 * @param timeout of one attempt, from connecting to the last byte of the response
 * @param budget of an invocation for one id, waits included
 * @param cleanUpConcurrency how many cancel calls of a batch run at a time
 * @param trustAnchors PEM file with the certificates to trust: for OpenAI in place of the built-in ones
 * @param clientCertificate for mutual TLS with OpenAI
 * @param proxy to reach OpenAI through; empty for a direct connection
 * @param notes what the operator should know, to be logged at init, each one line
 */
public record Configuration(
        CredentialsSource credentials,
        URI baseUrl,
        Optional<String> organization,
        Optional<String> project,
        int maxRetries,
        Duration timeout,
        Duration budget,
        int cleanUpConcurrency,
        Optional<Path> trustAnchors,
        Optional<ClientCertificate> clientCertificate,
        Optional<Proxy> proxy,
        List<String> notes) {

    private static final String DEFAULT_BASE_URL = "https://api.openai.com/v1";
    private static final String DEFAULT_TOKEN_URL = "https://auth.openai.com/oauth/token";
    private static final Duration MAX_DURATION = Duration.ofMinutes(15);

    /** Variables of earlier versions that change nothing any more, and why. */
    private static final String[][] GONE = {
        {"QUARKUS_FUNQY_EXPORT", "there is one function, cancelUpload, and it takes every event"},
        {"OPENAI_API_KEY_TTL", "a secret is read again every five minutes and whenever OpenAI refuses the key"},
        {"CONNECT_AT_INIT", "the first connection is always opened during init"}
    };

    /**
     * Reads and checks all variables.
     *
     * @param environment returns a variable's value, or null if it is not set
     * @throws ConfigurationError with every wrong variable, in one line
     */
    public static Configuration of(UnaryOperator<String> environment) {
        return new Reader(new Environment(environment)).read();
    }

    private static final class Reader {
        private final Environment environment;
        private final ProxyVariables proxies;

        Reader(Environment environment) {
            this.environment = environment;
            this.proxies = ProxyVariables.read(environment);
        }

        Configuration read() {
            Address baseUrl = address(Variable.OPENAI_BASE_URL, DEFAULT_BASE_URL);
            Configuration configuration = new Configuration(
                    credentials(),
                    baseUrl.withoutSlashAtEnd(),
                    id(Variable.OPENAI_ORG_ID),
                    id(Variable.OPENAI_PROJECT_ID),
                    wholeNumber(Variable.OPENAI_MAX_RETRIES, 2, 0, 10),
                    duration(Variable.OPENAI_TIMEOUT, Duration.ofSeconds(10)),
                    duration(Variable.CANCEL_BUDGET, Duration.ofSeconds(25)),
                    wholeNumber(Variable.CLEAN_UP_CONCURRENCY, 8, 1, 100),
                    file(Variable.SSL_CERT_FILE, "a PEM file of the certificates to trust"),
                    clientCertificate(),
                    proxies.to(baseUrl),
                    notes());
            environment.failOnProblems();
            return configuration;
        }

        /** One of the three; null after a problem. */
        private CredentialsSource credentials() {
            Optional<String> key = environment.value(Variable.OPENAI_API_KEY);
            Optional<String> secret = environment.value(Variable.OPENAI_API_KEY_SECRET);
            Optional<String> provider = id(Variable.OPENAI_IDENTITY_PROVIDER_ID);
            Optional<String> account = id(Variable.OPENAI_SERVICE_ACCOUNT_ID);
            List<String> set = new ArrayList<>(3);
            key.ifPresent(k -> set.add("OPENAI_API_KEY"));
            secret.ifPresent(i -> set.add("OPENAI_API_KEY_SECRET"));
            if (provider.isPresent() || account.isPresent()) {
                set.add(provider.isPresent() ? "OPENAI_IDENTITY_PROVIDER_ID" : "OPENAI_SERVICE_ACCOUNT_ID");
            }
            if (set.size() != 1) {
                environment.problem(
                        (set.isEmpty() ? "There are no credentials" : String.join(" and ", set) + " are set")
                                + ": set one of OPENAI_API_KEY (a key of platform.openai.com/api-keys), OPENAI_API_KEY_SECRET (the"
                                + " AWS Secrets Manager secret that holds it), or OPENAI_IDENTITY_PROVIDER_ID and"
                                + " OPENAI_SERVICE_ACCOUNT_ID (workload identity, without a key).");
                return null;
            }
            if (key.isPresent()) {
                return key(key.get());
            }
            return secret.isPresent() ? secret(secret.get()) : workloadIdentity(provider, account);
        }

        private CredentialsSource key(String value) {
            Optional<String> problem = KeyText.problem(value);
            if (problem.isPresent()) {
                environment.problem("OPENAI_API_KEY cannot be an API key (its value is not shown): it " + problem.get()
                        + ". Set it to the key itself, or OPENAI_API_KEY_SECRET to the name of the AWS Secrets Manager"
                        + " secret that holds it.");
            }
            return new CredentialsSource.Key(value);
        }

        private CredentialsSource secret(String id) {
            String[] arn = id.split(":", 7);
            boolean isArn = arn.length == 7
                    && arn[0].equals("arn")
                    && arn[2].equals("secretsmanager")
                    && AwsServiceReader.isRegion(arn[3])
                    && arn[5].equals("secret");
            if (id.startsWith("sk-") || !isSecretName(isArn ? arn[6] : id)) {
                environment.wrong(
                        Variable.OPENAI_API_KEY_SECRET,
                        Optional.empty(),
                        "it has to be the name or the ARN of a secret in AWS Secrets Manager, not the key.");
            }
            return new CredentialsSource.Secret(
                    id,
                    environment.value(Variable.OPENAI_API_KEY_SECRET_FIELD),
                    new AwsServiceReader(environment, proxies)
                            .read(
                                    AwsServiceReader.Service.SECRETS_MANAGER,
                                    isArn ? Optional.of(arn[3]) : Optional.empty()));
        }

        private static boolean isSecretName(String name) {
            return !name.isEmpty() && name.length() <= 519 && Characters.areLettersDigitsOr("/_+=.@!-", name);
        }

        private CredentialsSource workloadIdentity(Optional<String> provider, Optional<String> account) {
            if (provider.isEmpty() || account.isEmpty()) {
                environment.problem(
                        "Workload identity needs both OPENAI_IDENTITY_PROVIDER_ID and OPENAI_SERVICE_ACCOUNT_ID,"
                                + " and only " + (provider.isEmpty() ? "the second" : "the first") + " is set.");
            }
            Address tokenUrl = address(Variable.OPENAI_TOKEN_URL, DEFAULT_TOKEN_URL);
            return new CredentialsSource.WorkloadIdentity(
                    provider.orElse(""),
                    account.orElse(""),
                    new AwsServiceReader(environment, proxies).read(AwsServiceReader.Service.STS, Optional.empty()),
                    tokenUrl.uri(),
                    proxies.to(tokenUrl));
        }

        /** A URL to which credentials are sent. */
        private Address address(Variable variable, String defaultValue) {
            Optional<String> value = environment.value(variable);
            Optional<Address> address =
                    Address.parse(value.orElse(defaultValue)).filter(Address::isTrusted);
            if (address.isEmpty()) {
                environment.wrong(
                        variable,
                        Environment.shownAddress(value.get()),
                        "it has to be an https URL such as " + defaultValue
                                + ", without user, query and fragment (http is allowed to a loopback address only).");
            }
            return address.or(() -> Address.parse(defaultValue)).orElseThrow();
        }

        /** An id of OpenAI's. It is sent, and never shown, since a key may have been pasted in its place. */
        private Optional<String> id(Variable variable) {
            Optional<String> value = environment.value(variable);
            Optional<String> problem = value.flatMap(KeyText::problem);
            if (value.isPresent() && value.get().startsWith("sk-")) {
                problem = Optional.of("is an API key");
            }
            if (problem.isPresent()) {
                environment.wrong(
                        variable, Optional.empty(), "it " + problem.get() + "; it has to be an id that OpenAI gave.");
            }
            return value;
        }

        private int wholeNumber(Variable variable, int defaultValue, int min, int max) {
            Optional<String> value = environment.value(variable);
            int number = value.isPresent() ? Environment.number(value.get()) : defaultValue;
            if (number < min || number > max) {
                environment.wrong(
                        variable,
                        Environment.shownWord(value.get()),
                        "it has to be a whole number from " + min + " to " + max + ".");
            }
            return number;
        }

        private Duration duration(Variable variable, Duration defaultValue) {
            Optional<String> value = environment.value(variable);
            if (value.isEmpty()) {
                return defaultValue;
            }
            Optional<Duration> duration = Durations.parse(value.get());
            if (duration.isEmpty()
                    || duration.get().compareTo(Duration.ZERO) <= 0
                    || duration.get().compareTo(MAX_DURATION) > 0) {
                environment.wrong(
                        variable,
                        Environment.shownWord(value.get()),
                        "it has to be a duration above zero and up to 15 minutes, such as 10s, 500ms, PT10S or 10"
                                + " (seconds).");
            }
            return duration.orElse(defaultValue);
        }

        private Optional<Path> file(Variable variable, String what) {
            Optional<String> value = environment.value(variable);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            try {
                Path file = Path.of(value.get());
                if (Files.isRegularFile(file) && Files.isReadable(file)) {
                    return Optional.of(file);
                }
            } catch (InvalidPathException e) {
                // Reported below.
            }
            environment.wrong(
                    variable,
                    Environment.shownPath(value.get()),
                    "there is no such file that can be read; it has to be the path of " + what + ".");
            return Optional.empty();
        }

        private Optional<ClientCertificate> clientCertificate() {
            Variable certificate = Variable.OPENAI_MTLS_CLIENT_CERT_FILE;
            Variable privateKey = Variable.OPENAI_MTLS_CLIENT_KEY_FILE;
            if (environment.value(certificate).isPresent()
                    != environment.value(privateKey).isPresent()) {
                environment.problem(certificate + " or " + privateKey + " is set: mutual TLS needs both or neither.");
            }
            Optional<Path> certificates = file(certificate, "a PEM file of the client certificate");
            Optional<Path> key = file(privateKey, "a PEM file of the client certificate's private key");
            return certificates.flatMap(c -> key.map(k -> new ClientCertificate(c, k)));
        }

        private List<String> notes() {
            List<String> notes = new ArrayList<>(0);
            for (String[] gone : GONE) {
                if (environment.value(gone[0]).isPresent()) {
                    notes.add(gone[0] + " is set and changes nothing any more: " + gone[1] + ".");
                }
            }
            return List.copyOf(notes);
        }
    }
}
