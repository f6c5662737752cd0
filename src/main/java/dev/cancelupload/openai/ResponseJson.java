package dev.cancelupload.openai;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Parses the JSON of a response: UTF-8, and exactly one value. */
final class ResponseJson {

    private ResponseJson() {}

    /** The body as text; empty if it is not UTF-8. */
    static Optional<String> text(byte[] body) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    static JsonParser parser(String json) throws IOException {
        return Json.MAPPER.getFactory().createParser(json);
    }

    /** @throws JsonParseException if anything follows the value */
    static void requireEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw new JsonParseException(parser, "more than one value");
        }
    }

    /** Skips the rest of the current value. Throws if it is malformed or anything follows. */
    static void skipToEnd(JsonParser parser) throws IOException {
        if (parser.currentToken() == null) {
            throw new JsonParseException(parser, "no value");
        }
        parser.skipChildren();
        requireEnd(parser);
    }

    /** A string, number or boolean as text; empty for {@code null}, and for objects and arrays, which are skipped. */
    static Optional<String> scalar(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token.isScalarValue()) {
            return token == JsonToken.VALUE_NULL ? Optional.empty() : Optional.of(parser.getText());
        }
        parser.skipChildren();
        return Optional.empty();
    }
}
