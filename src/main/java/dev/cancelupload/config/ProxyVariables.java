package dev.cancelupload.config;

import dev.cancelupload.http.Origin;
import dev.cancelupload.http.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * {@code HTTPS_PROXY} and {@code NO_PROXY}, in upper or lower case.
 *
 * @param proxy for every address that {@code noProxy} does not exclude
 * @param noProxy names, which include their subdomains, with or without a port, or {@code *} for all, separated by
 *     commas or spaces
 */
record ProxyVariables(Optional<Proxy> proxy, String noProxy) {

    static ProxyVariables read(Environment environment) {
        Optional<String> value = inEitherCase(environment, Variable.HTTPS_PROXY);
        Optional<Address> address = value.map(url -> url.contains("://") ? url : "http://" + url)
                .flatMap(Address::parse)
                .filter(a -> a.uri().getScheme().equalsIgnoreCase("http"));
        if (value.isPresent() && address.isEmpty()) {
            environment.wrong(
                    Variable.HTTPS_PROXY,
                    "it has to be an http proxy, http://host:port or http://user:password@host:port.");
        }
        return new ProxyVariables(
                address.map(a ->
                        new Proxy(a.server().host(), a.server().port(), a.user().map(ProxyVariables::basic))),
                inEitherCase(environment, Variable.NO_PROXY).orElse("").toLowerCase(Locale.ROOT));
    }

    private static Optional<String> inEitherCase(Environment environment, Variable variable) {
        return environment
                .value(variable)
                .or(() -> environment.value(variable.name().toLowerCase(Locale.ROOT)));
    }

    private static String basic(String user) {
        String userAndPassword = user.indexOf(':') < 0 ? user + ":" : user;
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    /** The proxy to reach an address through; empty for a direct connection, as always to this machine. */
    Optional<Proxy> to(Address address) {
        return proxy.isEmpty() || address.isLoopback() || excludes(address.server()) ? Optional.empty() : proxy;
    }

    private boolean excludes(Origin server) {
        String subdomain = "." + server.host().toLowerCase(Locale.ROOT);
        String withPort = subdomain + ":" + server.port();
        StringTokenizer entries = new StringTokenizer(noProxy, ", ");
        while (entries.hasMoreTokens()) {
            String entry = entries.nextToken();
            String suffix = entry.substring(entry.startsWith("*.") ? 1 : 0);
            suffix = suffix.startsWith(".") ? suffix : "." + suffix;
            if (entry.equals("*") || subdomain.endsWith(suffix) || withPort.endsWith(suffix)) {
                return true;
            }
        }
        return false;
    }
}
