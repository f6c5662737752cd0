package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/**
 * Parses {@code HTTPS_PROXY} and {@code NO_PROXY} by the rules of Go's standard library, as OpenAI's official CLI does.
 *
 * @see <a href="https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config">httpproxy.Config</a>
 */
final class ProxyVariables {

    private ProxyVariables() {}

    /**
     * Parses a value of {@code HTTPS_PROXY}: {@code [http://][user:password@]host[:port]}.
     *
     * @return empty if the value is not a supported proxy
     */
    static Optional<Proxy> parse(String value) {
        try {
            URI uri = new URI(value.contains("://") ? value : "http://" + value);
            boolean usable = uri.getScheme().equalsIgnoreCase("http")
                    && uri.getHost() != null
                    && uri.getPort() <= 65535
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                    && uri.getRawQuery() == null;
            if (!usable) {
                return Optional.empty();
            }
            String host = uri.getHost();
            return Optional.of(new Proxy(
                    host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                    uri.getPort() == -1 ? 80 : uri.getPort(),
                    Optional.ofNullable(uri.getUserInfo()).map(ProxyVariables::basic)));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static String basic(String credentials) {
        String userAndPassword = credentials.indexOf(':') < 0 ? credentials + ":" : credentials;
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Whether {@code NO_PROXY} excludes an address from the proxy.
     *
     * @param noProxy the value of {@code NO_PROXY}: names, which include their subdomains, {@code .example.com} for
     *     subdomains only, addresses, blocks of addresses such as {@code 10.0.0.0/8}, each with or without a port, or
     *     {@code *} for all
     * @param address the URL to connect to
     */
    static boolean bypasses(String noProxy, URI address) {
        String host = withoutBrackets(address.getHost().toLowerCase(Locale.ROOT));
        int port = address.getPort() != -1 ? address.getPort() : 443;
        return Arrays.stream(noProxy.split(","))
                .map(entry -> entry.strip().toLowerCase(Locale.ROOT))
                .filter(entry -> !entry.isEmpty())
                .anyMatch(entry -> matches(entry, host, port));
    }

    private static boolean matches(String entry, String host, int port) {
        if (entry.equals("*")) {
            return true;
        }
        if (entry.indexOf('/') >= 0) {
            return AddressBlock.parse(entry)
                    .filter(block -> block.contains(host))
                    .isPresent();
        }
        int colon = entry.lastIndexOf(':');
        // An IPv6 literal contains colons; with a port it is in brackets.
        boolean withPort = colon >= 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
        if (withPort && !entry.substring(colon + 1).equals(Integer.toString(port))) {
            return false;
        }
        String name = withoutBrackets(withPort ? entry.substring(0, colon) : entry);
        if (name.startsWith("*.")) {
            name = name.substring(1);
        }
        return name.startsWith(".") ? host.endsWith(name) : host.equals(name) || host.endsWith("." + name);
    }

    private static String withoutBrackets(String host) {
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }
}
