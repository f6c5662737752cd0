package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cancelupload.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** Valid events that tests vary. */
public final class Events {
    private Events() {}

    /** The events of AWS in src/test/resources/events. */
    public static final List<String> REAL = List.of(
            "http-api-v2.json",
            "http-api-v1.json",
            "rest-api-v1.json",
            "function-url.json",
            "alb.json",
            "alb-multi-value.json",
            "eventbridge-rule.json",
            "eventbridge-scheduled.json",
            "scheduler.json",
            "sqs.json",
            "sqs-from-sns.json",
            "pipes-sqs.json",
            "sns.json",
            "s3-put.json",
            "dynamodb-stream.json",
            "kinesis.json");

    private static final Pattern UPLOAD_ID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.~-]{1,256}");

    /** One of these events. */
    public static String real(String name) {
        try (InputStream in = Events.class.getResourceAsStream("/events/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether this id is valid. */
    public static boolean isUploadId(String id) {
        return id != null && UPLOAD_ID.matcher(id).matches();
    }

    /** The path of a cancel with a percent-encoded id. */
    public static String path(String id) {
        return "/v1/uploads/" + URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20") + "/cancel";
    }

    /** A POST to this path of an HTTP API. */
    public static String http(String path) {
        ObjectNode event = Json.object().put("version", "2.0").put("rawPath", path);
        event.putObject("requestContext").putObject("http").put("method", "POST");
        return event.toString();
    }

    /** A batch of SQS messages with these bodies and the ids {@code m0}, {@code m1} and so on. */
    public static String sqs(String... bodies) {
        ObjectNode event = Json.object();
        ArrayNode records = event.putArray("Records");
        int number = 0;
        for (String body : bodies) {
            records.addObject()
                    .put("messageId", "m" + number++)
                    .put("eventSource", "aws:sqs")
                    .put("body", body);
        }
        return event.toString();
    }
}
