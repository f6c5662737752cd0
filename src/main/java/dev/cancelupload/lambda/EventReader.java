package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.lambda.LambdaEvent.Http;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.LambdaEvent.Unreadable;
import dev.cancelupload.lambda.LambdaEvent.Unsupported;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads events and determines their kind. An event that cannot be read is one of the kinds, since each function
 * responds to it in its own way.
 *
 * <p>This bounds the memory for any event: it is read token by token, and at most 10,000 records with the id of a
 * message and one upload id each are kept, or 1,000 upload ids, or the method, path and one header of an HTTP request.
 * Everything else is skipped; an event with more is refused.
 *
 * <p>Funqy can unwrap SQS and SNS itself, but calls the function once per record. So it can neither share one time
 * budget over a batch, nor accept a body of plain text, nor drop a message with nothing left to cancel.
 */
public final class EventReader implements EventJson.FieldHandler {

    private final DetailReader uploads = new DetailReader();
    private final ProxyRequestReader http = new ProxyRequestReader();
    private RecordsReader records;

    private EventReader() {}

    /**
     * @param json the event's bytes
     * @return the event; {@link Unreadable} if it is not JSON, exceeds a limit or has a duplicate of a used field
     * @throws IOException if the bytes cannot be read
     */
    public static LambdaEvent read(InputStream json) throws IOException {
        try {
            return EventJson.read(factory -> factory.createParser(json), EventReader::readValue);
        } catch (UnreadableEventException e) {
            return new Unreadable(e.getMessage());
        }
    }

    private static LambdaEvent readValue(JsonParser value) throws IOException {
        switch (value.currentToken()) {
            case START_OBJECT:
                EventReader fields = new EventReader();
                EventJson.readFields(value, fields);
                return fields.result();
            case START_ARRAY:
                return readArray(value);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT:
                return new Unsupported("a number");
            case VALUE_TRUE, VALUE_FALSE:
                return new Unsupported("a boolean");
            default:
                return new Payload(UploadIdsReader.read(value));
        }
    }

    /** Reads the records of EventBridge Pipes, or a list of ids. */
    private static LambdaEvent readArray(JsonParser array) throws IOException {
        UploadIdsReader.ListOfIds ids = new UploadIdsReader.ListOfIds();
        JsonToken first = array.nextToken();
        if (first == JsonToken.END_ARRAY) {
            return new Payload(ids.ids());
        }
        if (first == JsonToken.START_OBJECT) {
            RecordsReader records = new RecordsReader(true);
            records.add(array);
            if (records.sourceName().isPresent()) {
                return records.readRest(array).event();
            }
            ids.addObject();
        } else {
            ids.add(array);
        }
        return new Payload(UploadIdsReader.readRest(array, ids));
    }

    @Override
    public boolean accept(String name, JsonParser value) throws IOException {
        if (name.equals("Records")) {
            if (value.hasToken(JsonToken.START_ARRAY)) {
                records = new RecordsReader(false).readRest(value);
            }
            return true;
        }
        return http.accept(name, value) || uploads.accept(name, value);
    }

    private LambdaEvent result() {
        if (records != null) {
            return records.event();
        }
        Optional<ProxyRequest> request = http.result();
        return request.isPresent() ? new Http(request.get()) : new Payload(uploads.result());
    }
}
