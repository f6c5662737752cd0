package dev.cancelupload.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Reads JSON as a tree with nothing but the fields that are used, wherever they are. All others are skipped without
 * taking memory, and a tree has a limited number of values, so that no event of Lambda's 6 MB takes more than some 30
 * MB.
 */
public final class UsedFields {

    /** The largest batch of SQS has 10,000 messages of 4 values each. */
    public static final int MAX_VALUES = 60_000;

    private final UnaryOperator<String> kept;
    private int left = MAX_VALUES;

    private UsedFields(UnaryOperator<String> kept) {
        this.kept = kept;
    }

    /** What was read is not one JSON value, or is too large. The message completes a sentence: {@code is not JSON}. */
    public static final class UnreadableException extends IOException {
        UnreadableException(String problem) {
            super(problem);
        }
    }

    /**
     * Reads exactly one JSON value.
     *
     * @param kept gives the name under which a field of this name is kept; null if it is skipped
     * @return of a number or boolean its text, as a node that is no text
     * @throws UnreadableException if it is something else, or is too large
     * @throws IOException if the stream fails
     */
    public static JsonNode read(InputStream json, UnaryOperator<String> kept) throws IOException {
        return new UsedFields(kept).only(Json.FACTORY.createParser(json));
    }

    /** The same for a text. */
    public static JsonNode read(String json, UnaryOperator<String> kept) throws UnreadableException {
        try {
            return new UsedFields(kept).only(Json.FACTORY.createParser(json));
        } catch (UnreadableException e) {
            throw e;
        } catch (IOException e) {
            throw new IllegalStateException("cannot fail, since it reads memory only", e);
        }
    }

    /** The same for a text that may be anything; empty if it is not one JSON object. */
    public static Optional<JsonNode> ofObject(String json, Set<String> names) {
        try {
            return Optional.of(read(json, name -> names.contains(name) ? name : null))
                    .filter(JsonNode::isObject);
        } catch (UnreadableException e) {
            return Optional.empty();
        }
    }

    private JsonNode only(JsonParser json) throws IOException {
        try (json) {
            if (json.nextToken() == null) {
                throw new UnreadableException("is empty");
            }
            JsonNode value = value(json);
            if (json.nextToken() != null) {
                throw new UnreadableException("has more than one JSON value");
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw new UnreadableException("is nested too deeply, or has a name or number that is too long");
        } catch (JsonProcessingException e) {
            throw new UnreadableException("is not JSON (line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr() + ")");
        }
    }

    private JsonNode value(JsonParser json) throws IOException {
        if (--left < 0) {
            throw new UnreadableException("has more values than one invocation takes: split it");
        }
        return switch (json.currentToken()) {
            case START_OBJECT -> object(json);
            case START_ARRAY -> array(json);
            case VALUE_STRING -> TextNode.valueOf(json.getText());
            case VALUE_NULL -> NullNode.getInstance();
            default -> new POJONode(json.getText());
        };
    }

    private ArrayNode array(JsonParser json) throws IOException {
        ArrayNode array = Json.MAPPER.createArrayNode();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            array.add(value(json));
        }
        return array;
    }

    private ObjectNode object(JsonParser json) throws IOException {
        ObjectNode object = Json.object();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = kept.apply(json.currentName());
            json.nextToken();
            if (name != null) {
                object.set(name, value(json));
            } else {
                json.skipChildren();
            }
        }
        return object;
    }
}
