package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.lambda.LambdaEvent.Message;
import dev.cancelupload.lambda.LambdaEvent.SnsNotifications;
import dev.cancelupload.lambda.LambdaEvent.SqsMessages;
import dev.cancelupload.lambda.LambdaEvent.Unsupported;
import dev.cancelupload.openai.NamedUpload;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the records of SQS and SNS. The source of the first record is taken for all of them. */
final class RecordsReader {

    /** The largest batch of an SQS event source mapping. */
    private static final int MAX_RECORDS = 10_000;

    /** AWS's ids have 36 characters. Limited since all may be in the response, whose size is limited. */
    private static final int MAX_MESSAGE_ID = 128;

    private static final Pattern VISIBLE = Pattern.compile("[!-~]*");
    private static final Pattern SERVICE = Pattern.compile("[a-z0-9:.-]{1,64}");

    private enum Source {
        SQS,
        SNS,
        OTHER
    }

    private final boolean pipes;
    private final List<Message> messages = new ArrayList<>();
    private long size;
    private Source source = Source.OTHER;
    private Optional<String> sourceName = Optional.empty();

    /** @param pipes whether the records come from EventBridge Pipes, which does not support SNS */
    RecordsReader(boolean pipes) {
        this.pipes = pipes;
    }

    /** Reads the rest of an array of records. */
    RecordsReader readRest(JsonParser array) throws IOException {
        while (array.nextToken() != JsonToken.END_ARRAY) {
            add(array);
        }
        return this;
    }

    /** Reads the record at the parser. */
    void add(JsonParser value) throws IOException {
        if (++size == 1) {
            Fields first = readFields(value);
            sourceName = first.source();
            source = source(sourceName);
            addMessage(first);
        } else if (source != Source.OTHER && size <= MAX_RECORDS) {
            addMessage(readFields(value));
        } else {
            value.skipChildren();
        }
    }

    private Source source(Optional<String> name) {
        if (name.filter("aws:sqs"::equals).isPresent()) {
            return Source.SQS;
        }
        return !pipes && name.filter("aws:sns"::equals).isPresent() ? Source.SNS : Source.OTHER;
    }

    private void addMessage(Fields fields) {
        if (source == Source.SQS) {
            messages.add(fields.message.message());
        } else if (source == Source.SNS) {
            messages.add(fields.notification.message());
        }
    }

    private static Fields readFields(JsonParser value) throws IOException {
        Fields fields = new Fields();
        if (value.hasToken(JsonToken.START_OBJECT)) {
            EventJson.readFields(value, fields);
        }
        value.skipChildren();
        return fields;
    }

    /** The source of the first record. */
    Optional<String> sourceName() {
        return sourceName;
    }

    /** @throws UnreadableEventException if there are more records than AWS sends */
    LambdaEvent event() {
        if (source == Source.OTHER) {
            return new Unsupported("an event of "
                    + sourceName.filter(name -> SERVICE.matcher(name).matches()).orElse("an unknown source"));
        }
        if (size > MAX_RECORDS) {
            throw new UnreadableEventException("has " + EventJson.withCommas(size) + " records, and "
                    + EventJson.withCommas(MAX_RECORDS) + " is the most that AWS sends at a time");
        }
        return source == Source.SQS ? new SqsMessages(messages) : new SnsNotifications(messages);
    }

    private static final class Fields implements EventJson.FieldHandler {

        private final MessageFields message = new MessageFields("messageId", "body");
        private final MessageFields notification = new MessageFields("MessageId", "Message");
        private boolean hasSource;
        private String source;
        private String snsSource;

        @Override
        public boolean accept(String name, JsonParser value) throws IOException {
            switch (name) {
                case "eventSource":
                    hasSource = true;
                    source = EventJson.stringOrNull(value);
                    return true;
                case "EventSource":
                    snsSource = EventJson.stringOrNull(value);
                    return true;
                case "Sns":
                    if (value.hasToken(JsonToken.START_OBJECT)) {
                        EventJson.readFields(value, notification);
                    }
                    return true;
                default:
                    return message.accept(name, value);
            }
        }

        /** SNS writes its field names with a capital letter. */
        Optional<String> source() {
            return Optional.ofNullable(hasSource ? source : snsSource);
        }
    }

    private static final class MessageFields implements EventJson.FieldHandler {

        private final String idField;
        private final String bodyField;
        private String id = "";
        private NamedUpload upload;

        MessageFields(String idField, String bodyField) {
            this.idField = idField;
            this.bodyField = bodyField;
        }

        @Override
        public boolean accept(String name, JsonParser value) throws IOException {
            if (name.equals(idField)) {
                id = messageId(EventJson.stringOrNull(value));
                return true;
            }
            if (name.equals(bodyField)) {
                upload = MessageReader.read(EventJson.stringOrNull(value));
                return true;
            }
            return false;
        }

        private static String messageId(String id) {
            if (id == null) {
                return "";
            }
            if (id.length() > MAX_MESSAGE_ID) {
                throw new UnreadableEventException("has a message id of " + EventJson.withCommas(id.length())
                        + " characters, more than the " + MAX_MESSAGE_ID + " allowed");
            }
            if (!VISIBLE.matcher(id).matches()) {
                throw new UnreadableEventException("has a message id with a character other than visible ASCII");
            }
            return id;
        }

        Message message() {
            return new Message(id, upload == null ? MessageReader.read(null) : upload);
        }
    }
}
