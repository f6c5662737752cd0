package dev.cancelupload.adversary;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.Json;
import dev.cancelupload.upstream.Upstream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The invariants after every invocation, with any peer. Each violation is an {@link AssertionError}. */
final class Invariants {

    /** The form of all upload ids in these tests. */
    static final String ID_PREFIX = "upload_adv";

    private static final Pattern ID = Pattern.compile(ID_PREFIX + "[0-9a-z]+");

    /** No other key of OpenAI's either. */
    private static final Pattern ANY_KEY = Pattern.compile("sk-[A-Za-z0-9_-]{20,}");

    /** C0, C1, line and paragraph separators, and characters that change the direction or width of text. */
    private static final Pattern UNPRINTABLE =
            Pattern.compile("[\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069\\ufeff]");

    private static final Pattern PRINTABLE_ASCII = Pattern.compile("[ -~]*");

    private static final Pattern ALLOWED_HEADER = Pattern.compile(
            "x-request-id|openai-[a-z0-9-]+|x-ratelimit-[a-z0-9-]+|retry-after|retry-after-ms|x-should-retry|allow"
                    + "|content-type|x-content-type-options|cache-control");

    private static final int LARGEST_RESULT = 6 * 1024 * 1024;
    private static final int LARGEST_LOAD_BALANCER_RESULT = 1024 * 1024;
    private static final int LARGEST_ERROR = 128 * 1024;

    /** The promised half a second, plus the transfer of an event of 6 MB. */
    private static final Duration BEYOND_BUDGET = Duration.ofMillis(500);

    private static final Duration HANDING_OVER = Duration.ofMillis(500);

    /** A longer delay of the machine may have made an attempt time out. */
    private static final Duration LATE = Duration.ofMillis(200);

    /** A delay of one attempt also delays those that wait for it. */
    private static final int FOLLOW_UPS = 3;

    private static final int MOST_THREADS = 30;
    /** Besides those of connections, each of which has a socket and the two of its selector. */
    private static final int MOST_DESCRIPTORS = 56;

    private static final int DESCRIPTORS_OF_CONNECTION = 3;

    private final Upstream upstream;
    private final Sandbox sandbox;
    private final KeyDetector detector;
    private final int mostDescriptors;
    private final Duration budget;

    /**
     * @param key that must not appear
     * @param budget the value of {@code CANCEL_BUDGET}
     */
    Invariants(Upstream upstream, Sandbox sandbox, String key, Duration budget, int connections) {
        this.mostDescriptors = MOST_DESCRIPTORS + DESCRIPTORS_OF_CONNECTION * connections;
        this.upstream = upstream;
        this.sandbox = sandbox;
        this.detector = new KeyDetector(key);
        this.budget = budget;
    }

    /** Init took at most a second, without the machine's delays. */
    void checkInit() throws InterruptedException {
        Duration init = sandbox.init(FOLLOW_UPS);
        require(
                init.compareTo(Duration.ofSeconds(1).plus(HANDING_OVER)) <= 0,
                "init within a second",
                "it took " + init.toMillis() + " ms");
    }

    /** Sends the event and checks the result. */
    Sandbox.Post check(Invocation invocation) throws IOException, InterruptedException {
        Sandbox.Post post = sandbox.invoke(invocation.event(), invocation.headers());
        Invocation expected = post.missed().compareTo(LATE) > 0 ? invocation.unsure() : invocation;
        List<String> lines = sandbox.newLines();
        checkSecrets("what was posted", post.body());
        checkSecrets("the headers of what was posted", post.headers());
        // All lines together, since a key may be spread over them.
        checkSecrets("the log", String.join("\n", lines));
        checkTime(post);
        checkSize(expected, post);
        checkPost(expected, post);
        checkLog(expected, lines);
        checkProcess();
        return post;
    }

    private static void require(boolean holds, String invariant, String otherwise) {
        if (!holds) {
            throw new AssertionError("Violated: " + invariant + ". " + otherwise);
        }
    }

    private void checkSecrets(String where, String text) {
        Optional<String> found = detector.in(text);
        require(
                found.isEmpty(),
                "the key comes out in no form",
                where + " has " + found.orElse("") + ": " + shown(text));
        Matcher other = ANY_KEY.matcher(text.replace("\\u002d", "-"));
        require(!other.find(), "no other key comes out either", where + ": " + shown(text));
    }

