package dev.cancelupload.http;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * An HTTP proxy for CONNECT tunnels. TLS runs through the tunnel to the server, so that the proxy sees only the
 * server's name.
 *
 * @param host name or address literal; an IPv6 literal without brackets
 * @param port the port
 * @param authorization value of {@code Proxy-Authorization}, if the proxy requires one
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-connect">RFC 9110: CONNECT</a>
 */
public record Proxy(String host, int port, Optional<String> authorization) {

    /** The CONNECT request as sent over the wire. */
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
