package dev.cancelupload.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads HTTP/1.1 responses from a connection, with limits on every size that the server decides.
 *
 * <p>Where RFC 9112 leaves a choice, the parser rejects what another recipient may frame differently: a line that ends
 * without a carriage return (2.2), white space before a colon (5.1), a transfer coding other than {@code chunked}
 * (6.1), a content-length beside it (6.3). A folded line is joined with a space, as a user agent must do (5.2). A field
 * with an invalid name, or with control characters in its value, is dropped, unless the framing depends on it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>
 */
final class ResponseParser {

    /** Limit on all heads of a response together, and separately on its chunk lines and trailers. */
    static final int MAX_HEAD_BYTES = 32 * 1024;

    /** An Upload has less than 1 KiB. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    private static final int MAX_FIELDS = 200;
    private static final int MAX_INTERIM_RESPONSES = 10;

    /** The fields that decide where the response ends, and whether another can follow. */
    private static final Set<String> FRAMING_FIELDS = Set.of("content-length", "transfer-encoding", "connection");

    private final InputStream in;
    private final byte[] buffer = new byte[4096];
    /** The line that is being read; a longer one gets an array of its own. */
    private final byte[] line = new byte[256];

    private int position;
    private int limit;
    private int remainingHeadBytes;
    private boolean reusable;

    ResponseParser(InputStream in) {
        this.in = in;
    }

    /** Whether another request can follow the last response. */
    boolean isReusable() {
        return reusable && isFullyRead();
    }

    /** Whether the buffer has no data after the end of the last response. */
    boolean isFullyRead() {
        return position == limit;
    }

    /**
     * Reads the next final response and skips interim ones.
     *
     * @throws MalformedResponseException if it is not HTTP/1.1, or exceeds a limit
     * @throws IOException if the connection ends before the response is complete
     */
    HttpResponse read() throws IOException {
        reusable = false;
        remainingHeadBytes = MAX_HEAD_BYTES;
        for (int interim = 0; interim <= MAX_INTERIM_RESPONSES; interim++) {
            String statusLine = readLine();
            int status = parseStatus(statusLine);
            Map<String, List<String>> headers = readHeaders();
            if (status >= 200) {
                boolean http11 = statusLine.startsWith("HTTP/1.1 ");
                return new HttpResponse(status, headers, readBody(status, headers, http11));
            }
            if (status == 101) {
                throw new MalformedResponseException("it switched protocols (101)");
            }
        }
        throw new MalformedResponseException(
                "it is preceded by more than " + MAX_INTERIM_RESPONSES + " interim answers");
    }

    /**
     * Reads the head of a proxy's response to CONNECT. After a 2xx everything that follows comes from the server.
     *
     * @return the status
     * @throws MalformedResponseException if it is not HTTP/1.1, or data follows before the TLS handshake
     * @throws IOException if the connection ends before the head is complete
     */
    int readTunnelStatus() throws IOException {
        remainingHeadBytes = MAX_HEAD_BYTES;
        int status = parseStatus(readLine());
        readHeaders();
        if (!isFullyRead() && status >= 200 && status < 300) {
            throw new MalformedResponseException("it has data after its head");
        }
        return status;
    }

    private static int parseStatus(String line) throws MalformedResponseException {
        boolean valid = line.length() >= 12
                && line.startsWith("HTTP/1.")
                && isDigit(line.charAt(7))
                && line.charAt(8) == ' '
                && (line.length() == 12 || line.charAt(12) == ' ');
        for (int i = 9; valid && i < 12; i++) {
            valid = isDigit(line.charAt(i));
        }
        int status = valid ? Integer.parseInt(line.substring(9, 12)) : 0;
        if (status < 100 || status > 599) {
            throw new MalformedResponseException("it is not HTTP/1.1");
        }
        return status;
    }

