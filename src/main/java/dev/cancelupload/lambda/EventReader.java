package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.lambda.LambdaEvent.Foreign;
import dev.cancelupload.lambda.LambdaEvent.Http;
import dev.cancelupload.lambda.LambdaEvent.Payload;
import dev.cancelupload.lambda.LambdaEvent.Unreadable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads events and tells them apart. What cannot be read is an event too, which each function answers in its own way.
 *
 * <p>The memory that this takes is bounded here, whoever sends what: an event is read token by token, and kept of it
 * are at most 10,000 records with the id of a message and one upload id each, or 1,000 upload ids, or the method, the
 * path and one header of an HTTP request. Anything else is skipped; anything beyond is refused.
 *
 * <p>Funqy can unwrap SQS and SNS by itself, but calls the function once a record, which leaves no way to share one
 * time budget over a batch, to accept a body that is bare text, or to drop a message that has become pointless.
 */
public final class EventReader implements EventJson.Fields {

    private final DetailReader uploads = new DetailReader();
    private final ProxyRequestReader http = new ProxyRequestReader();
    private RecordsReader records;

    private EventReader() {}

    /**
     * @param json the event's bytes
     * @return what it is; {@link Unreadable} if it is no JSON, goes beyond the bounds, or has a field twice that is
     *     used
     * @throws IOException if the bytes cannot be had
     */
    public static LambdaEvent read(InputStream json) throws IOException {
        try {
            return EventJson.read(factory -> factory.createParser(json), EventReader::value);
        } catch (UnreadableEventException e) {
            return new Unreadable(e.getMessage());
        }
    }

    private static LambdaEvent value(JsonParser value) throws IOException {
        switch (value.currentToken()) {
            case START_OBJECT:
                EventReader fields = new EventReader();
                EventJson.fields(value, fields);
                return fields.found();
            case START_ARRAY:
                return array(value);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT:
                return new Foreign("a number");
            case VALUE_TRUE, VALUE_FALSE:
                return new Foreign("a boolean");
            default:
                return new Payload(UploadIdsReader.read(value));
        }
    }

    /** The records of EventBridge Pipes, or a list of ids. */
    private static LambdaEvent array(JsonParser array) throws IOException {
        UploadIdsReader.ListOfIds ids = new UploadIdsReader.ListOfIds();
        JsonToken first = array.nextToken();
        if (first == JsonToken.END_ARRAY) {
            return new Payload(ids.ids());
        }
        if (first == JsonToken.START_OBJECT) {
            RecordsReader records = new RecordsReader(true);
            records.add(array);
            if (records.sourceName().isPresent()) {
                return records.rest(array).event();
            }
            ids.addObject();
        } else {
            ids.add(array);
        }
        return new Payload(UploadIdsReader.rest(array, ids));
    }

    @Override
    public boolean take(String name, JsonParser value) throws IOException {
        if (name.equals("Records")) {
            if (value.hasToken(JsonToken.START_ARRAY)) {
                records = new RecordsReader(false).rest(value);
            }
            return true;
        }
        return http.take(name, value) || uploads.take(name, value);
    }

    private LambdaEvent found() {
        if (records != null) {
            return records.event();
        }
        Optional<ProxyRequest> request = http.found();
        return request.isPresent() ? new Http(request.get()) : new Payload(uploads.found());
    }
}
