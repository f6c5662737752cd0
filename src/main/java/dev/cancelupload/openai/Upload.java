package dev.cancelupload.openai;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/**
 * OpenAI's Upload object. The record holds the JSON object itself, so that a field or a value that the API adds
 * tomorrow comes out as it went in, {@code null} stays {@code null} and an absent field stays absent; the methods are
 * the typed view of what is documented today.
 *
 * @param json the object as OpenAI sent it
 * @see <a href="https://platform.openai.com/docs/api-reference/uploads/object">The Upload object</a>
 */
public record Upload(@JsonValue ObjectNode json) {

    /** The value of {@code object} in every Upload. */
    public static final String OBJECT = "upload";

    /**
     * @param json a JSON object with at least {@code id}, {@code object} ("upload") and {@code status}
     * @throws IllegalArgumentException if it is something else; the message says what
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Upload {
        if (json == null) {
            throw new IllegalArgumentException("it is not a JSON object");
        }
        if (!json.path("object").asText().equals(OBJECT)) {
            throw new IllegalArgumentException("its field \"object\" is not \"upload\"");
        }
        if (!json.path("id").isTextual() || json.path("id").textValue().isEmpty()) {
            throw new IllegalArgumentException("it has no \"id\"");
        }
        if (!json.path("status").isTextual()) {
            throw new IllegalArgumentException("it has no \"status\"");
        }
    }

    /** The identifier, {@code upload_…}. */
    public String id() {
        return json.get("id").textValue();
    }

    /** {@code pending}, {@code completed}, {@code cancelled}, {@code expired}, or a newer one. */
    public String status() {
        return json.get("status").textValue();
    }

    /** The intended size in bytes; more than 32 bits. */
    public Optional<Long> bytes() {
        return Fields.number(json, "bytes");
    }

    /** When the Upload was created. */
    public Optional<Instant> createdAt() {
        return Fields.number(json, "created_at").map(Instant::ofEpochSecond);
    }

    /** When it expires. */
    public Optional<Instant> expiresAt() {
        return Fields.number(json, "expires_at").map(Instant::ofEpochSecond);
    }

    /** The name of the file to be uploaded. */
    public Optional<String> filename() {
        return Fields.text(json, "filename");
    }

    /** The intended purpose of the file, such as {@code fine-tune}, or a newer one. */
    public Optional<String> purpose() {
        return Fields.text(json, "purpose");
    }

    /** The File, once the Upload is completed. */
    public Optional<UploadFile> file() {
        JsonNode file = json.get("file");
        return file instanceof ObjectNode object ? Optional.of(new UploadFile(object)) : Optional.empty();
    }
}