    private Map<String, List<String>> readHeaders() throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        int fields = 0;
        String next = readLine();
        while (!next.isEmpty()) {
            String field = next;
            next = readLine();
            if (isFolded(next)) {
                StringBuilder unfolded = new StringBuilder(field);
                for (; isFolded(next); next = readLine()) {
                    unfolded.append(' ').append(trimmed(next));
                }
                field = unfolded.toString();
            }
            if (++fields > MAX_FIELDS) {
                throw new MalformedResponseException("its head is larger than " + MAX_FIELDS + " fields");
            }
            addField(field, headers);
        }
        return headers;
    }

    private static boolean isFolded(String line) {
        return !line.isEmpty() && isBlank(line.charAt(0));
    }

    private static void addField(String field, Map<String, List<String>> headers) throws MalformedResponseException {
        int colon = field.indexOf(':');
        // A folded line here is the first line, with nothing before it to continue.
        if (colon <= 0 || isFolded(field)) {
            throw new MalformedResponseException("it has a malformed header line");
        }
        if (isBlank(field.charAt(colon - 1))) {
            throw new MalformedResponseException("it has white space between a header's name and its colon");
        }
        String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = trimmed(field.substring(colon + 1));
        if (isToken(name) && !hasControl(value)) {
            headers.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
        } else if (FRAMING_FIELDS.stream().anyMatch(name::contains)) {
            throw new MalformedResponseException("it has a malformed header that says where it ends");
        }
    }

    private byte[] readBody(int status, Map<String, List<String>> headers, boolean http11) throws IOException {
        List<String> codings = headers.get("transfer-encoding");
        List<String> lengths = headers.get("content-length");
        boolean keepAlive = http11 && !closes(headers);
        if (status == 204 || status == 304) {
            // A 204 must not have a body. A server that declares one all the same may also send it.
            reusable = keepAlive && (status == 304 || codings == null && lengths == null);
            return new byte[0];
        }
        if (codings != null) {
            if (!http11 || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
                throw new MalformedResponseException("it has an unknown transfer coding");
            }
            if (lengths != null) {
                throw new MalformedResponseException("it has both a transfer coding and a content-length");
            }
            byte[] body = readChunks();
            reusable = keepAlive;
            return body;
        }
        if (lengths == null) {
            return readUntilClose();
        }
        byte[] body = readExactly(contentLength(lengths));
        reusable = keepAlive;
        return body;
    }

    private static int contentLength(List<String> values) throws MalformedResponseException {
        String value = values.get(0);
        if (value.isEmpty()
                || !value.chars().allMatch(ResponseParser::isDigit)
                || values.stream().anyMatch(v -> !v.equals(value))) {
            throw new MalformedResponseException("it has a malformed content-length");
        }
        return parseSize(value, 10, MAX_BODY_BYTES);
    }

    /** Parses a number of bytes with any number of leading zeros. */
    private static int parseSize(String digits, int radix, int max) throws MalformedResponseException {
        int size = 0;
        for (int i = 0; i < digits.length(); i++) {
            size = size * radix + Character.digit(digits.charAt(i), radix);
            if (size > max) {
                throw tooLarge();
            }
        }
        return size;
    }

    private byte[] readExactly(int length) throws IOException {
        byte[] body = new byte[length];
        for (int at = 0; at < length; ) {
            int count = available(length - at);
            System.arraycopy(buffer, position, body, at, count);
            position += count;
            at += count;
        }
        return body;
    }

    /** Waits for input. Returns how many of the wanted bytes the buffer has, at least one. */
    private int available(int wanted) throws IOException {
        fillBuffer();
        return Math.min(limit - position, wanted);
    }

    private byte[] readChunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        remainingHeadBytes = MAX_HEAD_BYTES;
        while (true) {
            int size = parseChunkSize(readLine(), MAX_BODY_BYTES - body.size());
            if (size == 0) {
                readHeaders();
                return body.toByteArray();
            }
            for (int left = size; left > 0; ) {
                int count = available(left);
                body.write(buffer, position, count);
                position += count;
                left -= count;
            }
            if (!readLine().isEmpty()) {
                throw malformedChunk();
            }
        }
    }

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112: Chunked Transfer Coding</a> */
    private static int parseChunkSize(String line, int max) throws MalformedResponseException {
        int digits = 0;
        while (digits < line.length() && isHexDigit(line.charAt(digits))) {
            digits++;
        }
        String extension = trimmed(line.substring(digits));
        boolean valid = digits > 0 && (digits == line.length() || extension.startsWith(";"));
        if (!valid) {
            throw malformedChunk();
        }
        return parseSize(line.substring(0, digits), 16, max);
    }

    private static MalformedResponseException malformedChunk() {
        return new MalformedResponseException("it has a malformed chunk");
    }

    private byte[] readUntilClose() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        do {
            if (limit - position > MAX_BODY_BYTES - body.size()) {
                throw tooLarge();
            }
            body.write(buffer, position, limit - position);
            position = limit;
        } while (refill());
        return body.toByteArray();
    }

    private static MalformedResponseException tooLarge() {
        return new MalformedResponseException("its body is larger than " + MAX_BODY_BYTES + " bytes");
    }

    /** Reads a line within {@link #remainingHeadBytes}. Returns it without CRLF. */
    private String readLine() throws IOException {
        byte[] bytes = line;
        int length = 0;
        while (true) {
            fillBuffer();
            byte b = buffer[position++];
            if (--remainingHeadBytes < 0) {
                throw new MalformedResponseException("its head is larger than " + MAX_HEAD_BYTES + " bytes");
            }
            boolean returned = length > 0 && bytes[length - 1] == '\r';
            if (b == '\n' && returned) {
                return new String(bytes, 0, length - 1, StandardCharsets.ISO_8859_1);
            }
            if (b == '\n' || returned) {
                throw new MalformedResponseException("a line of it does not end in a carriage return and a line feed");
            }
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * length);
            }
            bytes[length++] = b;
        }
    }

    private void fillBuffer() throws IOException {
        if (position == limit && !refill()) {
            throw new PrematureEndException();
        }
    }

    private boolean refill() throws IOException {
        int count = in.read(buffer, 0, buffer.length);
        position = 0;
        limit = Math.max(count, 0);
        return count > 0;
    }

    private static boolean closes(Map<String, List<String>> headers) {
        for (String value : headers.getOrDefault("connection", List.of())) {
            for (String option : value.split(",")) {
                if (trimmed(option).equalsIgnoreCase("close")) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Trims spaces and tabs, the only white space in HTTP. */
    private static String trimmed(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isBlank(text.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isBlank(int c) {
        return c == ' ' || c == '\t';
    }

    private static boolean hasControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isControl(int c) {
        return c < ' ' && c != '\t' || c == 0x7f;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHexDigit(int c) {
        return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
    }

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2">RFC 9110: Tokens</a> */
    private static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTokenCharacter(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTokenCharacter(int c) {
        return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** The connection ended before or in a response. */
    static final class PrematureEndException extends IOException {}

    /** Not a valid response. The message completes the sentence "The answer was not usable: …". */
    static final class MalformedResponseException extends IOException {
        MalformedResponseException(String message) {
            super(message);
        }
    }
}
