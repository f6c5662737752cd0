package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.config.Export;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the upload ids in a caller's JSON: as a value, or field by field in an object that may be something else too.
 */
final class UploadIdsReader implements EventJson.Fields {

    /** Of a number that stands in a list of ids. */
    private static final int SHOWN_DIGITS = 64;

    private final Field camelCase = new Field("uploadId");
    private final Field snakeCase = new Field("upload_id");
    private UploadIds list;

    /** The ids in any value. */
    static UploadIds read(JsonParser value) throws IOException {
        switch (value.currentToken()) {
            case VALUE_STRING:
                return new UploadIds.One(value.getText());
            case START_ARRAY:
                return rest(value, new ListOfIds());
            case START_OBJECT:
                UploadIdsReader fields = new UploadIdsReader();
                EventJson.fields(value, fields);
                return fields.found();
            case VALUE_NULL:
                return UploadIds.none("The event is null and names no upload.", Optional.empty());
            default:
                return UploadIds.none("The event is neither a string nor an object.", Optional.empty());
        }
    }

    /** The ids in what is left of an array. */
    static UploadIds rest(JsonParser array, ListOfIds list) throws IOException {
        while (array.nextToken() != JsonToken.END_ARRAY) {
            list.add(array);
        }
        return list.ids();
    }

    @Override
    public boolean take(String name, JsonParser value) throws IOException {
        switch (name) {
            case "uploadId":
                camelCase.take(value);
                return true;
            case "upload_id":
                snakeCase.take(value);
                return true;
            case "uploadIds":
                list = value.hasToken(JsonToken.START_ARRAY)
                        ? rest(value, new ListOfIds())
                        : new UploadIds.NotAnArray();
                return true;
            default:
                return false;
        }
    }

    /** The ids in the fields that were taken. */
    UploadIds found() {
        if (list != null) {
            return camelCase.id == null && snakeCase.id == null
                    ? list
                    : UploadIds.none(
                            "The event has the field \"uploadIds\" and one id besides.",
                            Optional.of(Export.CLEAN_UP_UPLOADS));
        }
        Optional<Export> export =
                camelCase.isThere || snakeCase.isThere ? Optional.of(Export.CANCEL_UPLOAD) : Optional.empty();
        for (Field field : List.of(camelCase, snakeCase)) {
            if (field.isNoString) {
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
        private boolean isThere;
        private boolean isNoString;
        private String id;

        Field(String name) {
            this.name = name;
        }

        /** Null is as good as nothing. */
        void take(JsonParser value) throws IOException {
            isThere = true;
            id = EventJson.string(value);
            isNoString = id == null && !value.hasToken(JsonToken.VALUE_NULL);
        }
    }

    /** Keeps as many ids as one clean-up takes, and counts the others. */
    static final class ListOfIds {

        private final List<String> ids = new ArrayList<>();
        private long size;

        /** Takes the element that the parser is at. */
        void add(JsonParser element) throws IOException {
            if (++size <= UploadIds.MOST) {
                ids.add(text(element));
            }
            element.skipChildren();
        }

        /** Takes an element that was an object. */
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
                    return notAString(text.length() <= SHOWN_DIGITS ? text : text.substring(0, SHOWN_DIGITS) + "…");
            }
        }

        /** A number's text alone could pass for an id. */
        private static String notAString(String what) {
            return "(not a string) " + what;
        }

        UploadIds ids() {
            return new UploadIds.Many(size <= UploadIds.MOST ? ids : List.of(), size);
        }
    }
}
