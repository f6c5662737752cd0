package dev.cancelupload.lambda;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.cancelupload.json.StatelessJsonFactory;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Reads events and messages as streams of tokens: what is not used is skipped, and needs no memory however much it is.
 */
final class EventJson {

    private static final int DEEPEST = 1000;
    /** Digits; no number of an event is used. */
    private static final int LONGEST_NUMBER = 1000;

    private static final int LONGEST_NAME = 50_000;
    /** Characters of a string that is used. SQS's messages have at most 1 MiB, and no string of AWS's is longer. */
    private static final int LONGEST_STRING = 1 << 20;

    private static final JsonFactory FACTORY = new StatelessJsonFactory(StreamReadConstraints.builder()
            .maxNestingDepth(DEEPEST)
            .maxNumberLength(LONGEST_NUMBER)
            .maxNameLength(LONGEST_NAME)
            .maxStringLength(LONGEST_STRING)
            .build());

    private EventJson() {}

    /** Makes a parser. */
    interface Source {
        JsonParser open(JsonFactory factory) throws IOException;
    }

    /** Reads a value. The parser is at its first token, and afterwards at its last. */
    interface Value<T> {
        T read(JsonParser parser) throws IOException;
    }

    /**
     * The one value of a JSON text.
     *
     * @throws UnreadableEventException if it is no JSON, has no value or more than one, or goes beyond what is read
     * @throws IOException if the source cannot be read
     */
    static <T> T read(Source source, Value<T> value) throws IOException {
        try (JsonParser parser = source.open(FACTORY)) {
            if (parser.nextToken() == null) {
                throw new UnreadableEventException("is empty");
            }
            T read = value.read(parser);
            if (parser.nextToken() != null) {
                throw new UnreadableEventException("goes on after its JSON value" + at(parser.currentTokenLocation()));
            }
            return read;
        } catch (JacksonException e) {
            throw new UnreadableEventException(problem(e));
        } catch (CharConversionException e) {
            throw new UnreadableEventException("is not text in UTF-8");
        }
    }

    private static String problem(JacksonException e) {
        // Between the fields of an object Jackson's class for it is a general one.
        if (e instanceof JsonEOFException || e.getOriginalMessage().startsWith("Unexpected end-of-input")) {
            return "is JSON that ends too early" + at(e.getLocation());
        }
        if (e instanceof StreamConstraintsException) {
            return limit(e.getOriginalMessage());
        }
        return "is not JSON" + at(e.getLocation());
    }

    /** Which of the limits it was is in Jackson's message only. */
    private static String limit(String message) {
        if (message.startsWith("Document nesting depth")) {
            return "is nested more than " + shown(DEEPEST) + " deep";
        }
        if (message.startsWith("Number value length")) {
            return "has a number of more than " + shown(LONGEST_NUMBER) + " digits";
        }
        if (message.startsWith("Name")) {
            return "has a field name of more than " + shown(LONGEST_NAME) + " bytes";
        }
        if (message.startsWith("String value length")) {
            return "has a string or a number of more than " + shown(LONGEST_STRING) + " characters";
        }
        return "has field names whose hashes collide";
    }

    private static String at(JsonLocation location) {
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    /** With commas, for a message. */
    static String shown(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Takes the fields of an object that are used. */
    interface Fields {

        /**
         * @param value at the first token of the field's value; what is left of the value afterwards is skipped
         * @return whether the field is used
         */
        boolean take(String name, JsonParser value) throws IOException;
    }

    /**
     * Hands over the fields of an object, in whatever order they come.
     *
     * @param object at its start, and afterwards at its end
     * @throws UnreadableEventException if a field that is used is there twice, of which readers of JSON choose one or
     *     the other
     */
    static void fields(JsonParser object, Fields fields) throws IOException {
        Set<String> used = new HashSet<>();
        while (object.nextToken() != JsonToken.END_OBJECT) {
            String name = object.currentName();
            object.nextToken();
            if (fields.take(name, object) && !used.add(name)) {
                throw new UnreadableEventException("has the field \"" + name + "\" twice");
            }
            object.skipChildren();
        }
    }

    /** The string that the parser is at; null if it is at any other value. */
    static String string(JsonParser value) throws IOException {
        return value.hasToken(JsonToken.VALUE_STRING) ? value.getText() : null;
    }
}
