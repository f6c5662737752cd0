package dev.cancelupload.it;

import dev.cancelupload.it.OpenAiStandIn.Greeting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * What OpenAI, or the network in front of it, may do to a request, and what the contract's table makes of it.
 *
 * @param answer to each request
 * @param greeting of each connection; empty for the ordinary one
 * @param errorType of the failure; empty if the upload counts as cancelled
 * @param httpStatus over HTTP
 * @param then what a batch does about it
 * @param words of the error, such as OpenAI's code
 */
record Fault(
        String name,
        Answer answer,
        Optional<Greeting> greeting,
        String errorType,
        int httpStatus,
        Then then,
        String words) {

    /** What a batch does about it. */
    enum Then {
        /** Nothing is left to cancel. */
        FINAL,
        FAILED_FOR_GOOD,
        RETRYABLE
    }

    /** All faults that come at once. */
    static List<Fault> all() {
        List<Fault> faults = new ArrayList<>();
        harmless(faults);
        unknownUploads(faults);
        wrongUrls(faults);
        finalUploads(faults);
        refusals(faults);
        statuses(faults);
        uselessAnswers(faults);
        brokenAnswers(faults);
        enormousAnswers(faults);
        faults.add(connection("closed at once", OpenAiStandIn.CLOSE));
        faults.add(connection("reset at once", OpenAiStandIn.RESET));
        return faults;
    }

    private static void harmless(List<Fault> faults) {
        Answer cancelled = Answer.cancelled();
        faults.add(harmless("in chunks", cancelled.chunked()));
        faults.add(harmless("that ends with the connection", cancelled.untilClose()));
        faults.add(harmless("without a content type", cancelled.contentType(null)));
        faults.add(harmless("as text/plain", cancelled.contentType("text/plain")));
        faults.add(harmless("with a content type that is none", cancelled.contentType(";;;")));
        faults.add(harmless("with space around it", cancelled.body("\n  " + Answer.UPLOAD + "\r\n")));
        faults.add(harmless(
                "with odd headers",
                cancelled
                        .header("x-empty", "")
                        .header("X-Twice", "1")
                        .header("x-twice", "2")
                        .header("x-latin", "\u00e9")));
        for (int status : new int[] {100, 102, 103}) {
            faults.add(harmless("after an interim " + status, cancelled.afterInterim(status)));
        }
    }

    private static Fault harmless(String name, Answer answer) {
        return new Fault("an Upload " + name, answer, Optional.empty(), "", 200, Then.FINAL, "");
    }

    private static void unknownUploads(List<Fault> faults) {
        for (Answer answer : List.of(
                Answer.notFound(),
                Answer.error(404, "No such Upload object: {id}"),
                Answer.error(404, "Upload not found"),
                Answer.error(404, "The requested resource '{id}' was not found.", "not_found"))) {
            faults.add(failure("404 about the Upload", answer, "UploadNotFound", 404, Then.FINAL, "404"));
        }
    }

    private static void wrongUrls(List<Fault> faults) {
        for (Answer answer : List.of(
                Answer.error(404, "Invalid URL (POST /uploads/{id}/cancel)"),
                Answer.error(404, "Unknown request URL: POST /uploads/{id}/cancel.", "unknown_url"),
                Answer.error(404, "Resource not found", "404"),
                Answer.json(404, "{\"detail\":\"Not Found\"}"),
                Answer.json(404, ""),
                Answer.page(404))) {
            faults.add(failure("404 about the URL", answer, "WrongBaseUrl", 502, Then.RETRYABLE, "OPENAI_BASE_URL"));
        }
    }

    private static void finalUploads(List<Fault> faults) {
        for (Answer answer : List.of(
                Answer.error(409, "Cannot cancel an upload with status 'completed'."),
                Answer.error(400, "Cannot cancel a completed upload."),
                Answer.error(400, "Upload is not in pending status. Current status: completed"),
                Answer.error(400, "Only pending uploads can be cancelled; this one is completed."),
                Answer.error(400, "Upload has already been completed."),
                Answer.error(400, "Upload is cancelled."),
                Answer.error(400, "This upload was canceled."),
                Answer.error(400, "Upload {id} has expired."),
                Answer.error(400, "It is too late.", "upload_already_completed"),
                Answer.error(409, "It is too late.", "upload_expired"))) {
            faults.add(failure("already final", answer, "UploadAlreadyFinal", answer.status(), Then.FINAL, "HTTP"));
        }
        Answer unsaid = Answer.error(400, "Uploads can only be cancelled by their owner.");
        faults.add(failure("no state named", unsaid, "RequestRejected", 400, Then.FAILED_FOR_GOOD, "400"));
        Answer other = Answer.error(400, "Your card has expired.");
        faults.add(failure("another thing expired", other, "RequestRejected", 400, Then.FAILED_FOR_GOOD, "400"));
        Answer conflict = Answer.error(422, "Upload has already been completed.");
        faults.add(failure("a word under 422", conflict, "RequestRejected", 422, Then.FAILED_FOR_GOOD, "422"));
    }

    private static void refusals(List<Fault> faults) {
        Answer key = Answer.error(401, "Incorrect API key provided: sk-test-5ec***tion.", "invalid_api_key");
        faults.add(failure("401", key, "CredentialsRejected", 502, Then.RETRYABLE, "401"));
        Answer forbidden = Answer.error(403, "You are not allowed to do this.");
        faults.add(failure("403 without a code", forbidden, "CredentialsRejected", 502, Then.RETRYABLE, "403"));
        for (String code : List.of("unsupported_country_region_territory", "ip_not_authorized", "missing_scope")) {
            Answer denied = Answer.error(403, "Not from here.", code);
            faults.add(failure("403 " + code, denied, "AccessDenied", 502, Then.RETRYABLE, code));
        }
        Answer scope = Answer.error(403, "You have insufficient permissions. Missing scopes: api.files.write.");
        faults.add(failure("403 for a scope", scope, "AccessDenied", 502, Then.RETRYABLE, "403"));
        faults.add(failure("403 of a firewall", Answer.page(403), "UpstreamFailure", 502, Then.RETRYABLE, "403"));
    }

    private static void statuses(List<Fault> faults) {
        for (int status : new int[] {400, 402, 410, 413, 422}) {
            Answer answer = Answer.error(status, "Odd", "odd_code");
            faults.add(failure("" + status, answer, "RequestRejected", status, Then.FAILED_FOR_GOOD, "odd_code"));
        }
        faults.add(failure("408", Answer.busy(408), "RequestRejected", 408, Then.RETRYABLE, "408"));
        faults.add(failure("409", Answer.busy(409), "RequestRejected", 409, Then.RETRYABLE, "409"));
        faults.add(failure("429", Answer.busy(429), "RateLimited", 429, Then.RETRYABLE, "429"));
        for (int status : new int[] {500, 502, 503, 504, 529}) {
            faults.add(failure("" + status, Answer.busy(status), "UpstreamFailure", 502, Then.RETRYABLE, "" + status));
        }
        faults.add(useless("502 with a page", Answer.page(502)));
    }

    private static void uselessAnswers(List<Fault> faults) {
        faults.add(useless("an empty body", Answer.json(200, "")));
        faults.add(useless("204", Answer.raw("HTTP/1.1 204 No Content\r\n\r\n")));
        faults.add(useless("304", Answer.raw("HTTP/1.1 304 Not Modified\r\n\r\n")));
        for (int status : new int[] {301, 302, 303, 307, 308}) {
            faults.add(
                    useless("redirect " + status, Answer.json(status, "").header("location", "http://127.0.0.1:1/v1")));
        }
        faults.add(useless("a page with status 200", Answer.page(200)));
        faults.add(useless("an array", Answer.json(200, "[" + Answer.UPLOAD + "]")));
        faults.add(useless("a string", Answer.json(200, "\"{id}\"")));
        faults.add(useless("another object", Answer.json(200, "{\"id\":\"{id}\",\"object\":\"file\"}")));
        faults.add(
                useless("the Upload of another id", Answer.json(200, Answer.UPLOAD.replace("{id}", "upload_other"))));
        faults.add(useless("an Upload that is still pending", Answer.upload("pending")));
        faults.add(useless("an Upload twice", Answer.json(200, Answer.UPLOAD + Answer.UPLOAD)));
        faults.add(useless("JSON that is cut off", Answer.json(200, "{\"id\":\"{id}\",\"object\":\"upl")));
        faults.add(useless("JSON 30,000 deep", Answer.json(200, "[".repeat(30_000))));
        faults.add(useless(
                "a member 30,000 deep",
                Answer.json(200, Answer.UPLOAD.replace("null", "[".repeat(15_000) + "]".repeat(15_000)))));
        faults.add(useless("gzip", Answer.json(200, "\u001f\u008b\b").header("content-encoding", "gzip")));
    }

    private static void brokenAnswers(List<Fault> faults) {
        Answer cancelled = Answer.cancelled();
        int length = cancelled.bytes("upload_1").length;
        for (int bytes : new int[] {0, 9, 30, length - 60, length - 1}) {
            faults.add(useless("closed after " + bytes + " bytes", cancelled.cutAfter(bytes)));
            faults.add(useless(
                    "reset after " + bytes + " bytes", cancelled.cutAfter(bytes).thenResets()));
        }
        faults.add(useless("closed within a chunk", cancelled.chunked().cutAfter(length)));
        String chunked = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
        faults.add(useless("a chunk size that is none", Answer.raw(chunked + "zz\r\n{\r\n0\r\n\r\n")));
        faults.add(useless("a chunk size beyond 64 bits", Answer.raw(chunked + "f".repeat(40) + "\r\n")));
        faults.add(useless("a chunk longer than its size", Answer.raw(chunked + "1\r\n{\"id\"\r\n0\r\n\r\n")));
        faults.add(useless("no HTTP", Answer.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n")));
        faults.add(useless("a header without a colon", Answer.raw("HTTP/1.1 200 OK\r\noops\r\n\r\n")));
        faults.add(useless("a negative length", Answer.raw("HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n")));
        faults.add(useless("two lengths", cancelled.header("content-length", "3")));
        faults.add(useless("101", Answer.raw("HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n")));
    }

    private static void enormousAnswers(List<Fault> faults) {
        Answer large = Answer.json(200, Answer.UPLOAD.replace("null", '"' + "x".repeat(70_000) + '"'));
        faults.add(useless("an Upload of 70 KB", large));
        faults.add(useless("an Upload of 70 KB in chunks", large.chunked()));
        faults.add(useless(
                "a body without end", Answer.raw("HTTP/1.1 200 OK\r\n\r\n").thenFloods("x")));
        faults.add(useless(
                "an error without end", Answer.raw("HTTP/1.1 500 Oops\r\n\r\n").thenFloods(" ")));
        faults.add(
                useless("headers without end", Answer.raw("HTTP/1.1 200 OK\r\n").thenFloods("x-flood: 1\r\n")));
        faults.add(useless(
                "a header without end", Answer.raw("HTTP/1.1 200 OK\r\nx: ").thenFloods("x")));
        faults.add(
                useless("interim answers without end", Answer.raw("").thenFloods("HTTP/1.1 102 Processing\r\n\r\n")));
        faults.add(useless(
                "trailers without end",
                Answer.raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n")
                        .thenFloods("x: y\r\n")));
    }

    /** Faults that last longer than an attempt may. */
    static List<Fault> stalls() {
        Answer cancelled = Answer.cancelled();
        int length = cancelled.bytes("upload_1").length;
        List<Fault> faults = new ArrayList<>();
        faults.add(connection("stall before the first byte", OpenAiStandIn.STALL));
        for (int bytes : new int[] {0, 9, 30, length - 60}) {
            faults.add(useless(
                    "stall after " + bytes + " bytes", cancelled.cutAfter(bytes).thenStalls()));
        }
        faults.add(useless(
                "stall within a chunk",
                cancelled.chunked().cutAfter(length - 60).thenStalls()));
        faults.add(useless(
                "stall after an interim answer",
                Answer.raw("HTTP/1.1 102 Processing\r\n\r\n").thenStalls()));
        faults.add(useless("a slow drip", cancelled.dripping(Duration.ofMillis(20))));
        faults.add(useless("an answer that is late", cancelled.after(Duration.ofSeconds(3))));
        return faults;
    }

    /** Faults of TLS, on a connection of their own. */
    static List<Fault> tls(SSLContext wrongHost, SSLContext expired, SSLContext untrusted) {
        return List.of(
                connection("certificate of another host", OpenAiStandIn.tls(wrongHost)),
                connection("expired certificate", OpenAiStandIn.tls(expired)),
                connection("certificate of an unknown authority", OpenAiStandIn.tls(untrusted)),
                connection("plain HTTP in place of TLS", connection -> {
                    connection.getOutputStream().write(Answer.cancelled().bytes("upload_1"));
                    return null;
                }),
                connection("closed before TLS", OpenAiStandIn.CLOSE),
                connection("reset before TLS", OpenAiStandIn.RESET));
    }

    private static Fault useless(String name, Answer answer) {
        return failure(name, answer, "UpstreamFailure", 502, Then.RETRYABLE, "");
    }

    private static Fault connection(String name, Greeting greeting) {
        return new Fault(
                "connection: " + name,
                Answer.cancelled(),
                Optional.of(greeting),
                "UpstreamFailure",
                502,
                Then.RETRYABLE,
                "");
    }

    private static Fault failure(
            String name, Answer answer, String errorType, int httpStatus, Then then, String words) {
        return new Fault(name, answer, Optional.empty(), errorType, httpStatus, then, words);
    }

    /** Fails the test unless the reply is what the contract's table says. */
    void assertTold(Trigger trigger, String id, Reply reply) {
        if (errorType.isEmpty()) {
            trigger.assertCancelled(id, reply);
        } else {
            trigger.assertFailed(id, errorType, httpStatus, then == Then.FINAL, then == Then.RETRYABLE, reply);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
