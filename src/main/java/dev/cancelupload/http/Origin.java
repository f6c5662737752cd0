package dev.cancelupload.http;

import java.net.URI;

/**
 * The server of a URL.
 *
 * @param tls whether it is https
 * @param host name or address; an IPv6 address without brackets
 * @param port explicit, or the default of the scheme
 */
public record Origin(boolean tls, String host, int port) {

    /**
     * The server of an absolute URL. Unlike {@link URI#getHost}, which has none then, it takes names with an
     * underscore, as docker compose makes them.
     *
     * @throws IllegalArgumentException if the URL has no host, or a port that is none
     */
    public static Origin of(URI uri) {
        String authority = uri.getRawAuthority() == null ? "" : uri.getRawAuthority();
        String server = authority.substring(authority.lastIndexOf('@') + 1);
        // An IPv6 address has colons too, and is in brackets.
        int colon = server.indexOf(':', server.lastIndexOf(']') + 1);
        String host = colon < 0 ? server : server.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (host.isEmpty()) {
            throw new IllegalArgumentException("there is no host in it");
        }
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        String port = colon < 0 ? "" : server.substring(colon + 1);
        return new Origin(tls, host, port.isEmpty() ? (tls ? 443 : 80) : port(port));
    }

    private static int port(String text) {
        int port = Integer.parseInt(text);
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("its port is none");
        }
        return port;
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
