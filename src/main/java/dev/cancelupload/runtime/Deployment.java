package dev.cancelupload.runtime;

import dev.cancelupload.config.Configuration;
import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.config.Variable;
import dev.cancelupload.http.Tls;
import io.quarkus.runtime.LaunchMode;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * What the environment makes of this function.
 *
 * @param configuration the variables
 * @param tls makes TLS connections with the trust anchors that they name
 */
record Deployment(Configuration configuration, SSLSocketFactory tls) {

    /** @throws ConfigurationError if a variable is missing or wrong */
    static Deployment read() {
        Configuration configuration = Configuration.of(Deployment::value);
        try {
            return new Deployment(configuration, Tls.sockets(configuration.trustAnchors()));
        } catch (CertificateException e) {
            throw new ConfigurationError(Variable.SSL_CERT_FILE + " is \""
                    + configuration.trustAnchors().orElseThrow()
                    + "\": it cannot be read as a PEM file of certificates (" + e.getMessage() + ").");
        }
    }

    /** In production the environment alone, read directly; a system property is how a test hands over a variable. */
    private static String value(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            value = System.getenv(name);
        }
        // In dev and test mode application.properties fills in what is not set.
        if (value == null && LaunchMode.current().isDevOrTest()) {
            value = ConfigProvider.getConfig()
                    .getOptionalValue(name, String.class)
                    .orElse(null);
        }
        return value;
    }
}
