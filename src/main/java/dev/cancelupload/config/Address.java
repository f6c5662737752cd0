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
            return uri.getScheme() != null && Characters.areLettersDigitsOr(".-_:", server.host())
                    ? Optional.of(new Address(uri, server))
                    : Optional.empty();
        } catch (URISyntaxException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Whether credentials may be sent there: by https, or by http to this machine. */
    boolean isTrusted() {
        return isOnlyServerAndPath()
                && (server.tls() || uri.getScheme().equalsIgnoreCase("http") && isLoopback(server.host()));
    }

    /** Whether it has neither user nor query nor fragment. */
    boolean isOnlyServerAndPath() {
        return user().isEmpty() && uri.getRawQuery() == null && uri.getRawFragment() == null;
    }

    /** Whether its path is empty or a slash. */
    boolean isWithoutPath() {
        return uri.getRawPath().isEmpty() || uri.getRawPath().equals("/");
    }

    /** What stands before {@code @}, percent-encoded. */
    Optional<String> user() {
        int at = uri.getRawAuthority().lastIndexOf('@');
        return at < 0 ? Optional.empty() : Optional.of(uri.getRawAuthority().substring(0, at));
    }

    /** Compares names and literals only: with a look-up DNS would decide where a key may be sent in plain text. */
    static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost") || host.equals("::1")) {
            return true;
        }
        String[] parts = host.split("\\.");
        for (String part : parts) {
            int number = Environment.number(part);
            if (number < 0 || number > 255) {
                return false;
            }
        }
        return parts.length == 4 && parts[0].equals("127");
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

    /** For a message: without user, query and fragment. */
    String shown() {
        String authority = uri.getRawAuthority();
        return uri.getScheme() + "://" + authority.substring(authority.lastIndexOf('@') + 1) + uri.getRawPath();
    }
}
