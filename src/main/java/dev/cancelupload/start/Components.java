package dev.cancelupload.start;

import dev.cancelupload.config.ApiKey;
import dev.cancelupload.config.ApiKeySecret;
import dev.cancelupload.config.ApiKeys;
import dev.cancelupload.config.ClientCertificate;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.config.Variable;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.http.Tls;
import dev.cancelupload.http.Tls.Trust;
import dev.cancelupload.http.TlsImplementation;
import dev.cancelupload.secret.KeyFromSecret;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.LaunchMode;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The objects that the environment configures. Created once: by {@link Main} before Quarkus starts, or at the first use
 * in development.
 *
 * @param configuration the variables
 * @param keys provides OpenAI's API key
 * @param transport sends requests with the configured trust anchors, client certificate and proxy
 */
record Components(Configuration configuration, ApiKeys keys, HttpTransport transport) {

    private static Components current;

    /**
     * Returns the components of this process.
     *
     * @throws ConfigurationError if a variable is missing or wrong
     */
    static synchronized Components get() {
        if (current == null) {
            Components components = read();
            if (ImageMode.current() != ImageMode.NATIVE_RUN && components.keys instanceof KeyFromSecret key) {
                key.readAtInit();
            }
            current = components;
        }
        return current;
    }

    private static Components read() {
        Configuration configuration = Configuration.of(Components::value);
        ApiKeys keys = keys(configuration);
        Tls tls = tls(Trust.only(configuration.trustAnchors()), configuration.clientCertificate());
        return new Components(configuration, keys, new HttpTransport(configuration.proxy(), tls));
    }

    private static ApiKeys keys(Configuration configuration) {
        if (configuration.apiKey() instanceof ApiKey key) {
            key.redaction().install();
            return ApiKeys.fixed(key);
        }
        // AWS needs the built-in trust anchors too, and must not see the client certificate for OpenAI.
        ApiKeySecret secret = (ApiKeySecret) configuration.apiKey();
        Tls tls = tls(Trust.also(configuration.trustAnchors()), Optional.empty());
        return new KeyFromSecret(secret, new HttpTransport(secret.proxy(), tls));
    }

    private static Tls tls(Trust trust, Optional<ClientCertificate> client) {
        try {
            return TlsImplementation.create(
                    trust, client.map(files -> new Tls.Identity(files.certificates(), files.key())));
        } catch (Tls.UnusableFileException e) {
            throw switch (e.use()) {
                case TRUST_ANCHORS ->
                    unreadable(Variable.SSL_CERT_FILE, trust.anchors().orElseThrow(), "a PEM file of certificates", "");
                case CERTIFICATE ->
                    unreadable(
                            Variable.OPENAI_MTLS_CLIENT_CERT_FILE,
                            client.orElseThrow().certificates(),
                            "a PEM file of certificates",
                            "");
                case KEY ->
                    unreadable(
                            Variable.OPENAI_MTLS_CLIENT_KEY_FILE,
                            client.orElseThrow().key(),
                            "the PEM file of the certificate's key",
                            " (" + e.getMessage() + ")");
            };
        }
    }

    /** @param reason our own text, since the JDK's may quote the content of the file */
    private static ConfigurationError unreadable(Variable variable, Path file, String what, String reason) {
        return new ConfigurationError(variable + " is \"" + file + "\": it cannot be read as " + what + reason + ".");
    }

    /** In production the environment alone, read directly. Tests set variables as system properties. */
    private static String value(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            value = System.getenv(name);
        }
        // In dev and test mode application.properties has defaults.
        if (value == null && LaunchMode.current().isDevOrTest()) {
            value = ConfigProvider.getConfig()
                    .getOptionalValue(name, String.class)
                    .orElse(null);
        }
        return value;
    }
}
