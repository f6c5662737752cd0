package dev.cancelupload.reliability;

import static dev.cancelupload.openai.FailureKind.BUDGET_SPENT;
import static dev.cancelupload.openai.FailureKind.CREDENTIALS_REJECTED;
import static dev.cancelupload.openai.FailureKind.RATE_LIMITED;
import static dev.cancelupload.openai.FailureKind.REQUEST_REJECTED;
import static dev.cancelupload.openai.FailureKind.UPLOAD_ALREADY_FINAL;
import static dev.cancelupload.openai.FailureKind.UPLOAD_NOT_FOUND;
import static dev.cancelupload.openai.FailureKind.UPSTREAM_FAILURE;
import static dev.cancelupload.reliability.Answers.error;
import static dev.cancelupload.reliability.Answers.http;
import static dev.cancelupload.reliability.Fault.certificate;
import static dev.cancelupload.reliability.Fault.everyAnswer;
import static dev.cancelupload.reliability.Fault.everyConnection;
import static dev.cancelupload.reliability.Fault.everyRequest;
import static dev.cancelupload.reliability.Fault.firstRequest;

import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.upstream.OpenAI;
import dev.cancelupload.upstream.Peer;
import dev.cancelupload.upstream.Upstream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLContext;

/** The tables of the fault matrix. With the default of two retries a failed connection is tried three times. */
final class Faults {

    private static final String LENGTH_500 =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n";
    private static final String CHUNKED =
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    private static final String UPLOAD = OpenAI.upload("upload_x", "cancelled");
    private static final String NOW = "retry-after-ms: 5\r\n";
    private static final int HUNDRED_MB = 100 * 1024 * 1024;

    private Faults() {}

    /** With an attempt's time-out well below the budget. */
    static List<Fault> all(SSLContext wrongHost, SSLContext expired, SSLContext untrusted, String elsewhere) {
        List<Fault> faults = new ArrayList<>();
        connections(faults, wrongHost, expired, untrusted);
        resets(faults);
        stalls(faults);
        brokenAnswers(faults);
        otherAnswers(faults, elsewhere);
        statuses(faults);
        enormousAnswers(faults);
        recovered(faults);
        return faults;
    }

    /** With an attempt's time-out well above the budget. */
    static List<Fault> thatOutlastTheBudget() {
        List<Fault> faults = new ArrayList<>();
        stalls(faults);
        faults.replaceAll(fault -> fault.fails(BUDGET_SPENT, 1, "CANCEL_BUDGET"));
        faults.add(everyAnswer("429 with a retry-after beyond the budget", error(429, "slow", "retry-after: 60\r\n"))
                .fails(RATE_LIMITED, 1, "slow"));
        faults.add(everyAnswer("503 with a retry-after beyond the budget", error(503, "busy", "retry-after: 60\r\n"))
                .fails(UPSTREAM_FAILURE, 1, "busy"));
        faults.add(
                firstRequest("reset, then a stall", exchange -> exchange.peer().reset(), id -> LENGTH_500)
                        .fails(BUDGET_SPENT, 2, "CANCEL_BUDGET"));
        return faults;
    }

    private static void connections(
            List<Fault> faults, SSLContext wrongHost, SSLContext expired, SSLContext untrusted) {
        faults.add(certificate("certificate of another host", wrongHost)
                .fails(UPSTREAM_FAILURE, 3, "TLS handshake failed"));
        faults.add(certificate("expired certificate", expired).fails(UPSTREAM_FAILURE, 3, "TLS handshake failed"));
        faults.add(certificate("certificate of an untrusted authority", untrusted)
                .fails(UPSTREAM_FAILURE, 3, "TLS handshake failed"));
        faults.add(everyConnection(
                        "plain HTTP where TLS should be",
                        peer -> peer.raw(Answers.cancelled("upload_x").getBytes(StandardCharsets.ISO_8859_1)))
                .fails(UPSTREAM_FAILURE, 3, "TLS handshake failed with "));
        faults.add(everyConnection("closed before TLS", peer -> {})
                .fails(UPSTREAM_FAILURE, 3, "TLS handshake failed with "));
        faults.add(everyConnection("reset before TLS", Peer::reset).fails(UPSTREAM_FAILURE, 3, "could not "));
    }

