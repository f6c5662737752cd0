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
 * Reads HTTP/1.1 responses from a connection, with a bound on everything that the server decides the size of.
 *
 * <p>Where RFC 9112 leaves a choice, it refuses what another recipient may take for a message that ends elsewhere: a
 * line that ends without a carriage return (2.2), white space before a colon (5.1), a transfer coding but
 * {@code chunked} alone (6.1), a length beside it (6.3). A folded line goes on after a space, as a user agent must read
 * it (5.2). A field that is none, by its name or by control characters in its value, is left out, unless the message's
 * end depends on it.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>
 */
final class ResponseParser {

    /** Of all heads of an answer together, and once more of what frames its chunks, trailers included. */
    static final int LONGEST_HEAD = 32 * 1024;

    /** An Upload has less than a kilobyte. */
    static final int LONGEST_BODY = 64 * 1024;

    private static final int MOST_FIELDS = 200;
    private static final int MOST_INTERIM_ANSWERS = 10;

    /** On which it depends where the answer ends, and whether another can follow. */
    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding", "connection");

    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int limit;
    private int headLeft;
    private boolean reusable;

    ResponseParser(InputStream in) {
        this.in = in;
    }

    /** Whether the connection can carry another request after the answer that was read last. */
    boolean isReusable() {
        return reusable && isDrained();
    }

    /** Whether nothing was read beyond the end of the last answer. */
    boolean isDrained() {
        return position == limit;
    }

    /**
     * The next final answer.
     *
     * @throws MalformedAnswerException if it is not HTTP/1.1 or larger than the bounds
     * @throws IOException if the connection ends before the answer does
     */
    HttpResponse read() throws IOException {
        reusable = false;
        headLeft = LONGEST_HEAD;
        for (int interim = 0; interim <= MOST_INTERIM_ANSWERS; interim++) {
            String statusLine = line();
            int status = status(statusLine);
            Map<String, List<String>> headers = headers();
            if (status >= 200) {
                boolean http11 = statusLine.startsWith("HTTP/1.1 ");
                return new HttpResponse(status, headers, body(status, headers, http11));
            }
            if (status == 101) {
                throw new MalformedAnswerException("it switched protocols (101)");
            }
        }
        throw new MalformedAnswerException("it is preceded by more than " + MOST_INTERIM_ANSWERS + " interim answers");
    }

    /**
     * The status of a proxy's answer to CONNECT; after a 2xx whatever follows the head is the server's.
     *
     * @throws MalformedAnswerException if it is not HTTP/1.1, or the server spoke before it was spoken to
     * @throws IOException if the connection ends before the head does
     */
    int readTunnel() throws IOException {
        headLeft = LONGEST_HEAD;
        int status = status(line());
        headers();
        if (!isDrained() && status >= 200 && status < 300) {
            throw new MalformedAnswerException("it goes on after its head");
        }
        return status;
    }

    private static int status(String line) throws MalformedAnswerException {
        boolean wellFormed = line.length() >= 12
                && line.startsWith("HTTP/1.")
                && isDigit(line.charAt(7))
                && line.charAt(8) == ' '
                && (line.length() == 12 || line.charAt(12) == ' ');
        for (int i = 9; wellFormed && i < 12; i++) {
            wellFormed = isDigit(line.charAt(i));
        }
        int status = wellFormed ? Integer.parseInt(line.substring(9, 12)) : 0;
        if (status < 100 || status > 599) {
            throw new MalformedAnswerException("it is not HTTP/1.1");
        }
        return status;
    }

