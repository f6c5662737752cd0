package dev.cancelupload.config;

import dev.cancelupload.http.Proxy;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * {@code HTTPS_PROXY} and {@code NO_PROXY}, by the rules of Go's standard library, as OpenAI's official CLI reads them.
 *
 * @param proxy for every address that {@code noProxy} does not exclude
 * @param noProxy the value of {@code NO_PROXY}: names, which include their subdomains, {@code .example.com} for
 *     subdomains only, addresses, each with or without a port, or {@code *} for all, separated by commas or spaces;
 *     blocks of addresses are for those who call addresses, and OpenAI and AWS have names
 * @see <a href="https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config">httpproxy.Config</a>
 */
record ProxyVariables(Optional<Proxy> proxy, String noProxy) {

    static ProxyVariables read(Environment environment) {
        Optional<String> value = environment.inEitherCase(Variable.HTTPS_PROXY);
        if (value.isEmpty()) {
            return new ProxyVariables(Optional.empty(), "");
        }
        String url = value.get().contains("://") ? value.get() : "http://" + value.get();
        Optional<Proxy> proxy = Address.parse(url)
                .filter(a -> a.uri().getScheme().equalsIgnoreCase("http")
                        && a.isWithoutPath()
                        && a.uri().getRawQuery() == null
                        && a.uri().getRawFragment() == null)
                .map(ProxyVariables::proxy);
        if (proxy.isEmpty()) {
            environment.wrong(
                    Variable.HTTPS_PROXY,
                    Environment.shownAddress(value.get()),
                    "it has to be an http proxy, http://host:port or http://user:password@host:port.");
        }
        return new ProxyVariables(
                proxy, environment.inEitherCase(Variable.NO_PROXY).orElse(""));
    }

    private static Proxy proxy(Address address) {
        return new Proxy(
                address.server().host(), address.server().port(), address.user().map(ProxyVariables::basic));
    }

    private static String basic(String encoded) {
        String credentials;
        try {
            credentials = URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            credentials = encoded; // A password with a percent sign that nobody encoded.
        }
        String userAndPassword = credentials.indexOf(':') < 0 ? credentials + ":" : credentials;
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    /** The proxy to reach an address through; empty for a direct connection, as always to this machine. */
    Optional<Proxy> to(Address address) {
        return proxy.isEmpty() || Address.isLoopback(address.server().host()) || bypasses(address)
                ? Optional.empty()
                : proxy;
    }

    private boolean bypasses(Address address) {
        StringTokenizer entries = new StringTokenizer(noProxy.toLowerCase(Locale.ROOT), ", \t\r\n");
        while (entries.hasMoreTokens()) {
            if (matches(
                    entries.nextToken(),
                    address.server().host().toLowerCase(Locale.ROOT),
                    address.server().port())) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String entry, String host, int port) {
        if (entry.equals("*")) {
            return true;
        }
        int colon = entry.lastIndexOf(':');
        // An IPv6 literal contains colons; with a port it is in brackets.
        boolean withPort = colon > 0 && (entry.indexOf(':') == colon || entry.charAt(colon - 1) == ']');
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