    private static void resets(List<Fault> faults) {
        resetAfter(faults, "reset before the headers", "");
        resetAfter(faults, "reset within the status line", "HTTP/1.1 20");
        resetAfter(faults, "reset within the headers", "HTTP/1.1 200 OK\r\ncontent-ty");
        resetAfter(faults, "reset after the headers", LENGTH_500);
        resetAfter(faults, "reset within the body", LENGTH_500 + "{\"id\":");
        resetAfter(faults, "reset within a chunk", CHUNKED + "50\r\n{\"id\":");
        faults.add(everyRequest("closed without an answer", exchange -> {}).fails(UPSTREAM_FAILURE, 3, "ended before"));
    }

    private static void resetAfter(List<Fault> faults, String name, String bytes) {
        faults.add(everyRequest(name, exchange -> {
                    exchange.write(bytes);
                    exchange.peer().reset();
                })
                .fails(UPSTREAM_FAILURE, 3, "ended before"));
    }

    private static void stalls(List<Fault> faults) {
        faults.add(everyConnection("stall in the TLS handshake", Peer::stall)
                .fails(UPSTREAM_FAILURE, 3, "could not connect"));
        stallAfter(faults, "stall before the answer", "");
        stallAfter(faults, "stall within the status line", "HTTP/1.1 2");
        stallAfter(faults, "stall after the status line", "HTTP/1.1 200 OK\r\n");
        stallAfter(faults, "stall within the headers", "HTTP/1.1 200 OK\r\ncontent-type: appl");
        stallAfter(faults, "stall after the headers", LENGTH_500);
        stallAfter(faults, "stall within the body", LENGTH_500 + "{\"id\":");
        stallAfter(faults, "stall between two chunks", CHUNKED + "1\r\n{\r\n");
        stallAfter(faults, "stall after an interim answer", "HTTP/1.1 102 Processing\r\n\r\n");
        drip(faults, "slow drip of the headers", "HTTP/1.1 200 OK\r\nx-slow: " + "x".repeat(5_000));
        drip(faults, "slow drip of the body", LENGTH_500 + " ".repeat(499));
    }

    private static void stallAfter(List<Fault> faults, String name, String bytes) {
        faults.add(everyRequest(name, exchange -> {
                    exchange.write(bytes);
                    exchange.peer().stall();
                })
                .fails(UPSTREAM_FAILURE, 3, "timed out before the answer was complete"));
    }

    private static void drip(List<Fault> faults, String name, String bytes) {
        faults.add(everyRequest(name, exchange -> {
                    for (int at = 0; at < bytes.length(); at++) {
                        exchange.write(bytes.substring(at, at + 1));
                        Thread.sleep(50);
                    }
                })
                .fails(UPSTREAM_FAILURE, 3, "timed out before the answer was complete"));
    }

