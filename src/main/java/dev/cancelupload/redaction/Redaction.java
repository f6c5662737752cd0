package dev.cancelupload.redaction;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cancelupload.time.Budget;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Masks the API key, whole or in pieces of {@value KeyPieces#MIN_PIECE} characters or more, in every text that leaves
 * the process: errors, log lines, HTTP responses and reports. OpenAI, or a gateway in front of it, may repeat the key
 * in a response, escaped or encoded; {@link KeyPieces}, {@link Escapes} and {@link BinaryText} list the encodings that
 * are found. Any other text in the form of an OpenAI key ({@code sk-…}) is masked too.
 *
 * <p>An upstream can send text that decodes to ever more text. What it costs to search one is limited
 * ({@link SearchLimit}), and one that costs more is treated as hiding a key. Large texts are searched one at a time, so
 * that many of them do not need memory at once.
 *
 * <p>A key shorter than such a piece is not a real key and masks nothing.
 */
public final class Redaction {

    /** The replacement for a key. */
    public static final String MASK = "***";

    /** The replacement for a text in which the key is encoded or split, so that it cannot be masked by itself. */
    static final String WITHHELD = MASK + " (a text that repeats the API key is not shown)";

    /** How many levels of escaping are decoded. */
    private static final int MAX_LEVELS = 5;

    /** How many of these levels may be base64 or hexadecimal, each of which has several possible alignments. */
    private static final int MAX_BINARY_LEVELS = 3;

    /** Placeholder for the known text: neither a letter nor a digit, and a private-use character. */
    private static final String KNOWN_PLACEHOLDER = "\ue000";

    /** In characters. A hundred texts of this size may be searched at once. */
    private static final int LARGE = 4096;

    /** For texts that are searched whatever it takes. Longer than any invocation. */
    private static final Duration NO_DEADLINE = Duration.ofHours(1);

    private static final Semaphore ONE_LARGE_TEXT = new Semaphore(1, true);

    private static final String KEY_PREFIX = "sk-";
    private static final int MIN_FOREIGN_LENGTH = 16;

    /** With frequent key rotation, keys older than these are no longer valid. */
    private static final int MAX_KEYS = 3;

    private static volatile Redaction current = new Redaction("");

    /** Newest first, without keys that are too short. */
    private final List<Key> keys;

    /** @param key the key to mask, of visible ASCII characters */
    public Redaction(String key) {
        this(key.length() < KeyPieces.MIN_PIECE ? List.of() : List.of(new Key(key, new KeyPieces(key))));
    }

    private Redaction(List<Key> keys) {
        this.keys = keys;
    }

    private record Key(String text, KeyPieces pieces) {}

    /** A redaction of this key and of the one or two before it, which may still be valid and in use. */
    public Redaction after(Redaction former) {
        return new Redaction(Stream.concat(keys.stream(), former.keys.stream())
                .limit(MAX_KEYS)
                .toList());
    }

    /** Makes this the {@link #current} redaction of the process, since text leaves the process in many places. */
    public void install() {
        current = this;
    }

    /** The redaction of this process's key; until the key is known, one without a key. */
    public static Redaction current() {
        return current;
    }

    /**
     * Masks everything in the form of an OpenAI key in a text that comes from a caller. This process's key is not
     * treated differently, since a caller could otherwise guess the key piece by piece and see which guess is masked.
     */
    public static String maskCallerText(String text) {
        return text == null ? null : maskForeignKeys(text);
    }

    /** Masks the keys in a text. Returns the same object if it has none. */
    public String mask(String text) {
        return mask(text, "");
    }

    /**
     * Masks the keys in a text that comes from the upstream.
     *
     * @param known text that the caller has sent and the upstream may repeat, which is neither searched nor masked
     * @return the same object if it has no key
     * @see #maskCallerText
     */
    public String mask(String text, String known) {
        return mask(text, known, Budget.of(NO_DEADLINE));
    }

    /**
     * Masks the keys in a text that comes from the upstream.
     *
     * @param known as for {@link #mask(String, String)}
     * @param budget for the search; if it is spent, no text is shown
     */
    public String mask(String text, String known, Budget budget) {
        return text == null
                ? null
                : search(text, budget, limit -> Optional.of(mask(text, known, limit)))
                        .orElse(WITHHELD);
    }

    private String mask(String text, String known, SearchLimit limit) {
        if (isClean(withPlaceholder(known, text), limit)) {
            return text;
        }
        String masked = maskForeignKeys(maskPieces(withPlaceholder(known, text)));
        return isClean(masked, limit) ? masked.replace(KNOWN_PLACEHOLDER, known) : WITHHELD;
    }

    /**
     * Masks the keys in the strings and field names of JSON that comes from the upstream.
     *
     * @param json one JSON value
     * @param known as for {@link #mask(String, String)}
     * @param budget for the search
     * @return the same text, white space included, if it has no key; empty if the key cannot be masked in it, or if
     *     searching it costs too much or takes too long
     */
    public Optional<String> maskJson(String json, String known, Budget budget) {
        return search(json, budget, limit -> maskJson(json, known, limit));
    }

    private Optional<String> maskJson(String json, String known, SearchLimit limit) {
        if (isClean(withPlaceholder(known, json), limit)) {
            return Optional.of(json);
        }
        StringWriter masked = new StringWriter(json.length());
        JsonFactory factory = new JsonFactory().disable(JsonFactory.Feature.INTERN_FIELD_NAMES);
        try (JsonParser parser = factory.createParser(json);
                JsonGenerator generator = factory.createGenerator(masked)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case FIELD_NAME -> generator.writeFieldName(mask(parser.currentName(), known, limit));
                    case VALUE_STRING -> generator.writeString(mask(parser.getText(), known, limit));
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> generator.writeNumber(parser.getText());
                    default -> generator.copyCurrentEvent(parser);
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.of(masked.toString()).filter(text -> isClean(withPlaceholder(known, text), limit));
    }

    /** Empty if the search of the text costs too much or takes too long. */
    private static <T> Optional<T> search(String text, Budget budget, Function<SearchLimit, Optional<T>> search) {
        boolean large = text.length() > LARGE;
        if (large && !acquire(budget)) {
            return Optional.empty();
        }
        try {
            return search.apply(new SearchLimit(text.length(), budget));
        } catch (SearchLimit.ExceededException e) {
            return Optional.empty();
        } finally {
            if (large) {
                ONE_LARGE_TEXT.release();
            }
        }
    }

    private static boolean acquire(Budget budget) {
        try {
            return ONE_LARGE_TEXT.tryAcquire(budget.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String withPlaceholder(String known, String text) {
        return known.isEmpty() ? text : text.replace(known, KNOWN_PLACEHOLDER);
    }

    /** Whether the text has no key, and can be searched for one. */
    public boolean isClean(String text) {
        return isClean(text, Budget.of(NO_DEADLINE));
    }

    /**
     * Whether the text has no key, and can be searched for one.
     *
     * @param budget for the search
     */
    public boolean isClean(String text, Budget budget) {
        return search(text, budget, limit -> Optional.of(isClean(text, limit))).orElse(false);
    }

    private boolean isClean(String text, SearchLimit limit) {
        return isClean(text, MAX_LEVELS, MAX_BINARY_LEVELS, limit);
    }

    /**
     * @param levels how many levels of escaping to decode
     * @param binaryLevels how many nested levels of base64 or hexadecimal to decode
     */
    private boolean isClean(String text, int levels, int binaryLevels, SearchLimit limit) {
        if (text.length() < KeyPieces.MIN_PIECE) {
            return true;
        }
        limit.count(text.length());
        if (indexOfForeignKey(text, 0) >= 0 || hasPieceOfKey(text)) {
            return false;
        }
        // Text that is escaped more often than this is treated as hiding a key.
        return levels == 0
                ? Escapes.decoded(text) == text
                : isCleanFromCss(text)
                        && isCleanUnescaped(text, levels, binaryLevels, limit)
                        && (binaryLevels == 0
                                || BinaryText.allDecoded(
                                        text, inner -> isClean(inner, levels - 1, binaryLevels - 1, limit)));
    }

    private boolean isCleanFromCss(String text) {
        String fromCss = Escapes.decodedFromCss(text);
        return fromCss == text || !hasPieceOfKey(fromCss);
    }

    private boolean isCleanUnescaped(String text, int levels, int binaryLevels, SearchLimit limit) {
        String unescaped = Escapes.decoded(text);
        return unescaped == text || isClean(unescaped, levels - 1, binaryLevels, limit);
    }

    private boolean hasPieceOfKey(String text) {
        if (text.length() >= KeyPieces.MIN_PIECE) {
            for (Key key : keys) {
                if (key.pieces.occurIn(text)) {
                    return true;
                }
            }
        }
        return false;
    }

    private String maskPieces(String text) {
        String masked = text;
        for (Key key : keys) {
            masked = maskPieces(masked, key.text);
        }
        return masked;
    }

    private static String maskPieces(String text, String key) {
        StringBuilder masked = new StringBuilder(text.length());
        for (int at = 0; at < text.length(); ) {
            int length = pieceLength(text, at, key);
            if (length >= KeyPieces.MIN_PIECE) {
                masked.append(MASK);
                at += length;
            } else {
                masked.append(text.charAt(at++));
            }
        }
        return masked.toString();
    }

    /** The length of the longest piece of the key that starts at this position of the text. */
    private static int pieceLength(String text, int at, String key) {
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

    private static String maskForeignKeys(String text) {
        int at = indexOfForeignKey(text, 0);
        if (at < 0) {
            return text;
        }
        StringBuilder masked = new StringBuilder(text.length());
        int copied = 0;
        for (; at >= 0; at = indexOfForeignKey(text, copied)) {
            masked.append(text, copied, at).append(MASK);
            copied = endOfKey(text, at);
        }
        return masked.append(text, copied, text.length()).toString();
    }

    /** The index of the next text in the form of an OpenAI key; -1 if there is none. */
    private static int indexOfForeignKey(String text, int from) {
        for (int at = text.indexOf(KEY_PREFIX, from); at >= 0; at = text.indexOf(KEY_PREFIX, at + 1)) {
            boolean startsHere = at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1));
            if (startsHere && endOfKey(text, at) - at - KEY_PREFIX.length() >= MIN_FOREIGN_LENGTH) {
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
