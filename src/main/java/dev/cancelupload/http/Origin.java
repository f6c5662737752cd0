package dev.cancelupload.http;

import java.net.URI;

/**
 * The endpoint of a connection.
 *
 * @param tls whether it is https
 * @param host name or address literal; an IPv6 literal without brackets
 * @param port explicit, or the default of the scheme
 */
record Origin(boolean tls, String host, int port) {

    static Origin of(URI uri) {
        boolean tls = uri.getScheme().equalsIgnoreCase("https");
        String host = uri.getHost();
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        return new Origin(tls, host, uri.getPort() != -1 ? uri.getPort() : tls ? 443 : 80);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