    private static void brokenAnswers(List<Fault> faults) {
        faults.add(everyRequest("truncated body", exchange -> exchange.write(LENGTH_500 + UPLOAD))
                .fails(UPSTREAM_FAILURE, 3, "ended before"));
        // Java's TLS accepts an end without close_notify, so only the JSON shows that the response is truncated.
        faults.add(everyRequest(
                        "truncated body without a length",
                        exchange -> exchange.write("HTTP/1.1 200 OK\r\n\r\n" + UPLOAD.substring(0, 60)))
                .fails(UPSTREAM_FAILURE, 1, "is not JSON"));
        faults.add(everyRequest(
                        "body that ends with the connection",
                        exchange ->
                                exchange.write("HTTP/1.1 200 OK\r\n\r\n" + OpenAI.upload(exchange.id(), "cancelled")))
                .succeeds(1));
        broken(faults, "chunk size that is no number", CHUNKED + "zz\r\n{\r\n0\r\n\r\n", "malformed chunk");
        broken(faults, "chunk longer than its size", CHUNKED + "1\r\n{\"id\"\r\n0\r\n\r\n", "malformed chunk");
        broken(faults, "chunk size beyond 64 bits", CHUNKED + "f".repeat(40) + "\r\n", "larger than");
        broken(faults, "chunk of random bytes", CHUNKED + "\u0001\u00ff\u0080\r\n\u0000\r\n", "malformed chunk");
        broken(faults, "bytes that are no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "not HTTP/1.1");
        broken(faults, "header line without a colon", "HTTP/1.1 200 OK\r\noops\r\n\r\n", "malformed header");
        broken(
                faults,
                "content-length that is no number",
                "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
                "malformed");
        broken(faults, "101 Switching Protocols", "HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n", "switched protocols");
        broken(faults, "interim answers without end", "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000), "interim answers");
    }

    private static void broken(List<Fault> faults, String name, String bytes, String words) {
        faults.add(everyRequest(name, exchange -> exchange.write(bytes)).fails(UPSTREAM_FAILURE, 3, words));
    }

    private static void otherAnswers(List<Fault> faults, String elsewhere) {
        for (int status : new int[] {100, 102, 103}) {
            faults.add(everyRequest(
                            "interim " + status + ", then the answer",
                            exchange -> exchange.write("HTTP/1.1 " + status + " Interim\r\nlink: </x>\r\n\r\n"
                                    + Answers.cancelled(exchange.id())))
                    .succeeds(1));
        }
        useless(faults, "204 No Content", "HTTP/1.1 204 No Content\r\n\r\n", "is empty");
        useless(faults, "200 with an empty body", http(200, "", ""), "is empty");
        useless(faults, "304 Not Modified", "HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n\r\n", "redirect");
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            useless(
                    faults,
                    status + " to another host",
                    "HTTP/1.1 " + status + " Moved\r\nlocation: " + elsewhere
                            + "/uploads/upload_x/cancel\r\ncontent-length: 0\r\n\r\n",
                    "redirect, which is not followed");
        }
        useless(faults, "HTML with status 200", page(200), "is not JSON (content-type text/html");
        useless(faults, "HTML with status 404", page(404), "OPENAI_BASE_URL");
        useless(faults, "JSON that is no Upload", http(200, "", "{\"object\":\"file\"}"), "not an Upload");
        useless(faults, "JSON cut off within a complete body", http(200, "", "{\"id\":\"upl"), "is not JSON");
        useless(faults, "JSON nested 60,000 deep", http(200, "", "[".repeat(60_000)), "is not JSON");
        faults.add(everyRequest("gzip, although nobody asked for it", exchange -> {
                    byte[] body = gzip(OpenAI.upload(exchange.id(), "cancelled"));
                    exchange.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n"
                            + "content-length: " + body.length + "\r\n\r\n");
                    exchange.peer().send(body);
                })
                .fails(UPSTREAM_FAILURE, 1, "is not JSON"));
        for (String type :
                new String[] {"text/plain", "", "nonsense", "application/", ";;;", "application/json; charset=none"}) {
            faults.add(everyRequest(
                            "an Upload with content-type \"" + type + "\"",
                            exchange -> exchange.write(Answers.cancelled(exchange.id())
                                    .replace("content-type: application/json", "content-type: " + type)))
                    .succeeds(1));
        }
        faults.add(everyAnswer(
                        "an error with a content-type that is none",
                        error(422, "Odd", "").replace("application/json", "nonsense"))
                .fails(REQUEST_REJECTED, 1, "Odd")
                .status(422));
        faults.add(everyRequest(
                        "an Upload with headers that HTTP does not know",
                        exchange -> exchange.write(Answers.cancelled(exchange.id())
                                .replace(
                                        "content-length",
                                        "x bad name: 1\r\nx(y): 1\r\nx-control: a\u0001b\u0000c\r\nx-empty:\r\n"
                                                + "x-latin: \u00e9\r\nx-once: 1\r\nX-Once: 2\r\ncontent-length")))
                .succeeds(1));
        faults.add(everyRequest(
                        "the key in the answer",
                        exchange -> exchange.write(http(
                                422,
                                "x-request-id: " + OpenAI.KEY + "\r\n",
                                OpenAI.envelope("You sent Bearer " + OpenAI.KEY, OpenAI.KEY))))
                .fails(REQUEST_REJECTED, 1, "You sent Bearer ***")
                .status(422));
    }

