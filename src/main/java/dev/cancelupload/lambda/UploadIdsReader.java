package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.config.Export;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the upload ids from a caller's JSON: from a value, or from fields of an object that other readers share. */
final class UploadIdsReader implements EventJson.FieldHandler {

    /** How much of a number in a list of ids is shown. */
    private static final int MAX_SHOWN = 64;

    private final Field camelCase = new Field("uploadId");
    private final Field snakeCase = new Field("upload_id");
    private UploadIds list;

    /** Reads the ids from any value. */
    static UploadIds read(JsonParser value) throws IOException {
        switch (value.currentToken()) {
            case VALUE_STRING:
                return new UploadIds.One(value.getText());
            case START_ARRAY:
                return readRest(value, new ListOfIds());
            case START_OBJECT:
                UploadIdsReader fields = new UploadIdsReader();
                EventJson.readFields(value, fields);
                return fields.result();
            case VALUE_NULL:
                return UploadIds.none("The event is null and names no upload.", Optional.empty());
            default:
                return UploadIds.none("The event is neither a string nor an object.", Optional.empty());
        }
    }

    /** Reads the ids from the rest of an array. */
    static UploadIds readRest(JsonParser array, ListOfIds list) throws IOException {
        while (array.nextToken() != JsonToken.END_ARRAY) {
            list.add(array);
        }
        return list.ids();
    }

    @Override
    public boolean accept(String name, JsonParser value) throws IOException {
        switch (name) {
            case "uploadId":
                camelCase.accept(value);
                return true;
            case "upload_id":
                snakeCase.accept(value);
                return true;
            case "uploadIds":
                list = value.hasToken(JsonToken.START_ARRAY)
                        ? readRest(value, new ListOfIds())
                        : new UploadIds.NotAnArray();
                return true;
            default:
                return false;
        }
    }

    /** The ids in the fields that were read. */
    UploadIds result() {
        if (list != null) {
            return camelCase.id == null && snakeCase.id == null
                    ? list
                    : UploadIds.none(
                            "The event has the field \"uploadIds\" and another id.",
                            Optional.of(Export.CLEAN_UP_UPLOADS));
        }
        Optional<Export> export =
                camelCase.isPresent || snakeCase.isPresent ? Optional.of(Export.CANCEL_UPLOAD) : Optional.empty();
        for (Field field : List.of(camelCase, snakeCase)) {
            if (field.isNotString) {
                return UploadIds.none("The field \"" + field.name + "\" is not a string.", export);
            }
        }
        if (camelCase.id != null && snakeCase.id != null && !camelCase.id.equals(snakeCase.id)) {
            return UploadIds.none("The fields \"uploadId\" and \"upload_id\" differ.", export);
        }
        String id = camelCase.id != null ? camelCase.id : snakeCase.id;
        return id != null
                ? new UploadIds.One(id)
                : UploadIds.none("The event names no upload: it has neither \"uploadId\" nor \"upload_id\".", export);
    }

    private static final class Field {

        private final String name;
        private boolean isPresent;
        private boolean isNotString;
        private String id;

        Field(String name) {
            this.name = name;
        }

        /** Treats null like an absent field. */
        void accept(JsonParser value) throws IOException {
            isPresent = true;
            id = EventJson.stringOrNull(value);
            isNotString = id == null && !value.hasToken(JsonToken.VALUE_NULL);
        }
    }

    /** Collects the ids that one clean-up takes, and counts the others. */
    static final class ListOfIds {

        private final List<String> ids = new ArrayList<>();
        private long size;

        /** Adds the element at the parser. */
        void add(JsonParser element) throws IOException {
            if (++size <= UploadIds.MAX_IDS) {
                ids.add(text(element));
            }
            element.skipChildren();
        }

        /** Adds an element that is an object. */
        void addObject() {
            ids.add(notAString("an object, element " + ++size));
        }

        private String text(JsonParser element) throws IOException {
            switch (element.currentToken()) {
                case VALUE_STRING:
                    return element.getText();
                case START_OBJECT:
                    return notAString("an object, element " + size);
                case START_ARRAY:
                    return notAString("an array, element " + size);
                default:
                    String text = element.getText();
                    return notAString(text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…");
            }
        }

        /** Makes the text an invalid id, since the digits of a number would be a valid one. */
        private static String notAString(String what) {
            return "(not a string) " + what;
        }

        UploadIds ids() {
            return new UploadIds.Many(size <= UploadIds.MAX_IDS ? ids : List.of(), size);
        }
    }
}
