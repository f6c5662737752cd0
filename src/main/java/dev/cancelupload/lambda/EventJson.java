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

/** Reads events and messages as streams of tokens, so that unused fields are skipped without taking memory. */
final class EventJson {

    private static final int MAX_DEPTH = 1000;
    /** In digits. The functions use no number of an event. */
    private static final int MAX_DIGITS = 1000;

    private static final int MAX_NAME = 50_000;
    /** In characters. An SQS message has at most 1 MiB, and no other string from AWS is longer. */
    private static final int MAX_STRING = 1 << 20;

    private static final JsonFactory FACTORY = new StatelessJsonFactory(StreamReadConstraints.builder()
            .maxNestingDepth(MAX_DEPTH)
            .maxNumberLength(MAX_DIGITS)
            .maxNameLength(MAX_NAME)
            .maxStringLength(MAX_STRING)
            .build());

    private EventJson() {}

    /** Opens a parser. */
    interface Source {
        JsonParser open(JsonFactory factory) throws IOException;
    }

    /** Reads a value. The parser is at its first token before, and at its last token after. */
    interface Value<T> {
        T read(JsonParser parser) throws IOException;
    }

    /**
     * Reads a JSON text with exactly one value.
     *
     * @throws UnreadableEventException if it is not JSON, has no value or more than one, or exceeds a limit
     * @throws IOException if the source cannot be read
     */
    static <T> T read(Source source, Value<T> value) throws IOException {
        try (JsonParser parser = source.open(FACTORY)) {
            if (parser.nextToken() == null) {
                throw new UnreadableEventException("is empty");
            }
            T read = value.read(parser);
            if (parser.nextToken() != null) {
                throw new UnreadableEventException(
                        "has data after its JSON value" + position(parser.currentTokenLocation()));
            }
            return read;
        } catch (JacksonException e) {
            throw new UnreadableEventException(problem(e));
        } catch (CharConversionException e) {
            throw new UnreadableEventException("is not text in UTF-8");
        }
    }

    private static String problem(JacksonException e) {
        // Between the fields of an object Jackson throws a general exception for this.
        if (e instanceof JsonEOFException || e.getOriginalMessage().startsWith("Unexpected end-of-input")) {
            return "is incomplete JSON" + position(e.getLocation());
        }
        if (e instanceof StreamConstraintsException) {
            return exceededLimit(e.getOriginalMessage());
        }
        return "is not JSON" + position(e.getLocation());
    }

    /** Only Jackson's message tells which limit was exceeded. */
    private static String exceededLimit(String message) {
        if (message.startsWith("Document nesting depth")) {
            return "is nested more than " + withCommas(MAX_DEPTH) + " deep";
        }
        if (message.startsWith("Number value length")) {
            return "has a number of more than " + withCommas(MAX_DIGITS) + " digits";
        }
        if (message.startsWith("Name")) {
            return "has a field name of more than " + withCommas(MAX_NAME) + " bytes";
        }
        if (message.startsWith("String value length")) {
            return "has a string or a number of more than " + withCommas(MAX_STRING) + " characters";
        }
        return "has field names whose hashes collide";
    }

    private static String position(JsonLocation location) {
        return location == null ? "" : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }

    /** Formats a number with commas for a message. */
    static String withCommas(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Receives the fields of an object. */
    interface FieldHandler {

        /**
         * @param value at the first token of the field's value; the rest of the value is skipped afterwards
         * @return whether the field is used
         */
        boolean accept(String name, JsonParser value) throws IOException;
    }

    /**
     * Passes each field of an object to the handler.
     *
     * @param object at its start before, and at its end after
     * @throws UnreadableEventException if a used field is duplicate, since JSON parsers differ in which one they choose
     */
    static void readFields(JsonParser object, FieldHandler handler) throws IOException {
        Set<String> used = new HashSet<>();
        while (object.nextToken() != JsonToken.END_OBJECT) {
            String name = object.currentName();
            object.nextToken();
            if (handler.accept(name, object) && !used.add(name)) {
                throw new UnreadableEventException("has the field \"" + name + "\" twice");
            }
            object.skipChildren();
        }
    }

    /** The string at the parser; null if the value is not a string. */
    static String stringOrNull(JsonParser value) throws IOException {
        return value.hasToken(JsonToken.VALUE_STRING) ? value.getText() : null;
    }
}
