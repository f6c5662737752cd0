package dev.cancelupload.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.util.Optional;

/** JSON trees, for JSON without a fixed structure and JSON that is passed on unchanged. */
public final class Json {

    /**
     * Keeps no field names. Jackson's default keeps those that it has seen, and interns them, which a native executable
     * never undoes: a caller that sends new names with each request would exhaust the memory.
     */
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** Reads and writes trees. */
    public static final ObjectMapper MAPPER = new JsonMapper(FACTORY);

    private static final ObjectReader TREES = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** Creates an empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A node that is written as this JSON text, unchanged. */
    public static JsonNode raw(String json) {
        return new POJONode(new RawValue(json));
    }

    /** Parses one JSON value; empty if the text is anything else. */
    public static Optional<JsonNode> parse(String text) {
        try {
            return Optional.ofNullable(TREES.readTree(text)).filter(json -> !json.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