    private void checkTime(Sandbox.Post post) {
        Duration most =
                budget.plus(BEYOND_BUDGET).plus(HANDING_OVER).plus(post.missed().multipliedBy(FOLLOW_UPS));
        require(
                post.time().compareTo(most) <= 0,
                "an invocation ends within CANCEL_BUDGET and half a second",
                "it took " + post.time().toMillis() + " ms, the machine was late by "
                        + post.missed().toMillis() + " ms");
    }

    private static void checkSize(Invocation invocation, Sandbox.Post post) {
        int most = post.isError()
                ? LARGEST_ERROR
                : invocation.reply() == Invocation.Reply.LOAD_BALANCER ? LARGEST_LOAD_BALANCER_RESULT : LARGEST_RESULT;
        require(
                post.bytes() <= most,
                "a result fits Lambda",
                "it has " + post.bytes() + " bytes: " + shown(post.body()));
    }

    private void checkPost(Invocation invocation, Sandbox.Post post) {
        checkIds(invocation.uploads().keySet(), "what was posted", post.body());
        JsonNode json =
                Json.parse(post.body()).orElseThrow(() -> new AssertionError("not JSON: " + shown(post.body())));
        if (post.isError()) {
            String message = json.path("errorMessage").asText();
            require(!UNPRINTABLE.matcher(message).find(), "a message has no control characters", shown(message));
            require(!json.path("errorType").asText().equals("InternalError"), "no defects", shown(message));
            require(!json.has("stackTrace"), "no stack trace reaches a caller", shown(post.body()));
        }
        switch (invocation.reply()) {
            case UPLOAD -> invocation.uploads().forEach((id, expected) -> checkUpload(id, expected, post, json));
            case BATCH -> checkBatch(invocation, post, json);
            case HTTP, LOAD_BALANCER -> checkHttp(invocation, post, json);
            case REPORT, ANY -> {}
        }
    }

    /** Contains no ids of other uploads; its own may be cut at the end. */
    private static void checkIds(Set<String> own, String where, String text) {
        Matcher matcher = ID.matcher(text);
        while (matcher.find()) {
            String id = matcher.group();
            boolean cut = matcher.end() == text.length() || text.charAt(matcher.end()) == '…';
            require(
                    own.contains(id) || cut && own.stream().anyMatch(o -> o.startsWith(id)),
                    "an answer belongs to its request",
                    where + " is about " + (own.size() < 5 ? own : own.size() + " uploads") + " and has " + id + ": "
                            + around(text, matcher.start()));
        }
    }

    private void checkUpload(String id, Expectation expected, Sandbox.Post post, JsonNode json) {
        if (post.isError()) {
            require(expected != Expectation.CANCELLED, "an honest answer reaches its caller", shown(post.body()));
        } else {
            checkUpload(id, json, post.body());
        }
    }

    private void checkUpload(String id, JsonNode upload, String text) {
        require(
                upload.path("id").asText().equals(id)
                        && !upload.path("status").asText().equals("pending")
                        && upstream.hasCancelled(id),
                "an Upload that is returned is the one asked for and is not pending",
                "asked for " + id + ": " + shown(text));
    }

    private static void checkBatch(Invocation invocation, Sandbox.Post post, JsonNode json) {
        require(!post.isError(), "a batch is answered with its failures", shown(post.body()));
        Set<String> failed = new TreeSet<>(json.path("batchItemFailures").findValuesAsText("itemIdentifier"));
        invocation
                .uploads()
                .forEach((id, expected) -> require(
                        expected != Expectation.CANCELLED || !failed.contains("m-" + id),
                        "an honest answer reaches its caller",
                        "the message of " + id + " is among the failed: " + shown(post.body())));
    }

