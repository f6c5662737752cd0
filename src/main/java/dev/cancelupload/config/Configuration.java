package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.net.URI;
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

    /** Variables of earlier versions that change nothing any more, and why or what does instead. */
    private static final String[][] GONE = {
        {"QUARKUS_FUNQY_EXPORT", "there is one function, cancelUpload, and it takes every event"},
        {"OPENAI_API_KEY_TTL", "a secret is read again every five minutes and whenever OpenAI refuses the key"},
        {"CONNECT_AT_INIT", "the first connection is always opened during init"}
    };

    /**
     * Reads and checks all variables.
     *
     * @param variables returns a variable's value, or null if it is not set
     * @throws ConfigurationError with every wrong variable, in one line
     */
    public static Configuration of(UnaryOperator<String> variables) {
        Environment environment = new Environment(variables);
        ProxyVariables proxies = ProxyVariables.read(environment);
        Address baseUrl = environment.address(Variable.OPENAI_BASE_URL, DEFAULT_BASE_URL);
        Configuration configuration = new Configuration(
                new CredentialsReader(environment, proxies).read(),
                baseUrl.withoutSlashAtEnd(),
                environment.id(Variable.OPENAI_ORG_ID),
                environment.id(Variable.OPENAI_PROJECT_ID),
                environment.wholeNumber(Variable.OPENAI_MAX_RETRIES, 2, 0, 10),
                environment.duration(Variable.OPENAI_TIMEOUT, Duration.ofSeconds(10)),
                environment.duration(Variable.CANCEL_BUDGET, Duration.ofSeconds(25)),
                environment.wholeNumber(Variable.CLEAN_UP_CONCURRENCY, 8, 1, 100),
                environment.file(Variable.SSL_CERT_FILE, "a PEM file of the certificates to trust"),
                clientCertificate(environment),
                proxies.to(baseUrl),
                notes(environment));
        environment.failOnProblems();
        return configuration;
    }

    private static Optional<ClientCertificate> clientCertificate(Environment environment) {
        Variable certificate = Variable.OPENAI_MTLS_CLIENT_CERT_FILE;
        Variable privateKey = Variable.OPENAI_MTLS_CLIENT_KEY_FILE;
        if (environment.value(certificate).isPresent()
                != environment.value(privateKey).isPresent()) {
            environment.problem(certificate + " or " + privateKey + " is set: mutual TLS needs both or neither.");
        }
        Optional<Path> certificates = environment.file(certificate, "a PEM file of the client certificate");
        Optional<Path> key = environment.file(privateKey, "a PEM file of the client certificate's private key");
        return certificates.flatMap(c -> key.map(k -> new ClientCertificate(c, k)));
    }

    private static List<String> notes(Environment environment) {
        List<String> notes = new ArrayList<>(0);
        for (String[] gone : GONE) {
            if (environment.value(gone[0]).isPresent()) {
                notes.add(gone[0] + " is set and changes nothing: " + gone[1] + ".");
            }
        }
        return List.copyOf(notes);
    }
}
