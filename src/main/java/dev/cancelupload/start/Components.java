package dev.cancelupload.start;

import dev.cancelupload.config.ClientCertificate;
import dev.cancelupload.config.Configuration;
import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.credentials.Credentials;
import dev.cancelupload.http.HttpTransport;
import dev.cancelupload.tls.Tls;
import dev.cancelupload.tls.Tls.Trust;
import io.quarkus.runtime.LaunchMode;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * The objects that the environment configures. Created once: by {@link Main} before Quarkus starts, or at the first use
 * in development.
 *
 * @param configuration the variables
 * @param credentials authorize the requests to OpenAI
 * @param transport sends requests with the configured trust anchors, client certificate and proxy
 */
record Components(Configuration configuration, Credentials credentials, HttpTransport transport) {

    private static Components current;

    /**
     * Returns the components of this process.
     *
     * @throws ConfigurationError if a variable is missing or wrong
     */
    static synchronized Components get() {
        if (current == null) {
            Configuration configuration = Configuration.of(Components::value);
            Tls tls = tls(Trust.only(configuration.trustAnchors()), configuration.clientCertificate());
            // AWS needs the built-in trust anchors too, and must not see the client certificate for OpenAI.
            Credentials credentials = Credentials.of(
                    configuration, () -> tls(Trust.also(configuration.trustAnchors()), Optional.empty()));
            current = new Components(configuration, credentials, new HttpTransport(configuration.proxy(), tls));
        }
        return current;
    }

    private static Tls tls(Trust trust, Optional<ClientCertificate> client) {
        try {
            return Tls.create(trust, client.map(files -> new Tls.Identity(files.certificates(), files.key())));
        } catch (Tls.UnusableFileException e) {
            throw switch (e.use()) {
                case TRUST_ANCHORS ->
                    unreadable("SSL_CERT_FILE", trust.anchors().orElseThrow(), "a PEM file of certificates");
                case CERTIFICATE ->
                    unreadable(
                            "OPENAI_MTLS_CLIENT_CERT_FILE",
                            client.orElseThrow().certificates(),
                            "a PEM file of certificates");
                case KEY ->
                    unreadable(
                            "OPENAI_MTLS_CLIENT_KEY_FILE",
                            client.orElseThrow().key(),
                            "the PEM file of the certificate's key (not encrypted, as openssl pkcs8 -topk8"
                                    + " -nocrypt makes it)");
            };
        }
    }

    private static ConfigurationError unreadable(String variable, Path file, String what) {
        return new ConfigurationError(variable + " is \"" + file + "\": it cannot be read as " + what + ".");
    }

    /** In production the environment alone, read directly. Tests set variables as system properties. */
    private static String value(String name) {
        if (!LaunchMode.current().isDevOrTest()) {
            return System.getenv(name);
        }
        // There application.properties has defaults.
        return ConfigProvider.getConfig().getOptionalValue(name, String.class).orElse(null);
    }
}
