package dev.cancelupload.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * An HTTP request.
 *
 * @param uri absolute, without a user; its path and query are sent as they are
 * @param headers ISO 8859-1 values by name, without {@code Host} and {@code Content-Length}, which are added
 */
public record HttpRequest(String method, URI uri, Map<String, List<String>> headers, byte[] body) {

    /**
     * As it is sent.
     *
     * @throws IllegalArgumentException if a value has a line break, which would begin another header or request
     */
    byte[] bytes() {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        StringBuilder head = new StringBuilder(1024).append(method).append(' ').append(path);
        if (uri.getRawQuery() != null) {
            head.append('?').append(uri.getRawQuery());
        }
        head.append(" HTTP/1.1\r\nHost: ").append(uri.getRawAuthority());
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            for (String value : header.getValue()) {
                if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
                    throw new IllegalArgumentException("a line break in the header " + header.getKey());
                }
                head.append("\r\n").append(header.getKey()).append(": ").append(value);
            }
        }
        head.append("\r\nContent-Length: ").append(body.length).append("\r\n\r\n");
        byte[] start = head.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(start, start.length + body.length);
        System.arraycopy(body, 0, all, start.length, body.length);
        return all;
    }
}
