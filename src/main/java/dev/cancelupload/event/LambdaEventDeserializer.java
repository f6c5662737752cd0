package dev.cancelupload.event;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.cancelupload.event.LambdaEvent.Foreign;
import dev.cancelupload.event.LambdaEvent.Http;
import dev.cancelupload.event.LambdaEvent.Message;
import dev.cancelupload.event.LambdaEvent.Payload;
import dev.cancelupload.event.LambdaEvent.SnsNotifications;
import dev.cancelupload.event.LambdaEvent.SqsMessages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells events apart. It never fails: what cannot be read is an event too, which the function answers in its own way.
 *
 * <p>Funqy can unwrap SQS and SNS by itself, but calls the function once a record, which leaves no way to share one time
 * budget over a batch, to accept a body that is bare text, or to drop a message that has become pointless.
 */
public final class LambdaEventDeserializer extends JsonDeserializer<LambdaEvent> {

    @Override
    public LambdaEvent getNullValue(DeserializationContext context) {
        return new Payload(NullNode.getInstance());
    }

    @Override
    public LambdaEvent deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        if (parser.currentToken().isNumeric()) {
            // Not read further: parsing it could be long work, and no number is an upload id.
            return new Foreign("a number");
        }
        if (parser.currentToken() == JsonToken.VALUE_TRUE || parser.currentToken() == JsonToken.VALUE_FALSE) {
            return new Foreign("a boolean");
        }
        try {
            return classify(context.readTree(new ShortNumbers(parser)));
        } catch (JacksonException e) {
            return new Foreign("JSON that is nested too deeply, or holds a number or a name that is too long");
        }
    }

    static LambdaEvent classify(JsonNode event) {
        JsonNode records = event.isArray() ? event : event.path("Records");
        if (records.isArray()) {
            Optional<String> source = source(records.path(0));
            if (source.isPresent() || !event.isArray()) {
                return records(source.orElse("unknown source"), records, event.isArray());
            }
        }
        Optional<HttpRequest> http = HttpRequest.of(event);
        if (http.isPresent()) {
            return new Http(http.get());
        }
        return new Payload(detail(event));
    }

    /** EventBridge's envelope holds the sender's own JSON in {@code detail}. */
    static JsonNode detail(JsonNode event) {
        return event.path("detail-type").isTextual() && event.has("detail") ? event.get("detail") : event;
    }

    private static Optional<String> source(JsonNode record) {
        // SNS capitalises its fields.
        JsonNode source = record.has("eventSource") ? record.get("eventSource") : record.path("EventSource");
        return Optional.ofNullable(source.textValue());
    }

    private static LambdaEvent records(String source, JsonNode records, boolean pipes) {
        List<Message> messages = new ArrayList<>(records.size());
        if (source.equals("aws:sqs")) {
            for (JsonNode record : records) {
                messages.add(new Message(
                        record.path("messageId").asText(), record.path("body").textValue()));
            }
            return new SqsMessages(messages);
        }
        if (source.equals("aws:sns") && !pipes) {
            for (JsonNode record : records) {
                JsonNode sns = record.path("Sns");
                messages.add(new Message(
                        sns.path("MessageId").asText(), sns.path("Message").textValue()));
            }
            return new SnsNotifications(messages);
        }
        return new Foreign("an event of " + (source.matches("[a-z0-9:.-]{1,64}") ? source : "an unknown source"));
    }
}
