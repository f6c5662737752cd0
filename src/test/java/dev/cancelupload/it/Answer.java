package dev.cancelupload.it;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * What {@link OpenAiStandIn} answers to one request, faults on the wire included. Immutable: each method returns a
 * changed copy. In a body, header or raw answer <code>{id}</code> stands for the upload id of the request. Heads and
 * raw answers are encoded in ISO 8859-1, bodies in UTF-8.
 */
public final class Answer implements Cloneable {

    private enum Framing {
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    /** What follows on the connection. */
    enum End {
        KEEP,
        CLOSE,
        RESET,
        STALL
    }

    /** An Upload as OpenAI documents it, with a size beyond 32 bits. */
    public static final String UPLOAD =
            """
            {"id":"{id}","object":"upload","bytes":21474836480,"created_at":1719184911,"filename":"{id}.jsonl",\
            "purpose":"fine-tune","status":"cancelled","expires_at":1719127296,"file":null}""";

    private final int status;
    private List<String> headers = List.of();
    private String body;
    private String raw;
    private String contentType = "application/json";
    private Framing framing = Framing.LENGTH;
    private Duration delay = Duration.ZERO;
    private CountDownLatch held = new CountDownLatch(0);
    private int cut = Integer.MAX_VALUE;
    private Duration pause = Duration.ZERO;
    private String flood;
    private Answer surplus;
    private String before = "";
    private End end = End.KEEP;

    private Answer(int status, String body) {
        this.status = status;
        this.body = body;
    }

    /** The Upload, cancelled. */
    public static Answer cancelled() {
        return json(200, UPLOAD).header("x-request-id", "req_{id}");
    }

    /** The Upload with another status. */
    public static Answer upload(String status) {
        return json(200, UPLOAD.replace("\"cancelled\"", '"' + status + '"'));
    }

    public static Answer json(int status, String body) {
        return new Answer(status, body);
    }

    /** OpenAI's error envelope without a code. */
    public static Answer error(int status, String message) {
        return error(status, message, null);
    }

    /** OpenAI's error envelope. */
    public static Answer error(int status, String message, String code) {
        return json(status, envelope(message, code)).header("x-request-id", "req_error");
    }

    /** The body of {@link #error}. */
    public static String envelope(String message, String code) {
        return "{\"error\":{\"message\":" + quoted(message) + ",\"type\":\"invalid_request_error\",\"param\":null,"
                + "\"code\":" + (code == null ? "null" : quoted(code)) + "}}";
    }

    /** A failure after which an attempt may follow at once. */
    public static Answer busy(int status) {
        return error(status, "not now").header("retry-after-ms", "5");
    }

    /** An Upload that is unknown to OpenAI. */
    public static Answer notFound() {
        return error(404, "No such Upload object: {id}", "not_found");
    }

    /** The page of a proxy or firewall. */
    public static Answer page(int status) {
        return json(status, "<html><body>Blocked by example.com</body></html>").contentType("text/html");
    }

    /** Any bytes, after which the connection is closed. */
    public static Answer raw(String bytes) {
        Answer answer = new Answer(0, "");
        answer.raw = bytes;
        answer.end = End.CLOSE;
        return answer;
    }

    /** No answer, until the client gives up. */
    public static Answer silence() {
        return raw("").thenStalls();
    }

    /** A JSON string literal. */
    public static String quoted(String text) {
        return JsonNodeFactory.instance.textNode(text).toString();
    }

    int status() {
        return status;
    }

    public Answer header(String name, String value) {
        List<String> more = new ArrayList<>(headers);
        more.add(name + ": " + value + "\r\n");
        return with(copy -> copy.headers = more);
    }

    public Answer body(String text) {
        return with(copy -> copy.body = text);
    }

    /** Another content type; null for none. */
    public Answer contentType(String type) {
        return with(copy -> copy.contentType = type);
    }

    public Answer chunked() {
        return with(copy -> copy.framing = Framing.CHUNKED);
    }

