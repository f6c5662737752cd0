package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.cancelupload.json.UsedFields;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadId;
import java.util.ArrayList;
import java.util.List;

/** The upload ids in an event. */
final class Ids {

    /** The maximum number of ids of one event. */
    static final int MAX_IDS = 1000;

    private Ids() {}

    /** Whether a value is a list of ids, or an object with one. */
    static boolean isList(JsonNode value) {
        return value.isArray() || value.hasNonNull("uploadIds");
    }

    /**
     * The ids of a list, or the only id of anything else.
     *
     * @param what begins the sentence of an error: {@code The event}
     * @throws RefusedException if the value names no ids, or too many
     */
    static List<UploadId> all(JsonNode value, String what) {
        if (!isList(value)) {
            return List.of(one(value, what));
        }
        if (value.hasNonNull("uploadId") || value.hasNonNull("upload_id")) {
            throw invalid(what + " has the field \"uploadIds\" and another id.");
        }
        JsonNode list = value.isArray() ? value : value.get("uploadIds");
        if (!list.isArray()) {
            throw invalid("The field \"uploadIds\" is not a list.");
        }
        if (list.size() > MAX_IDS) {
            throw invalid("The list has " + list.size() + " ids, and " + MAX_IDS
                    + " is the most that one event may have: split it, or send each id to the queue.");
        }
        List<UploadId> ids = new ArrayList<>(list.size());
        for (JsonNode element : list) {
            String name = "Element " + (ids.size() + 1) + " of the list";
            try {
                ids.add(one(element, name));
            } catch (RefusedException e) {
                throw invalid(e.getMessage());
            }
        }
        return ids;
    }

    /**
     * The id that is the value, or one of its fields {@code uploadId} and {@code upload_id}.
     *
     * @throws RefusedException if there is none, or two different ones
     */
    static UploadId one(JsonNode value, String what) {
        if (value.isTextual()) {
            return UploadId.of(value.textValue());
        }
        if (!value.isObject() || isList(value)) {
            throw missing(what + " has no upload id.");
        }
        String camelCase = field(value, "uploadId");
        String snakeCase = field(value, "upload_id");
        if (camelCase == null && snakeCase == null) {
            throw stranger(value, what);
        }
        if (camelCase != null && snakeCase != null && !camelCase.equals(snakeCase)) {
            throw missing("The fields \"uploadId\" and \"upload_id\" differ.");
        }
        return UploadId.of(camelCase == null ? snakeCase : camelCase);
    }

    /** Says what an object without an id is, if it is an event of AWS's that a deployment may send by mistake. */
    private static RefusedException stranger(JsonNode value, String what) {
        if (value.has("requestPayload")) {
            return invalid(what + " is what Lambda tells a destination about an invocation. To repeat that invocation,"
                    + " send the content of \"requestPayload\".");
        }
        if (value.has("methodArn") || value.has("routeArn")) {
            return invalid(what + " is for a Lambda authorizer.");
        }
        if (value.path("requestContext").has("connectionId")) {
            return invalid(what + " comes from a WebSocket API.");
        }
        if (value.path("eventSource").isTextual()) {
            return invalid(what + " comes from "
                    + UploadId.shown(value.get("eventSource").textValue()) + ".");
        }
        return missing(what + " names no upload: it has neither \"uploadId\" nor \"upload_id\".");
    }

    private static String field(JsonNode object, String name) {
        if (object.hasNonNull(name) && !object.get(name).isTextual()) {
            throw missing("The field \"" + name + "\" is not a string.");
        }
        return object.path(name).textValue();
    }

    /** The one id of a message, which is a text, or JSON if an input template of EventBridge Pipes made it so. */
    static UploadId ofMessage(JsonNode message) {
        try {
            List<UploadId> ids = all(opened(message, "The message"), "The message");
            if (ids.size() != 1) {
                throw invalid("The message has " + ids.size() + " ids, and a message is for one.");
            }
            return ids.get(0);
        } catch (RefusedException e) {
            return UploadId.missing(e.getMessage());
        }
    }

    /**
     * What is in the envelopes of SNS, EventBridge and SQS, in any order; the value itself if it has none. A text in an
     * envelope is JSON if it begins as an object, a list or a string, and otherwise an id.
     *
     * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html">SNS's envelope</a>
     * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html">EventBridge's</a>
     */
    static JsonNode opened(JsonNode envelope, String what) {
        JsonNode value = envelope;
        for (JsonNode content = envelope; content != null; content = content(value)) {
            value = content.isTextual() ? parsed(content.textValue().strip(), what) : content;
        }
        return value;
    }

    private static JsonNode parsed(String text, String what) {
        boolean isJson = text.startsWith("{") || text.startsWith("[") || text.startsWith("\"") || text.equals("null");
        try {
            return isJson ? UsedFields.read(text, EventReader::kept) : TextNode.valueOf(text);
        } catch (UsedFields.UnreadableException e) {
            throw invalid(what + " " + e.getMessage() + ".");
        }
    }

    /** The content of an envelope; null if the value is none. */
    private static JsonNode content(JsonNode value) {
        if (value.path("detail-type").isTextual()) {
            return value.get("detail");
        }
        if ("Notification".equals(value.path("Type").textValue())) {
            return value.get("Message");
        }
        return "aws:sqs".equals(value.path("eventSource").textValue()) ? value.get("body") : null;
    }

    private static RefusedException missing(String sentence) {
        return new RefusedException(FailureKind.INVALID_UPLOAD_ID, sentence);
    }

    private static RefusedException invalid(String sentence) {
        return new RefusedException(FailureKind.INVALID_EVENT, sentence);
    }
}
