package dev.cancelupload.config;

import dev.cancelupload.http.Origin;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * The URL of a server, as somebody typed it.
 *
 * @param uri absolute, with an authority
 * @param server its host and port; the host may have an underscore
 */
record Address(URI uri, Origin server) {

    /** Parses a URL; empty if it is none that a server can be read from. */
    static Optional<Address> parse(String text) {
        try {
            URI uri = new URI(text);
            Origin server = Origin.of(uri);
            return uri.getScheme() != null && Environment.isOfLettersDigitsOr(".-_:", server.host())
                    ? Optional.of(new Address(uri, server))
                    : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether credentials may be sent there: by https, or by http to this machine. */
    boolean isTrusted() {
        return user().isEmpty()
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && (server.tls() || uri.getScheme().equalsIgnoreCase("http") && isLoopback());
    }

    /** What stands before {@code @}, decoded. */
    Optional<String> user() {
        int at = uri.getAuthority().lastIndexOf('@');
        return at < 0 ? Optional.empty() : Optional.of(uri.getAuthority().substring(0, at));
    }

    /** Compares names and literals only: with a look-up DNS would decide where a key may be sent in plain text. */
    boolean isLoopback() {
        String host = server.host();
        return host.equalsIgnoreCase("localhost")
                || host.equals("::1")
                || host.startsWith("127.") && host.chars().allMatch(c -> c <= '9');
    }

    /** The URL without slashes at the end. */
    URI withoutSlashAtEnd() {
        String url = uri.toString();
        int end = url.length();
        while (url.charAt(end - 1) == '/') {
            end--;
        }
        return URI.create(url.substring(0, end));
    }
}
