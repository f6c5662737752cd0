package dev.cancelupload.http;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads HTTP/1.x responses, with limits on every size that the server decides. Refuses one if it is not clear where it
 * ends.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>
 */
final class ResponseReader {

    /** Limit on all heads of a response together, with its chunk lines and trailers. */
    static final int MAX_HEAD_BYTES = 32 * 1024;

    /** An Upload has less than 1 KiB. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    /** Reads into an array: the number of bytes, -1 at the end. */
    interface Source {
        int read(byte[] bytes) throws IOException;
    }

    private final Source source;
    private final byte[] buffer = new byte[4096];
    private int position;
    private int limit;
    private int headBytes;
    private boolean reusable;

    ResponseReader(Source source) {
        this.source = source;
    }

    /** Whether another request can follow the last response. */
    boolean isReusable() {
        return reusable;
    }

    /** Whether something was received after the last response. */
    boolean hasMore() {
        return position < limit;
    }

    /**
     * Reads the next final response and skips interim ones.
     *
     * @param connect whether it is the response to CONNECT, whose body is not read: after a 2xx the tunnel begins
     * @throws ProtocolException if it is not HTTP/1.x, or exceeds a limit
     * @throws EOFException if the connection ends before the response is complete
     */
    HttpResponse read(boolean connect) throws IOException {
        reusable = false;
        headBytes = 0;
        while (true) {
            String line = readLine();
            // The reason phrase may be missing, with the space before it.
            boolean http = line.startsWith("HTTP/1.") && line.length() > 11 && (line + ' ').charAt(12) == ' ';
            int status = http ? (int) number(line.substring(9, 12), 10) : -1;
            if (status < 100 || status > 599) {
                throw new ProtocolException("it is not HTTP/1.1");
            }
            Map<String, List<String>> headers = readHeaders();
            if (status >= 200) {
                byte[] body = connect ? new byte[0] : readBody(status, headers, line.charAt(7) == '0');
                return new HttpResponse(status, headers, body);
            }
        }
    }

    private Map<String, List<String>> readHeaders() throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            // White space at the beginning would continue the line before, which nobody may send: RFC 9112, 5.2.
            if (colon < 1 || line.charAt(0) <= ' ') {
                throw new ProtocolException("it has a malformed header line");
            }
            String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            headers.computeIfAbsent(name, n -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    private byte[] readBody(int status, Map<String, List<String>> headers, boolean http10) throws IOException {
        List<String> codings = headers.get("transfer-encoding");
        List<String> lengths = headers.get("content-length");
        String connection = headers.getOrDefault("connection", List.of()).toString();
        boolean keepAlive = !http10 && !connection.toLowerCase(Locale.ROOT).contains("close");
        ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        if (status == 204 || status == 304) {
            return body.toByteArray();
        }
        if (codings != null && lengths != null) {
            throw new ProtocolException("it has both a transfer coding and a content-length");
        }
        if (codings != null) {
            if (!String.join(",", codings).equalsIgnoreCase("chunked")) {
                throw new ProtocolException("it has an unknown transfer coding");
            }
            readChunks(body);
        } else if (lengths != null) {
            long length = number(String.join(",", lengths), 10);
            if (length < 0) {
                throw new ProtocolException("it has a malformed content-length");
            }
            readExactly(length, body);
        } else {
            keepAlive = false;
            while (hasMore() || fill()) {
                readExactly(limit - position, body);
            }
        }
        reusable = keepAlive;
        return body.toByteArray();
    }

    /** Gives -1 if it is no number without a sign. */
    private static long number(String text, int radix) {
        String digits = text.strip();
        try {
            // After a zero parseLong takes no sign.
            return digits.isEmpty() ? -1 : Long.parseLong("0" + digits, radix);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112: Chunked Transfer Coding</a> */
    private void readChunks(ByteArrayOutputStream body) throws IOException {
        long size;
        do {
            size = number(readLine().split(";", 2)[0], 16);
            readExactly(size, body);
            if (size < 0 || size > 0 && !readLine().isEmpty()) {
                throw new ProtocolException("it has a malformed chunk");
            }
        } while (size > 0);
        readHeaders();
    }

    private void readExactly(long length, ByteArrayOutputStream body) throws IOException {
        if (length > MAX_BODY_BYTES - body.size()) {
            throw new ProtocolException("its body is larger than " + MAX_BODY_BYTES + " bytes");
        }
        for (int left = (int) length; left > 0; ) {
            require();
            int count = Math.min(limit - position, left);
            body.write(buffer, position, count);
            position += count;
            left -= count;
        }
    }

    /** Reads a line, which ends in LF or CR LF: RFC 9112, 2.2. */
    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder(80);
        while (true) {
            require();
            if (++headBytes > MAX_HEAD_BYTES) {
                throw new ProtocolException("its head is larger than " + MAX_HEAD_BYTES + " bytes");
            }
            char next = (char) (buffer[position++] & 0xff);
            if (next != '\n') {
                line.append(next);
                continue;
            }
            int last = line.length() - 1;
            return last >= 0 && line.charAt(last) == '\r' ? line.substring(0, last) : line.toString();
        }
    }

    private void require() throws IOException {
        if (!hasMore() && !fill()) {
            throw new EOFException("the connection was closed");
        }
    }

    private boolean fill() throws IOException {
        position = 0;
        limit = Math.max(0, source.read(buffer));
        return limit > 0;
    }
}
