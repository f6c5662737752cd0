package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.openai.NamedUpload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Reads the upload id of an SQS or SNS message: JSON in a form that {@link UploadIdsReader} accepts, plain text, or
 * either in the envelope of EventBridge or SNS. A message without an id does not affect the others of its batch.
 *
 * @see <a href="https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html">SNS's envelope</a>
 */
final class MessageReader implements EventJson.FieldHandler {

    private final DetailReader uploads = new DetailReader();
    private boolean isNotification;
    private String notification;

    private MessageReader() {}

    /**
     * @param body of the message; null if it has none
     * @return the one Upload that it names, or why there is none
     */
    static NamedUpload read(String body) {
        // Keeps only one id: a batch may have ten thousand messages, each with a list.
        return readIds(body).one();
    }

    private static UploadIds readIds(String body) {
        String text = body == null ? "" : body.strip();
        if (text.isEmpty()) {
            return UploadIds.none("The message is empty.", Optional.empty());
        }
        if (text.equals("null") || text.equals("true") || text.equals("false")) {
            return UploadIds.none("The message is " + text + ".", Optional.empty());
        }
        if (!text.startsWith("{") && !text.startsWith("[") && !text.startsWith("\"")) {
            return new UploadIds.One(text);
        }
        return readJson("The message", text, value -> {
            if (!value.hasToken(JsonToken.START_OBJECT)) {
                return UploadIdsReader.read(value);
            }
            MessageReader fields = new MessageReader();
            EventJson.readFields(value, fields);
            return fields.isNotification && fields.notification != null
                    ? readNotification(fields.notification)
                    : fields.uploads.result();
        });
    }

    /** Reads the message in an SNS envelope. AWS does not nest SNS envelopes. */
    private static UploadIds readNotification(String message) {
        String text = message.strip();
        return text.startsWith("{") || text.startsWith("\"")
                ? readJson("The notification", text, DetailReader::read)
                : new UploadIds.One(text);
    }

    private static UploadIds readJson(String what, String text, EventJson.Value<UploadIds> value) {
        try {
            return EventJson.read(factory -> factory.createParser(text), value);
        } catch (UnreadableEventException e) {
            return UploadIds.none(what + " looks like JSON but " + e.getMessage() + ".", Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot fail, since it reads memory only", e);
        }
    }

    @Override
    public boolean accept(String name, JsonParser value) throws IOException {
        switch (name) {
            case "Type":
                isNotification = "Notification".equals(EventJson.stringOrNull(value));
                return true;
            case "Message":
                notification = EventJson.stringOrNull(value);
                return true;
            default:
                return uploads.accept(name, value);
        }
    }
}
