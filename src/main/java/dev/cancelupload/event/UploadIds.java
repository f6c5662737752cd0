package dev.cancelupload.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.Export;
import dev.cancelupload.Json;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadFailure;
import dev.cancelupload.openai.UploadId;
import java.util.ArrayList;
import java.util.List;

/** Finds the upload ids in what a caller sent; whether one is valid is for {@link UploadId} to say. */
public final class UploadIds {

    /** The most ids that one clean-up takes. */
    public static final int MOST = 1000;

    static final List<String> ONE = List.of("uploadId", "upload_id");
    static final String MANY = "uploadIds";

    private static final String FORMS =
            " Send the id as a JSON string, or as {\"uploadId\": \"upload_…\"}. Nothing was sent to OpenAI.";

    private UploadIds() {}

    /**
     * The id in a JSON string or in an object's {@code uploadId} or {@code upload_id}.
     *
     * @throws UploadFailure if there is none, two different ones, or a list of them
     */
    public static String one(JsonNode json) {
        if (json.isTextual()) {
            return json.textValue();
        }
        if (json.isArray() || json.has(MANY)) {
            throw UploadFailure.of(
                    FailureKind.WRONG_EXPORT,
                    "This function cancels one upload and got a list: lists are for" + " the export "
                            + Export.CLEAN_UP_UPLOADS_NAME + ". Nothing was sent to OpenAI.");
        }
        if (!json.isObject()) {
            throw invalid(
                    json.isNull()
                            ? "The event is null and names no upload."
                            : "The event is neither a string nor an object.");
        }
        String id = null;
        for (String field : ONE) {
            JsonNode value = json.path(field);
            if (value.isMissingNode() || value.isNull()) {
                continue;
            }
            if (!value.isTextual()) {
                throw invalid("The field \"" + field + "\" is not a string.");
            }
            if (id != null && !id.equals(value.textValue())) {
                throw invalid("The fields \"uploadId\" and \"upload_id\" differ.");
            }
            id = value.textValue();
        }
        if (id == null) {
            throw invalid("The event names no upload: it has neither \"uploadId\" nor \"upload_id\".");
        }
        return id;
    }

    /**
     * The ids in {@code {"uploadIds": […]}} or an array, in their order; or the one id in a form that {@link #one} takes.
     * An element that is no string stands for itself as JSON text, which no valid id is.
     *
     * @throws UploadFailure if there are more than {@link #MOST}, or the event is in none of these forms
     */
    public static List<String> many(JsonNode json) {
        JsonNode list = json.isObject() && json.has(MANY) ? json.get(MANY) : json;
        if (!list.isArray()) {
            if (list != json) {
                throw UploadFailure.of(
                        FailureKind.INVALID_EVENT,
                        "The field \"" + MANY + "\" is not an array. Nothing was sent to OpenAI.");
            }
            return List.of(one(json));
        }
        if (list.size() > MOST) {
            throw UploadFailure.of(
                    FailureKind.INVALID_EVENT,
                    "The list has " + list.size() + " ids, and " + MOST
                            + " is the most that one clean-up takes: split it, or send the ids to the queue of the export "
                            + Export.CANCEL_UPLOAD_NAME + ", which has no limit. Nothing was sent to OpenAI.");
        }
        List<String> ids = new ArrayList<>(list.size());
        list.forEach(element -> ids.add(element.isTextual() ? element.textValue() : notAString(element)));
        return ids;
    }

    private static String notAString(JsonNode element) {
        String text = element.toString();
        // A number's text could pass for an id.
        return "(not a string) " + (text.length() <= 200 ? text : text.substring(0, 200) + "…");
    }

    /**
     * The id in a message of SQS or SNS: JSON in a form that {@link #one} takes, bare text, or either within the envelope
     * of EventBridge or of SNS.
     *
     * @param body what the sender wrote; may be null
     * @throws UploadFailure if there is no id in it
     */
    public static String inMessage(String body) {
        String text = body == null ? "" : body.strip();
        if (text.isEmpty() || text.equals("null") || text.equals("true") || text.equals("false")) {
            throw invalid(text.isEmpty() ? "The message is empty." : "The message is " + text + ".");
        }
        char first = text.charAt(0);
        if (first != '{' && first != '[' && first != '"') {
            return text;
        }
        JsonNode json =
                Json.parse(text).orElseThrow(() -> invalid("The message looks like JSON but cannot be read as such."));
        if (json.path("Type").asText().equals("Notification")
                && json.path("Message").isTextual()) {
            return inNotification(json.get("Message").textValue());
        }
        return one(LambdaEventDeserializer.detail(json));
    }

    /** What SNS wrapped; an envelope within an envelope is none that AWS makes. */
    private static String inNotification(String message) {
        String text = message.strip();
        return text.startsWith("{") || text.startsWith("\"")
                ? one(LambdaEventDeserializer.detail(Json.parse(text)
                        .orElseThrow(() -> invalid("The notification looks like JSON but cannot be read as such."))))
                : text;
    }

    private static UploadFailure invalid(String problem) {
        return UploadFailure.of(FailureKind.INVALID_UPLOAD_ID, problem + FORMS);
    }
}
