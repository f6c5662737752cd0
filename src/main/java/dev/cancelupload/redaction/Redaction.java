package dev.cancelupload.redaction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Keeps the API key, whole or in a piece of {@value KeyPieces#SHORTEST} characters or more, out of every text that
 * leaves the process: errors, log lines, HTTP answers and reports. OpenAI, or a gateway before it, may repeat the key
 * in an answer, escaped or encoded in whatever way; {@link KeyPieces}, {@link Escapes} and {@link BinaryText} say which
 * are found. Whatever else looks like a key of OpenAI's ({@code sk-…}) is masked too.
 *
 * <p>A key of fewer characters than such a piece is none, and masks nothing.
 */
public final class Redaction {

    /** What stands in place of a key. */
    public static final String MASK = "***";

    /**
     * In place of a text in which the key is encoded or cut into pieces, so that no part of it can be told from the
     * rest.
     */
    static final String WITHHELD = MASK + " (a text that repeats the API key is not shown)";

    /** How many times text may be escaped over and over. */
    private static final int MOST_LEVELS = 5;

    /** How many of them may be base64 or hexadecimal, each of which can be read in several ways. */
    private static final int MOST_BINARY_LEVELS = 3;

    /** Stands for what is known; no letter or digit, and of no use in a text from outside. */
    private static final String KNOWN = "\ue000";

    private static final String KEY_PREFIX = "sk-";
    private static final int SHORTEST_FOREIGN = 16;

    /** Of a key that is replaced again and again, those before the last are no keys any more. */
    private static final int MOST_KEYS = 3;

    private static volatile Redaction ofProcess = new Redaction("");

    /** The newest first; none that is too short. */
    private final List<Key> keys;

    /** @param key what must not come out; visible ASCII characters */
    public Redaction(String key) {
        this(key.length() < KeyPieces.SHORTEST ? List.of() : List.of(new Key(key, new KeyPieces(key))));
    }

    private Redaction(List<Key> keys) {
        this.keys = keys;
    }

    private record Key(String text, KeyPieces pieces) {}

    /** What masks this one's key and, since it may still be valid and on its way, the one or two before it. */
    public Redaction after(Redaction former) {
        return new Redaction(Stream.concat(keys.stream(), former.keys.stream())
                .limit(MOST_KEYS)
                .toList());
    }

    /**
     * From now on {@link #current} is this one: a process has one key at a time, and many places where text leaves it.
     */
    public void install() {
        ofProcess = this;
    }

    /** That of this process's key; until the key is known, the one that knows none. */
    public static Redaction current() {
        return ofProcess;
    }

    /**
     * Text of a caller's, or about it, with everything masked that has the form of a key of OpenAI's. Whether it is
     * this process's key makes no difference: else a caller could guess the key piece by piece and see which guess is
     * masked.
     */
    public static String ofCaller(String text) {
        return text == null ? null : withoutForeignKeys(text);
    }

    /** The text with keys masked; the same object if there is none in it. */
    public String text(String text) {
        return text(text, "");
    }

    /**
     * Text of an upstream's with keys masked.
     *
     * @param known what the caller has sent and the upstream may repeat, which is neither looked at nor masked
     * @return the same object if there is no key in it
     * @see #ofCaller
     */
    public String text(String text, String known) {
        if (text == null || isClean(without(known, text))) {
            return text;
        }
        String masked = withoutForeignKeys(withoutPlainPieces(without(known, text)));
        return isClean(masked) ? masked.replace(KNOWN, known) : WITHHELD;
    }

    /**
     * JSON of an upstream's with keys masked in its strings and names; the same object if there is none in it, down to
     * the last space.
     *
     * @param json one JSON value
     * @param known as for {@link #text(String, String)}
     * @return empty if the key is in it in a way that leaves nothing to show
     */
    public Optional<String> json(String json, String known) {
        if (isClean(without(known, json))) {
            return Optional.of(json);
        }
        StringWriter masked = new StringWriter(json.length());
        JsonFactory factory = new JsonFactory().disable(JsonFactory.Feature.INTERN_FIELD_NAMES);
        try (JsonParser parser = factory.createParser(json);
                JsonGenerator generator = factory.createGenerator(masked)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case FIELD_NAME -> generator.writeFieldName(text(parser.currentName(), known));
                    case VALUE_STRING -> generator.writeString(text(parser.getText(), known));
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> generator.writeNumber(parser.getText());
                    default -> generator.copyCurrentEvent(parser);
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(masked.toString()).filter(text -> isClean(without(known, text)));
    }

    private static String without(String known, String text) {
        return known.isEmpty() ? text : text.replace(known, KNOWN);
    }

    /** Whether no key is in the text. */
    public boolean isClean(String text) {
        return isClean(text, MOST_LEVELS, MOST_BINARY_LEVELS);
    }

    /**
     * @param levels how many times it may be escaped
     * @param binaryLevels how many times what is in base64 or hexadecimal may be that again
     */
    private boolean isClean(String text, int levels, int binaryLevels) {
        if (text.length() < KeyPieces.SHORTEST) {
            return true;
        }
        if (foreignKey(text, 0) >= 0 || isInPieces(text)) {
            return false;
        }
        String unescaped = Escapes.decoded(text);
        String fromCss = Escapes.decodedFromCss(text);
        if (levels == 0) {
            // Nobody escapes a text that often who has nothing to hide.
            return unescaped == text;
        }
        return (unescaped == text || isClean(unescaped, levels - 1, binaryLevels))
                && (fromCss == text || !isInPieces(fromCss))
                && (binaryLevels == 0
                        || BinaryText.decoded(text).stream()
                                .allMatch(inner -> isClean(inner, levels - 1, binaryLevels - 1)));
    }

    private boolean isInPieces(String text) {
        if (text.length() >= KeyPieces.SHORTEST) {
            for (Key key : keys) {
                if (key.pieces.isIn(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private String withoutPlainPieces(String text) {
        String masked = text;
        for (Key key : keys) {
            masked = withoutPlainPieces(masked, key.text);
        }
        return masked;
    }

    private static String withoutPlainPieces(String text, String key) {
        StringBuilder masked = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); ) {
            int length = plainPiece(text, at, key);
            if (length >= KeyPieces.SHORTEST) {
                masked.append(MASK);
                at += length;
            } else {
                masked.append(text.charAt(at++));
            }
        }
        return masked.toString();
    }

    /** How many characters from here on stand in the key one after the other. */
    private static int plainPiece(String text, int at, String key) {
        int longest = 0;
        for (int start = key.indexOf(text.charAt(at)); start >= 0; start = key.indexOf(text.charAt(at), start + 1)) {
            int length = 1;
            while (at + length < text.length()
                    && start + length < key.length()
                    && text.charAt(at + length) == key.charAt(start + length)) {
                length++;
            }
            longest = Math.max(longest, length);
        }
        return longest;
    }

    private static String withoutForeignKeys(String text) {
        int at = foreignKey(text, 0);
        if (at < 0) {
            return text;
        }
        StringBuilder masked = new StringBuilder(text.length());
        int copied = 0;
        for (; at >= 0; at = foreignKey(text, copied)) {
            masked.append(text, copied, at).append(MASK);
            copied = endOfKey(text, at);
        }
        return masked.append(text, copied, text.length()).toString();
    }

    /** Where something begins that looks like a key of OpenAI's; -1 if nothing does. */
    private static int foreignKey(String text, int from) {
        for (int at = text.indexOf(KEY_PREFIX, from); at >= 0; at = text.indexOf(KEY_PREFIX, at + 1)) {
            boolean begins = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
            if (begins && endOfKey(text, at) - at - KEY_PREFIX.length() >= SHORTEST_FOREIGN) {
                return at;
            }
        }
        return -1;
    }

    private static int endOfKey(String text, int at) {
        int end = at + KEY_PREFIX.length();
        while (end < text.length() && isKeyCharacter(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isKeyCharacter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_';
    }
}