    private Map<String, List<String>> headers() throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        int fields = 0;
        String next = line();
        while (!next.isEmpty()) {
            StringBuilder field = new StringBuilder(next);
            for (next = line(); isFolded(next); next = line()) {
                field.append(' ').append(trimmed(next));
            }
            if (++fields > MOST_FIELDS) {
                throw new MalformedAnswerException("its head is larger than " + MOST_FIELDS + " fields");
            }
            add(field.toString(), headers);
        }
        return headers;
    }

    private static boolean isFolded(String line) {
        return !line.isEmpty() && isBlank(line.charAt(0));
    }

    private static void add(String field, Map<String, List<String>> headers) throws MalformedAnswerException {
        int colon = field.indexOf(':');
        // A folded line here is the first, which goes on with none.
        if (colon <= 0 || isFolded(field)) {
            throw new MalformedAnswerException("it has a malformed header line");
        }
        if (isBlank(field.charAt(colon - 1))) {
            throw new MalformedAnswerException("it has white space between a header's name and its colon");
        }
        String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = trimmed(field.substring(colon + 1));
        if (name.chars().allMatch(ResponseParser::isTokenCharacter)
                && value.chars().noneMatch(ResponseParser::isControl)) {
            headers.computeIfAbsent(name, n -> new ArrayList<>(1)).add(value);
        } else if (FRAMING.stream().anyMatch(name::contains)) {
            throw new MalformedAnswerException("it has a malformed header that says where it ends");
        }
    }

    private byte[] body(int status, Map<String, List<String>> headers, boolean http11) throws IOException {
        List<String> codings = headers.get("transfer-encoding");
        List<String> lengths = headers.get("content-length");
        boolean keepAlive = http11 && !closes(headers);
        if (status == 204 || status == 304) {
            // A 204 has nothing to frame; whoever frames it all the same may send it, too.
            reusable = keepAlive && (status == 304 || codings == null && lengths == null);
            return new byte[0];
        }
        if (codings != null) {
            if (!http11 || codings.size() > 1 || !codings.get(0).equalsIgnoreCase("chunked")) {
                throw new MalformedAnswerException("it has an unknown transfer coding");
            }
            if (lengths != null) {
                throw new MalformedAnswerException("it has both a transfer coding and a content-length");
            }
            byte[] body = chunks();
            reusable = keepAlive;
            return body;
        }
        if (lengths == null) {
            return untilClose();
        }
        byte[] body = exactly(length(lengths));
        reusable = keepAlive;
        return body;
    }

    private static int length(List<String> values) throws MalformedAnswerException {
        String value = values.get(0);
        if (value.isEmpty()
                || !value.chars().allMatch(ResponseParser::isDigit)
                || values.stream().anyMatch(v -> !v.equals(value))) {
            throw new MalformedAnswerException("it has a malformed content-length");
        }
        return size(value, 10, LONGEST_BODY);
    }

    /** A number of bytes in digits, however many zeros are before it. */
    private static int size(String digits, int radix, int longest) throws MalformedAnswerException {
        int size = 0;
        for (int i = 0; i < digits.length(); i++) {
            size = size * radix + Character.digit(digits.charAt(i), radix);
            if (size > longest) {
                throw tooLarge();
            }
        }
        return size;
    }

    private byte[] exactly(int length) throws IOException {
        byte[] body = new byte[length];
        for (int at = 0; at < length; ) {
            int count = some(length - at);
            System.arraycopy(buffer, position, body, at, count);
            position += count;
            at += count;
        }
        return body;
    }

    /** @return how many of so many bytes are in the buffer; at least one */
    private int some(int wanted) throws IOException {
        fill();
        return Math.min(limit - position, wanted);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        headLeft = LONGEST_HEAD;
        while (true) {
            int size = chunkSize(line(), LONGEST_BODY - body.size());
            if (size == 0) {
                headers();
                return body.toByteArray();
            }
            for (int left = size; left > 0; ) {
                int count = some(left);
                body.write(buffer, position, count);
                position += count;
                left -= count;
            }
            if (!line().isEmpty()) {
                throw malformedChunk();
            }
        }
    }

    /** @see <a href="https://www.rfc-editor.org/rfc/rfc9112#section-7.1">RFC 9112: Chunked Transfer Coding</a> */
    private static int chunkSize(String line, int longest) throws MalformedAnswerException {
        int digits = 0;
        while (digits < line.length() && isHexDigit(line.charAt(digits))) {
            digits++;
        }
        String extension = trimmed(line.substring(digits));
        boolean wellFormed = digits > 0 && (digits == line.length() || extension.startsWith(";"));
        if (!wellFormed) {
            throw malformedChunk();
        }
        return size(line.substring(0, digits), 16, longest);
    }

    private static MalformedAnswerException malformedChunk() {
        return new MalformedAnswerException("it has a malformed chunk");
    }

    private byte[] untilClose() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(1024);
        do {
            if (limit - position > LONGEST_BODY - body.size()) {
                throw tooLarge();
            }
            body.write(buffer, position, limit - position);
            position = limit;
        } while (more());
        return body.toByteArray();
    }

    private static MalformedAnswerException tooLarge() {
        return new MalformedAnswerException("its body is larger than " + LONGEST_BODY + " bytes");
    }

    /** A line of the head without its end; within what is left of the head's bound. */
    private String line() throws IOException {
        byte[] bytes = new byte[128];
        int length = 0;
        while (true) {
            fill();
            byte b = buffer[position++];
            if (--headLeft < 0) {
                throw new MalformedAnswerException("its head is larger than " + LONGEST_HEAD + " bytes");
            }
            boolean returned = length > 0 && bytes[length - 1] == '\r';
            if (b == '\n' && returned) {
                return new String(bytes, 0, length - 1, StandardCharsets.ISO_8859_1);
            }
            if (b == '\n' || returned) {
                throw new MalformedAnswerException("a line of it does not end in a carriage return and a line feed");
            }
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * length);
            }
            bytes[length++] = b;
        }
    }

    private void fill() throws IOException {
        if (position == limit && !more()) {
            throw new PrematureEndException();
        }
    }

    private boolean more() throws IOException {
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

    /** Without the spaces and tabs around it, which are all that HTTP takes for white space. */
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
    private static boolean isTokenCharacter(int c) {
        return isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }

    /** The connection ended in the middle of an answer, or before it. */
    static final class PrematureEndException extends IOException {}

    /** The bytes are no answer; the message completes the sentence "The answer was not usable: …". */
    static final class MalformedAnswerException extends IOException {
        MalformedAnswerException(String message) {
            super(message);
        }
    }
}
