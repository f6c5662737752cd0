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

/**
 * Reads HTTP/1.1 responses from a connection, with a bound on everything that the server decides the size of.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>
 */
final class AnswerParser {

    static final int LONGEST_HEAD = 64 * 1024;
    static final int LONGEST_BODY = 1024 * 1024;
    private static final int MOST_INTERIM_ANSWERS = 10;

    private final InputStream in;
    private final byte[] buffer = new byte[8192];
    private int position;
    private int limit;
    private int headLeft;
    private boolean reusable;

    AnswerParser(InputStream in) {
        this.in = in;
    }

    /** Whether the connection can carry another request after the answer that was read last. */
    boolean isReusable() {
        return reusable && position == limit;
    }

    /**
     * The next final answer.
     *
     * @throws MalformedAnswerException if it is not HTTP/1.1 or larger than the bounds
     * @throws IOException if the connection ends before the answer does
     */
    HttpAnswer read() throws IOException {
        reusable = false;
        for (int interim = 0; interim <= MOST_INTERIM_ANSWERS; interim++) {
            headLeft = LONGEST_HEAD;
            String statusLine = line();
            int status = status(statusLine);
            Map<String, List<String>> headers = headers();
            if (status >= 200) {
                boolean keepAlive = statusLine.startsWith("HTTP/1.1 ") && !lists(headers, "connection", "close");
                return new HttpAnswer(status, headers, body(status, headers, keepAlive));
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
        if (position != limit && status >= 200 && status < 300) {
            throw new MalformedAnswerException("it goes on after its head");
        }
        return status;
    }

    private static int status(String line) throws MalformedAnswerException {
        boolean wellFormed = line.length() >= 12
                && line.startsWith("HTTP/1.")
                && line.charAt(8) == ' '
                && (line.length() == 12 || line.charAt(12) == ' ');
        for (int i = 9; wellFormed && i < 12; i++) {
            wellFormed = line.charAt(i) >= '0' && line.charAt(i) <= '9';
        }
        int status = wellFormed ? Integer.parseInt(line.substring(9, 12)) : 0;
        if (status < 100 || status > 599) {
            throw new MalformedAnswerException("it is not HTTP/1.1");
        }
        return status;
    }

    private Map<String, List<String>> headers() throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon <= 0 || line.charAt(0) == ' ' || line.charAt(0) == '\t') {
                throw new MalformedAnswerException("it has a malformed header line");
            }
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), n -> new ArrayList<>(1))
                    .add(line.substring(colon + 1).strip());
        }
        return headers;
    }

    private byte[] body(int status, Map<String, List<String>> headers, boolean keepAlive) throws IOException {
        if (status == 204 || status == 304) {
            reusable = keepAlive;
            return new byte[0];
        }
        if (headers.containsKey("transfer-encoding")) {
            if (!lists(headers, "transfer-encoding", "chunked")) {
                throw new MalformedAnswerException("it has an unknown transfer coding");
            }
            byte[] body = chunks();
            reusable = keepAlive && !headers.containsKey("content-length");
            return body;
        }
        List<String> lengths = headers.get("content-length");
        if (lengths == null) {
            return untilClose();
        }
        byte[] body = exactly(length(lengths));
        reusable = keepAlive;
        return body;
    }

    private static int length(List<String> values) throws MalformedAnswerException {
        String value = values.get(0);
        boolean digits = !value.isEmpty() && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!digits || values.stream().anyMatch(v -> !v.equals(value))) {
            throw new MalformedAnswerException("it has a malformed content-length");
        }
        if (value.length() > 18 || Long.parseLong(value) > LONGEST_BODY) {
            throw tooLarge();
        }
        return Integer.parseInt(value);
    }

    private byte[] exactly(int length) throws IOException {
        byte[] body = new byte[length];
        for (int at = 0; at < length; ) {
            fill();
            int count = Math.min(limit - position, length - at);
            System.arraycopy(buffer, position, body, at, count);
            position += count;
            at += count;
        }
        return body;
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            headLeft = LONGEST_HEAD;
            String line = line();
            int end = line.indexOf(';');
            String digits = (end < 0 ? line : line.substring(0, end)).strip();
            int size;
            try {
                size = digits.length() > 7 ? LONGEST_BODY + 1 : Integer.parseInt(digits, 16);
            } catch (NumberFormatException e) {
                size = -1;
            }
            if (size < 0 || digits.startsWith("+")) {
                throw new MalformedAnswerException("it has a malformed chunk");
            }
            if (size > LONGEST_BODY - body.size()) {
                throw tooLarge();
            }
            if (size == 0) {
                headers();
                return body.toByteArray();
            }
            body.write(exactly(size));
            if (!line().isEmpty()) {
                throw new MalformedAnswerException("it has a malformed chunk");
            }
        }
    }

    private byte[] untilClose() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        do {
            body.write(buffer, position, limit - position);
            position = limit;
            if (body.size() > LONGEST_BODY) {
                throw tooLarge();
            }
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
            if (b == '\n') {
                break;
            }
            if (--headLeft < 0) {
                throw new MalformedAnswerException("its head is larger than " + LONGEST_HEAD + " bytes");
            }
            if (length == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * length);
            }
            bytes[length++] = b;
        }
        if (length > 0 && bytes[length - 1] == '\r') {
            length--;
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
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

    private static boolean lists(Map<String, List<String>> headers, String name, String token) {
        for (String value : headers.getOrDefault(name, List.of())) {
            for (String element : value.split(",")) {
                if (element.strip().equalsIgnoreCase(token)) {
                    return true;
                }
            }
        }
        return false;
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
