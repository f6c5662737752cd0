package dev.cancelupload.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;

/**
 * A parser that gives up at a number which is too long to be one of AWS's or a caller's. To make a number of a million
 * digits takes seconds, and of six millions, which an event may have, longer than an invocation lasts.
 */
final class ShortNumbers extends JsonParserDelegate {

    private static final int LONGEST = 1000;

    ShortNumbers(JsonParser parser) {
        super(parser);
    }

    @Override
    public JsonToken nextToken() throws IOException {
        JsonToken token = super.nextToken();
        if (token != null && token.isNumeric() && getTextLength() > LONGEST) {
            throw new StreamConstraintsException("a number of " + getTextLength() + " characters");
        }
        return token;
    }
}
