package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * Finds the upload ids in an object, or in the {@code detail} of EventBridge's envelope if it is one.
 *
 * @see <a href="https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html">Structure of
 *     events</a>
 */
final class DetailReader implements EventJson.Fields {

    private final UploadIdsReader own = new UploadIdsReader();
    private boolean hasDetailType;
    private UploadIds detail;

    /** The ids in any value. */
    static UploadIds read(JsonParser value) throws IOException {
        if (!value.hasToken(JsonToken.START_OBJECT)) {
            return UploadIdsReader.read(value);
        }
        DetailReader fields = new DetailReader();
        EventJson.fields(value, fields);
        return fields.found();
    }

    @Override
    public boolean take(String name, JsonParser value) throws IOException {
        switch (name) {
            case "detail-type":
                hasDetailType = value.hasToken(JsonToken.VALUE_STRING);
                return true;
            case "detail":
                detail = UploadIdsReader.read(value);
                return true;
            default:
                return own.take(name, value);
        }
    }

    /** The ids in the fields that were taken. */
    UploadIds found() {
        return hasDetailType && detail != null ? detail : own.found();
    }
}
