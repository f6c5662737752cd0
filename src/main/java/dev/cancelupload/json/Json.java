package dev.cancelupload.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
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

    /** Keeps the size and precision of numbers, and caches nothing that it reads. */
    public static final ObjectMapper MAPPER = JsonMapper.builder(
                    new StatelessJsonFactory(StreamReadConstraints.builder().build()))
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

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
