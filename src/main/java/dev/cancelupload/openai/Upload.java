package dev.cancelupload.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cancelupload.json.UsedFields;
import java.util.Optional;
import java.util.Set;

/**
 * The body of a 2xx response: OpenAI's Upload object, of which only the fields are read that this function uses. The
 * JSON itself is passed on unchanged, with every field and value that the API may add.
 *
 * @param id the identifier, {@code upload_…}
 * @param status {@code pending}, {@code completed}, {@code cancelled}, {@code expired}, or a newer one
 * @param json the object as OpenAI sent it
 * @param problem why the body is no Upload, completing the sentence "OpenAI's answer …"; empty if it is one
 * @see <a href="https://platform.openai.com/docs/api-reference/uploads/object">The Upload object</a>
 */
record Upload(String id, String status, String json, Optional<String> problem) {

    private static final Set<String> FIELDS = Set.of("id", "object", "status");

    static Upload read(String json) {
        if (json.isBlank()) {
            return not("is empty");
        }
        Optional<JsonNode> body = UsedFields.ofObject(json, FIELDS);
        if (body.isEmpty()) {
            return not("is not JSON");
        }
        JsonNode id = body.get().path("id");
        JsonNode status = body.get().path("status");
        return id.isTextual()
                        && status.isTextual()
                        && "upload".equals(body.get().path("object").textValue())
                ? new Upload(id.textValue(), status.textValue(), json, Optional.empty())
                : not("is JSON but not an Upload");
    }

    private static Upload not(String problem) {
        return new Upload("", "", "", Optional.of(problem));
    }
}
