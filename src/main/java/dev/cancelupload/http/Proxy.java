package dev.cancelupload.http;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An HTTP proxy that makes tunnels. TLS is spoken through the tunnel with the server itself, so that the proxy sees its
 * name and nothing else.
 *
 * @param host name or address literal; an IPv6 literal without brackets
 * @param port the port
 * @param authorization value of {@code Proxy-Authorization}, if the proxy wants one
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-connect">RFC 9110: CONNECT</a>
 */
public record Proxy(String host, int port, Optional<String> authorization) {

    /** The request for a tunnel, as it goes over the wire. */
    byte[] request(Origin origin) {
        StringBuilder head = new StringBuilder("CONNECT ")
                .append(origin)
                .append(" HTTP/1.1\r\nHost: ")
                .append(origin);
        authorization.ifPresent(
                value -> head.append("\r\nProxy-Authorization: ").append(value));
        return head.append("\r\n\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Without the credentials. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
