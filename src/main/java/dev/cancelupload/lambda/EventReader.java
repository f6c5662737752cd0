package dev.cancelupload.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.UsedFields;
import dev.cancelupload.lambda.Event.Message;
import dev.cancelupload.openai.Failure;
import dev.cancelupload.openai.FailureKind;
import dev.cancelupload.openai.UploadId;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads events and tells their kinds apart, in this order: {@code Records}, or a list whose elements have an
 * {@code eventSource}, are messages; a {@code requestContext} with a method is an HTTP request; {@code detail-type} and
 * {@code detail} are an EventBridge event; a list or {@code uploadIds} are ids; a string or an object with
 * {@code uploadId} or {@code upload_id} is one.
 *
 * <p>Funqy can unwrap SQS and SNS itself, but calls the function once per record. So it can neither share one time
 * budget over a batch, nor accept a body of plain text, nor drop a message with nothing left to cancel.
 */
public final class EventReader {

    private static final int MAX_MESSAGE_ID = 128;

    private static final String EXPECTED = " This function takes an upload id (\"upload_…\" or {\"uploadId\":"
            + " \"upload_…\"}), a list of ids ({\"uploadIds\": [\"upload_…\"]}), an EventBridge event with one of these"
            + " as its detail, messages of SQS or SNS with one id each, or an HTTP request of API Gateway, a Function"
            + " URL or an Application Load Balancer. Nothing was sent to OpenAI.";

    private static final Set<String> FIELDS = Set.of(("uploadId upload_id uploadIds detail-type detail"
                    + " Records eventSource EventSource messageId body Sns Type MessageId Message"
                    + " requestContext http elb method httpMethod rawPath path headers multiValueHeaders"
                    // Of events that look like these.
                    + " methodArn routeArn connectionId requestPayload")
            .split(" "));

    private EventReader() {}

    /** The fields that are read. An HTTP client may send the name of a header in any case. */
    static String kept(String name) {
        if (ProxyRequest.CLIENT_REQUEST_ID.equalsIgnoreCase(name)) {
            return ProxyRequest.CLIENT_REQUEST_ID;
        }
        return FIELDS.contains(name) ? name : null;
    }

    /**
     * Reads an event.
     *
     * @param json the event's bytes
     * @return the event; {@link Event.Refused} if it is none that this function takes
     * @throws IOException if the stream fails
     */
    public static Event read(InputStream json) throws IOException {
        try {
            return event(UsedFields.read(json, EventReader::kept));
        } catch (UsedFields.UnreadableException e) {
            return new Event.Refused(
                    Failure.of(FailureKind.INVALID_EVENT, "The event " + e.getMessage() + "." + EXPECTED));
        } catch (RefusedException e) {
            return new Event.Refused(Failure.of(e.kind, e.getMessage() + EXPECTED));
        }
    }

    private static Event event(JsonNode event) {
        if (event.hasNonNull("Records")) {
            return records(event.get("Records"));
        }
        // EventBridge Pipes sends the records alone.
        if (event.path(0).hasNonNull("eventSource")) {
            return records(event);
        }
        Optional<ProxyRequest> request = ProxyRequest.of(event);
        if (request.isPresent()) {
            return new Event.Http(request.get());
        }
        if (event.path("detail-type").isTextual() && event.hasNonNull("detail")) {
            return new Event.UploadIds("eventbridge", Ids.all(Ids.opened(event, "The detail"), "The detail"));
        }
        if (Ids.isList(event)) {
            return new Event.UploadIds("ids", Ids.all(event, "The event"));
        }
        return new Event.OneUpload(Ids.one(event, "The event"));
    }

    private static Event records(JsonNode records) {
        String source = source(records.path(0));
        boolean sqs = source.equals("aws:sqs");
        if (!sqs && !source.equals("aws:sns")) {
            throw refused(
                    source.isEmpty()
                            ? "has no records of a known source."
                            : "has records of " + UploadId.shown(source) + ".");
        }
        List<Message> messages = new ArrayList<>(records.size());
        for (JsonNode record : records) {
            if (!source(record).equals(source)) {
                throw refused("has records of several sources.");
            }
            messages.add(
                    sqs ? message(record, "messageId", "body") : message(record.path("Sns"), "MessageId", "Message"));
        }
        return sqs ? new Event.SqsMessages(messages) : new Event.SnsNotifications(messages);
    }

    /** SNS writes the names of its fields with a capital letter. */
    private static String source(JsonNode record) {
        return text(record, record.has("eventSource") ? "eventSource" : "EventSource");
    }

    private static String text(JsonNode object, String field) {
        String text = object.path(field).textValue();
        return text == null ? "" : text;
    }

    private static Message message(JsonNode record, String idField, String bodyField) {
        String id = text(record, idField);
        // All ids may be in the response, whose size is limited.
        if (id.length() > MAX_MESSAGE_ID || !ProxyRequest.isVisible(id)) {
            throw refused("has a message id that is not 1 to 128 visible ASCII characters.");
        }
        return new Message(id, Ids.ofMessage(record.path(bodyField)));
    }

    private static RefusedException refused(String problem) {
        return new RefusedException(FailureKind.INVALID_EVENT, "The event " + problem);
    }
}