    private static void useless(List<Fault> faults, String name, String answer, String words) {
        faults.add(everyAnswer(name, answer).fails(UPSTREAM_FAILURE, 1, words));
    }

    private static String page(int status) {
        return http(status, "", "<html><h1>Hello</h1></html>").replace("application/json", "text/html; charset=utf-8");
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void statuses(List<Fault> faults) {
        refused(faults, 400, "Invalid value", REQUEST_REJECTED);
        refused(faults, 401, "Incorrect API key: " + OpenAI.KEY.substring(0, 16), CREDENTIALS_REJECTED);
        refused(faults, 403, "No access for " + OpenAI.KEY.substring(0, 16), CREDENTIALS_REJECTED);
        refused(faults, 404, "No such Upload", UPLOAD_NOT_FOUND);
        refused(faults, 413, "Too large", REQUEST_REJECTED);
        refused(faults, 422, "Unprocessable", REQUEST_REJECTED);
        refused(faults, 400, "Upload has already been completed.", UPLOAD_ALREADY_FINAL);
        refused(faults, 400, "Upload is cancelled.", UPLOAD_ALREADY_FINAL);
        refused(faults, 400, "Upload has expired.", UPLOAD_ALREADY_FINAL);
        passing(faults, 408, REQUEST_REJECTED);
        passing(faults, 409, REQUEST_REJECTED);
        passing(faults, 429, RATE_LIMITED);
        for (int status : new int[] {500, 502, 503, 504, 529}) {
            passing(faults, status, UPSTREAM_FAILURE);
        }
        faults.add(everyAnswer("500 with HTML", page(500)).fails(UPSTREAM_FAILURE, 3, "HTTP 500"));
        faults.add(everyAnswer("500 that is not to be retried", error(500, "no", "x-should-retry: false\r\n"))
                .fails(UPSTREAM_FAILURE, 1, "HTTP 500"));
    }

    private static void refused(List<Fault> faults, int status, String message, FailureKind kind) {
        boolean key = kind == CREDENTIALS_REJECTED;
        faults.add(everyAnswer(status + (key ? "" : " \"" + message + "\""), error(status, message, ""))
                .fails(kind, 1, "HTTP " + status)
                .status(key ? kind.httpStatus() : status));
    }

    private static void passing(List<Fault> faults, int status, FailureKind kind) {
        faults.add(everyAnswer("" + status, error(status, "not now", NOW))
                .fails(kind, 3, "HTTP " + status)
                .status(status < 500 ? status : kind.httpStatus()));
        faults.add(firstRequest(
                        status + ", then success",
                        exchange -> exchange.write(error(status, "not now", NOW)),
                        Answers::cancelled)
                .succeeds(2));
    }

    private static void enormousAnswers(List<Fault> faults) {
        faults.add(everyRequest("body of 100 MB, announced", exchange -> {
                    exchange.write("HTTP/1.1 200 OK\r\ncontent-length: " + HUNDRED_MB + "\r\n\r\n");
                    pour(exchange, "");
                })
                .fails(UPSTREAM_FAILURE, 3, "larger than 65536 bytes"));
        faults.add(everyRequest("body of 100 MB, in chunks", exchange -> {
                    exchange.write(CHUNKED);
                    pour(exchange, "10000\r\n");
                })
                .fails(UPSTREAM_FAILURE, 3, "larger than 65536 bytes"));
        faults.add(everyRequest("body of 100 MB, until the end", exchange -> {
                    exchange.write("HTTP/1.1 200 OK\r\n\r\n");
                    pour(exchange, "");
                })
                .fails(UPSTREAM_FAILURE, 3, "larger than 65536 bytes"));
        faults.add(everyRequest("error of 100 MB", exchange -> {
                    exchange.write("HTTP/1.1 500 Oops\r\n\r\n");
                    pour(exchange, "");
                })
                .fails(UPSTREAM_FAILURE, 3, "larger than 65536 bytes"));
        faults.add(everyRequest("flood of headers", exchange -> {
                    exchange.write("HTTP/1.1 200 OK\r\n");
                    for (int i = 0; i < 100_000; i++) {
                        exchange.write("x-flood-" + i + ": 0123456789\r\n");
                    }
                })
                .fails(UPSTREAM_FAILURE, 3, "its head is larger than"));
        faults.add(everyRequest(
                        "one header of 10 MB",
                        exchange -> exchange.write("HTTP/1.1 200 OK\r\nx: " + "x".repeat(10_000_000)))
                .fails(UPSTREAM_FAILURE, 3, "its head is larger than"));
        faults.add(everyRequest("flood of trailers", exchange -> {
                    exchange.write(CHUNKED + "0\r\n");
                    exchange.write("x-flood: 0123456789\r\n".repeat(10_000));
                })
                .fails(UPSTREAM_FAILURE, 3, "its head is larger than"));
    }

    private static void pour(Upstream.Exchange exchange, String before) throws IOException {
        byte[] block = new byte[0x10000];
        for (int left = HUNDRED_MB; left > 0; left -= block.length) {
            exchange.write(before);
            exchange.peer().stream(block);
            exchange.write(before.isEmpty() ? "" : "\r\n");
        }
    }

    private static void recovered(List<Fault> faults) {
        faults.add(
                firstRequest("reset, then success", exchange -> exchange.peer().reset(), Answers::cancelled)
                        .succeeds(2));
        faults.add(
                firstRequest("stall, then success", exchange -> exchange.peer().stall(), Answers::cancelled)
                        .succeeds(2));
        faults.add(firstRequest("truncated, then success", exchange -> exchange.write(LENGTH_500), Answers::cancelled)
                .succeeds(2));
        String already = error(400, "Upload is already cancelled", "");
        String words = "this very call may have done it";
        faults.add(firstRequest("lost answer, then already cancelled", exchange -> {}, id -> already)
                .fails(UPLOAD_ALREADY_FINAL, 2, words));
        faults.add(firstRequest(
                        "late answer, then already cancelled",
                        exchange -> exchange.peer().stall(),
                        id -> already)
                .fails(UPLOAD_ALREADY_FINAL, 2, words));
        faults.add(firstRequest(
                        "truncated answer, then already cancelled",
                        exchange -> exchange.write(LENGTH_500),
                        id -> already)
                .fails(UPLOAD_ALREADY_FINAL, 2, words));
        faults.add(firstRequest(
                        "500, then already cancelled",
                        exchange -> exchange.write(error(500, "oops", NOW)),
                        id -> already)
                .fails(UPLOAD_ALREADY_FINAL, 2, words));
        faults.add(firstRequest(
                        "429, then already cancelled",
                        exchange -> exchange.write(error(429, "slow", NOW)),
                        id -> already)
                .fails(UPLOAD_ALREADY_FINAL, 2, "nothing is left to cancel"));
    }
}