    private void checkHttp(Invocation invocation, Sandbox.Post post, JsonNode json) {
        require(!post.isError(), "an HTTP request is never answered with an error of the function", shown(post.body()));
        Map<String, List<String>> headers = new HashMap<>();
        json.path("headers").properties().forEach(e -> headers.computeIfAbsent(e.getKey(), n -> new ArrayList<>())
                .add(e.getValue().asText()));
        json.path("multiValueHeaders").properties().forEach(e -> e.getValue()
                .forEach(value -> headers.computeIfAbsent(e.getKey(), n -> new ArrayList<>())
                        .add(value.asText())));
        headers.forEach((name, values) -> values.forEach(value -> require(
                ALLOWED_HEADER.matcher(name).matches()
                        && PRINTABLE_ASCII.matcher(value).matches(),
                "over HTTP only what an OpenAI client uses comes through",
                name + ": " + shown(value))));
        // As a client would reassemble it.
        checkSecrets("the headers of the HTTP response", headers.toString());
        Map.of("content-type", "application/json", "x-content-type-options", "nosniff", "cache-control", "no-store")
                .forEach((name, value) -> require(
                        headers.getOrDefault(name, List.of()).equals(List.of(value)),
                        "every response over HTTP says " + name + ": " + value,
                        headers.toString()));
        String body = json.path("body").asText();
        checkSecrets("the body of the HTTP response", body);
        invocation.uploads().forEach((id, expected) -> {
            if (json.path("statusCode").intValue() == 200) {
                checkUpload(id, Json.parse(body).orElseThrow(() -> new AssertionError(shown(body))), body);
            } else {
                require(expected != Expectation.CANCELLED, "an honest answer reaches its caller", shown(post.body()));
            }
        });
    }

    private void checkLog(Invocation invocation, List<String> lines) {
        Map<String, String> outcomes = new HashMap<>();
        for (String line : lines) {
            require(!UNPRINTABLE.matcher(line).find(), "a log line has no control characters", shown(line));
            JsonNode json =
                    Json.parse(line).orElseThrow(() -> new AssertionError("a log line is not JSON: " + shown(line)));
            require(!json.has("stackTrace"), "no stack traces", shown(line));
            require(
                    !UNPRINTABLE.matcher(json.path("error").asText()).find(),
                    "a logged message has no control characters",
                    shown(line));
            String id = json.path("uploadId").asText();
            checkIds(
                    id.startsWith(ID_PREFIX) ? Set.of(id) : invocation.uploads().keySet(), "a log line", line);
            if (!invocation.uploads().containsKey(id)) {
                continue;
            }
            require(
                    outcomes.put(id, json.path("outcome").asText()) == null,
                    "one log line for each upload",
                    shown(line));
            checkLine(id, invocation.uploads().get(id), json, line);
        }
        for (Map.Entry<String, Expectation> upload : invocation.uploads().entrySet()) {
            String id = upload.getKey();
            require(
                    outcomes.containsKey(id) || upload.getValue() == Expectation.PERHAPS_REFUSED,
                    "one log line for each upload",
                    "there is none for " + id + " in " + lines.size() + " lines");
        }
    }

    private void checkLine(String id, Expectation expected, JsonNode json, String line) {
        boolean cancelled = json.path("outcome").asText().equals("cancelled");
        if (cancelled) {
            require(
                    expected != Expectation.FAILED && upstream.hasCancelled(id),
                    "who is said to be cancelled was said so by the upstream",
                    shown(line));
        } else {
            require(expected != Expectation.CANCELLED, "an honest answer reaches its caller", shown(line));
        }
        if (json.has("status")) {
            require(
                    upstream.statuses(id).contains(json.get("status").intValue()),
                    "an answer belongs to its request",
                    "the upstream answered " + upstream.statuses(id) + ": " + shown(line));
        }
    }

    private void checkProcess() throws IOException {
        require(sandbox.isAlive(), "the process lives", sandbox.tail());
        long threads = sandbox.status("Threads");
        require(threads <= MOST_THREADS, "threads are bounded", "there are " + threads);
        int descriptors = sandbox.descriptors();
        require(descriptors <= mostDescriptors, "descriptors are bounded", "there are " + descriptors);
    }

    private static String around(String text, int at) {
        return shown(text.substring(Math.max(0, at - 150)));
    }

    /** For the report of a failure, without control characters. */
    private static String shown(String text) {
        String some = text.length() <= 1500
                ? text
                : text.substring(0, 1500) + "… (" + text.length() + " characters, "
                        + text.getBytes(StandardCharsets.UTF_8).length + " bytes)";
        return UNPRINTABLE
                .matcher(some)
                .replaceAll(m -> String.format("\\\\u%04x", (int) m.group().charAt(0)));
    }
}
