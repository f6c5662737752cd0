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

/** JSON as trees: what has no fixed shape, or has to come out exactly as it went in. */
public final class Json {

    /** Keeps numbers as they are, however large or precise, and nothing of what it has read. */
    public static final ObjectMapper MAPPER = JsonMapper.builder(
                    new StatelessJsonFactory(StreamReadConstraints.builder().build()))
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final ObjectReader TREES = MAPPER.reader().with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** An empty object to fill. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** JSON text that is written as it is. */
    public static JsonNode raw(String json) {
        return new POJONode(new RawValue(json));
    }

    /** The text as JSON; empty if it is not, or has more than one value. */
    public static Optional<JsonNode> parse(String text) {
        try {
            return Optional.ofNullable(TREES.readTree(text)).filter(json -> !json.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
