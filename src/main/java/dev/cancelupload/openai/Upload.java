package dev.cancelupload.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Optional;

/**
 * OpenAI's Upload object: the fields that this function uses, and the JSON itself, which is passed on unchanged with
 * every field and value that the API may add.
 *
 * @param id the identifier, {@code upload_…}
 * @param status {@code pending}, {@code completed}, {@code cancelled}, {@code expired}, or a newer one
 * @param json the object as OpenAI sent it
 * @see <a href="https://platform.openai.com/docs/api-reference/uploads/object">The Upload object</a>
 */
public record Upload(String id, String status, String json) implements UploadBody {

    /** The value of {@code object} in every Upload. */
    public static final String OBJECT = "upload";

    /**
     * Parses the Upload in a body as a stream, not as a tree, so that the size of the body bounds the memory.
     *
     * @param body UTF-8
     * @param contentType for the message if it is not an Upload
     */
    static UploadBody read(byte[] body, String contentType) {
        if (body.length == 0) {
            return new Other("is empty");
        }
        Optional<String> json = ResponseJson.text(body);
        try (JsonParser parser = ResponseJson.parser(json.orElse(""))) {
            return json.isEmpty() ? notJson(body, contentType) : read(json.get(), parser);
        } catch (IOException e) {
            return notJson(body, contentType);
        }
    }

    private static Other notJson(byte[] body, String contentType) {
        return new Other("is not JSON (content-type " + contentType + ", " + body.length + " bytes)");
    }

    private static UploadBody read(String json, JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            ResponseJson.skipToEnd(parser);
            return notAnUpload("it is not a JSON object");
        }
        String object = null;
        String id = null;
        String status = null;
        String duplicate = null;
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            String value = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
            switch (name) {
                case "object" -> {
                    duplicate = object == null ? duplicate : name;
                    object = value;
                }
                case "id" -> {
                    duplicate = id == null ? duplicate : name;
                    id = value;
                }
                case "status" -> {
                    duplicate = status == null ? duplicate : name;
                    status = value;
                }
                default -> {
                    // Passed on unchecked.
                }
            }
            parser.skipChildren();
        }
        ResponseJson.requireEnd(parser);
        if (duplicate != null) {
            return notAnUpload("it has the field \"" + duplicate + "\" twice");
        }
        if (!OBJECT.equals(object)) {
            return notAnUpload("its field \"object\" is not \"upload\"");
        }
        if (id == null || id.isEmpty()) {
            return notAnUpload("it has no \"id\"");
        }
        return status == null || status.isEmpty() ? notAnUpload("it has no \"status\"") : new Upload(id, status, json);
    }

    private static Other notAnUpload(String why) {
        return new Other("is JSON but not an Upload: " + why);
    }
}
