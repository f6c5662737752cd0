package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Reads the upload ids of an object, or of its {@code detail} if it is an EventBridge envelope.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html">Events</a>
 */
final class DetailReader implements EventJson.FieldHandler {

    private final UploadIdsReader topLevel = new UploadIdsReader();
    private boolean hasDetailType;
    private UploadIds detail;

    /** Reads the ids of any JSON value. */
    static UploadIds read(JsonParser value) throws IOException {
        if (!value.hasToken(JsonToken.START_OBJECT)) {
            return UploadIdsReader.read(value);
        }
        DetailReader fields = new DetailReader();
        EventJson.readFields(value, fields);
        return fields.result();
    }

    @Override
    public boolean accept(String name, JsonParser value) throws IOException {
        switch (name) {
            case "detail-type":
                hasDetailType = value.hasToken(JsonToken.VALUE_STRING);
                return true;
            case "detail":
                detail = UploadIdsReader.read(value);
                return true;
            default:
                return topLevel.accept(name, value);
        }
    }

    /** The ids of the fields that were read. */
    UploadIds result() {
        return hasDetailType && detail != null ? detail : topLevel.result();
    }
}