    /** The body ends with the connection. */
    public Answer untilClose() {
        return thenCloses().with(copy -> copy.framing = Framing.UNTIL_CLOSE);
    }

    /** Sent after this time. */
    public Answer after(Duration time) {
        return with(copy -> copy.delay = time);
    }

    /** Sent when a test says so. */
    public Answer heldBy(CountDownLatch latch) {
        return with(copy -> copy.held = latch);
    }

    /** Only so many of its bytes are sent. */
    public Answer cutAfter(int bytes) {
        return (end == End.KEEP ? thenCloses() : this).with(copy -> copy.cut = bytes);
    }

    public Answer thenCloses() {
        return then(End.CLOSE);
    }

    public Answer thenResets() {
        return then(End.RESET);
    }

    public Answer thenStalls() {
        return then(End.STALL);
    }

    /** Whether nothing can follow on its connection. */
    boolean endsConnection() {
        return end != End.KEEP;
    }

    private Answer then(End other) {
        return with(copy -> copy.end = other);
    }

    /** Sent byte by byte with a pause after each. */
    public Answer dripping(Duration between) {
        return with(copy -> copy.pause = between);
    }

    /** Followed by these bytes again and again, until the client closes. */
    public Answer thenFloods(String bytes) {
        return with(copy -> copy.flood = bytes);
    }

    /** Another answer that nobody asked for follows in the same write. */
    public Answer followedBy(Answer other) {
        return with(copy -> copy.surplus = other);
    }

    /** Preceded by an interim answer, such as {@code 100 Continue}. */
    public Answer afterInterim(int interim) {
        return with(copy -> copy.before = "HTTP/1.1 " + interim + " Interim\r\nlink: </x>\r\n\r\n");
    }

    private Answer with(Consumer<Answer> change) {
        try {
            Answer copy = (Answer) clone();
            change.accept(copy);
            return copy;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends it. Returns what follows on the connection. */
    End sendTo(OutputStream out, String id) throws IOException, InterruptedException {
        Thread.sleep(delay.toMillis());
        held.await();
        byte[] all = bytes(id);
        int length = Math.min(cut, all.length);
        if (pause.isZero()) {
            out.write(all, 0, length);
        } else {
            for (int at = 0; at < length; at++) {
                out.write(all, at, 1);
                Thread.sleep(pause.toMillis());
            }
        }
        byte[] block = flood == null ? null : latin(flood.repeat(Math.max(1, 16_384 / flood.length())));
        while (block != null) {
            out.write(block);
        }
        return end;
    }

    byte[] bytes(String id) {
        if (raw != null) {
            return latin(raw.replace("{id}", id));
        }
        byte[] content = body.replace("{id}", id).getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(before + "HTTP/1.1 " + status + " Status\r\n");
        if (contentType != null) {
            head.append("content-type: ").append(contentType).append("\r\n");
        }
        headers.forEach(line -> head.append(line.replace("{id}", id)));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        switch (framing) {
            case LENGTH -> {
                all.writeBytes(latin(head + "content-length: " + content.length + "\r\n\r\n"));
                all.writeBytes(content);
            }
            case UNTIL_CLOSE -> {
                all.writeBytes(latin(head + "connection: close\r\n\r\n"));
                all.writeBytes(content);
            }
            case CHUNKED -> {
                int half = content.length / 2;
                all.writeBytes(latin(head + "transfer-encoding: chunked\r\n\r\n" + Integer.toHexString(half) + "\r\n"));
                all.write(content, 0, half);
                all.writeBytes(latin("\r\n" + Integer.toHexString(content.length - half) + ";x=1\r\n"));
                all.write(content, half, content.length - half);
                all.writeBytes(latin("\r\n0\r\n\r\n"));
            }
        }
        if (surplus != null) {
            all.writeBytes(surplus.bytes(id));
        }
        return all.toByteArray();
    }

    @Override
    public String toString() {
        String text = raw == null ? status + " " + headers + " " + body : raw;
        return text.substring(0, Math.min(text.length(), 100)).replaceAll("\\s+", " ");
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
