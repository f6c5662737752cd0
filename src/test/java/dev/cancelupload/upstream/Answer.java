package dev.cancelupload.upstream;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An HTTP response as bytes, valid or malformed in any part. The head is encoded in ISO 8859-1, the body in UTF-8. */
public final class Answer {

    private enum Framing {
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    private final int status;
    private final List<String> headers = new ArrayList<>();
    private String reason = "Status";
    private byte[] body;
    private Framing framing = Framing.LENGTH;
    private String chunkExtension = "";
    private String trailers = "";
    private String contentType = "application/json";

    private Answer(int status, String body) {
        this.status = status;
        this.body = body.getBytes(StandardCharsets.UTF_8);
    }

    public static Answer of(int status, String body) {
        return new Answer(status, body);
    }

    /** An Upload with this status and the nonce as its file name. */
    public static Answer upload(String id, String nonce, String status) {
        return of(200, uploadJson(id, nonce, status)).header("x-request-id", "req_" + id + "_" + nonce);
    }

    public static String uploadJson(String id, String nonce, String status) {
        return """
                {"id":"%s","object":"upload","bytes":2147483648,"created_at":1719184911,"filename":"%s_%s",\
                "purpose":"fine-tune","status":"%s","expires_at":1719188511,"file":null}"""
                .formatted(id, id, nonce, status);
    }

    /** OpenAI's error object with the id and the nonce in its text. */
    public static Answer error(int status, String id, String nonce) {
        return of(status, errorJson(quoted("Request " + id + "_" + nonce + " failed")))
                .header("x-request-id", "req_" + id + "_" + nonce);
    }

    /** @param message as JSON */
    public static String errorJson(String message) {
        return "{\"error\":{\"message\":" + message
                + ",\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}";
    }

    public static String quoted(String text) {
        return dev.cancelupload.json.Json.MAPPER.getNodeFactory().textNode(text).toString();
    }

    public Answer header(String name, String value) {
        headers.add(name + ": " + value);
        return this;
    }

    public Answer reason(String text) {
        reason = text;
        return this;
    }

    public Answer contentType(String value) {
        contentType = value;
        return this;
    }

    public Answer body(byte[] bytes) {
        body = bytes;
        return this;
    }

    public Answer chunked(String extension, String trailerLines) {
        framing = Framing.CHUNKED;
        chunkExtension = extension;
        trailers = trailerLines;
        return this;
    }

    public Answer untilClose() {
        framing = Framing.UNTIL_CLOSE;
        return this;
    }

    public byte[] bytes() {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " " + reason + "\r\n");
        if (contentType != null) {
            head.append("content-type: ").append(contentType).append("\r\n");
        }
        headers.forEach(line -> head.append(line).append("\r\n"));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        switch (framing) {
            case LENGTH -> {
                head.append("content-length: ").append(body.length).append("\r\n\r\n");
                write(all, head.toString());
                all.writeBytes(body);
            }
            case UNTIL_CLOSE -> {
                head.append("connection: close\r\n\r\n");
                write(all, head.toString());
                all.writeBytes(body);
            }
            case CHUNKED -> {
                head.append("transfer-encoding: chunked\r\n\r\n");
                write(all, head.toString());
                int half = body.length / 2;
                chunk(all, 0, half);
                chunk(all, half, body.length - half);
                write(all, "0" + chunkExtension + "\r\n" + trailers + "\r\n");
            }
        }
        return all.toByteArray();
    }

    /** This response padded to exactly this length by a meaningless header. */
    public byte[] bytes(int length) {
        int missing = length - bytes().length - "x-pad: \r\n".length();
        if (missing < 0) {
            throw new IllegalArgumentException("longer than " + length + " already");
        }
        headers.add("x-pad: " + "p".repeat(missing));
        return bytes();
    }

    private void chunk(ByteArrayOutputStream all, int from, int length) {
        if (length > 0) {
            write(all, Integer.toHexString(length) + chunkExtension + "\r\n");
            all.write(body, from, length);
            write(all, "\r\n");
        }
    }

    private static void write(ByteArrayOutputStream all, String text) {
        all.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
