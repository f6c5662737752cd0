package dev.cancelupload.openai;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Optional;

/**
 * OpenAI's File object, as a completed {@link Upload} carries it. Like there, the record holds the JSON object itself.
 *
 * @param json the object as OpenAI sent it
 * @see <a href="https://platform.openai.com/docs/api-reference/files/object">The File object</a>
 */
public record UploadFile(@JsonValue ObjectNode json) {

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public UploadFile {}

    /** The identifier, {@code file-…}. */
    public Optional<String> id() {
        return Fields.text(json, "id");
    }

    /** The size in bytes; more than 32 bits. */
    public Optional<Long> bytes() {
        return Fields.number(json, "bytes");
    }

    /** When the File was created. */
    public Optional<Instant> createdAt() {
        return Fields.number(json, "created_at").map(Instant::ofEpochSecond);
    }

    /** When it expires, if it does. */
    public Optional<Instant> expiresAt() {
        return Fields.number(json, "expires_at").map(Instant::ofEpochSecond);
    }

    /** The file's name. */
    public Optional<String> filename() {
        return Fields.text(json, "filename");
    }

    /** {@code assistants}, {@code batch}, {@code fine-tune}, {@code vision}, {@code user_data} …, or a newer one. */
    public Optional<String> purpose() {
        return Fields.text(json, "purpose");
    }

    /** {@code uploaded}, {@code processed} or {@code error}; OpenAI has deprecated the field. */
    public Optional<String> status() {
        return Fields.text(json, "status");
    }

    /** Why a fine-tuning file failed validation; OpenAI has deprecated the field. */
    public Optional<String> statusDetails() {
        return Fields.text(json, "status_details");
    }
}
