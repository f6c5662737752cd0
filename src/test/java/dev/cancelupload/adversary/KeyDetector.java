package dev.cancelupload.adversary;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Searches a text, and everything that can be decoded from it by any sequence of decodings, for twelve consecutive
 * characters of the key. Shares no code with the redaction.
 */
final class KeyDetector {

    static final int PART = 12;

    /** A piece with gaps must be longer, since the parts around a gap may match by chance. */
    private static final int PIECES = 16;

    /** Enough for an escape in an escape in base64, plus one. */
    private static final int MOST_DECODINGS = 4;

    /** Limit on the characters searched per text; the simplest decodings come first. */
    private static final int MOST_WORK = 8_000_000;

    private static final Pattern JSON_ESCAPE = Pattern.compile("\\\\(u+([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|.)");
    private static final Pattern PERCENT = Pattern.compile("%([0-9a-fA-F]{2})");
    private static final Pattern ENTITY = Pattern.compile("&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\\w{2,8}));?");
    private static final Pattern QUOTED_PRINTABLE = Pattern.compile("=(?:([0-9a-fA-F]{2})|\\r?\\n)");
    private static final Pattern BASE64_RUN = Pattern.compile("[A-Za-z0-9+/_-]{16,}");
    private static final Pattern BASE32_RUN = Pattern.compile("[A-Za-z2-7]{20,}");
    private static final Pattern HEX_RUN = Pattern.compile("[0-9a-fA-F]{24,}");
    private static final Pattern READABLE = Pattern.compile("[\\x00\\t\\r\\n -~]{" + PART + ",}");

    /** A decoding with its name. Returns the same text if there is nothing to decode. */
    private record Decoding(String name, UnaryOperator<String> decoder) {}

    private record Text(String text, List<String> decodings) {}

    private static final List<Decoding> DECODINGS = List.of(
            new Decoding("JSON escapes", KeyDetector::jsonUnescaped),
            new Decoding("percent-encoding", text -> replaced(PERCENT, text, m -> hex(m.group(1)))),
            new Decoding("HTML entities", text -> replaced(ENTITY, text, KeyDetector::entity)),
            new Decoding(
                    "quoted-printable",
                    text -> replaced(QUOTED_PRINTABLE, text, m -> m.group(1) == null ? "" : hex(m.group(1)))),
            new Decoding("separators", text -> kept(text, c -> !isSeparator(c))),
            new Decoding("base64", KeyDetector::base64Decoded),
            new Decoding("hexadecimal", KeyDetector::hexDecoded),
            new Decoding("base32", KeyDetector::base32Decoded));

    private final String key;
    private final String letters;
    /** For each character whether it occurs in the key. */
    private final boolean[] isOfKey = new boolean[128];

    KeyDetector(String key) {
        if (key.length() < PART) {
            throw new IllegalArgumentException("no key");
        }
        this.key = key.toLowerCase(Locale.ROOT);
        this.letters = lettersOf(this.key);
        this.key.chars().forEach(c -> isOfKey[c] = true);
    }

    /** Where the key was found; empty if it is not in the text. */
    Optional<String> in(String text) {
        Deque<Text> left = new ArrayDeque<>(List.of(new Text(text, List.of())));
        Set<String> seen = new HashSet<>();
        long work = 0;
        for (Text next = left.poll(); next != null && work < MOST_WORK; next = left.poll()) {
            work += next.text.length();
            Optional<String> part = partIn(next.text);
            if (part.isPresent()) {
                return Optional.of("the key's \"" + part.get() + "\""
                        + (next.decodings.isEmpty() ? "" : " behind " + String.join(", ", next.decodings)));
            }
            if (next.decodings.size() == MOST_DECODINGS) {
                continue;
            }
            for (Decoding decoding : DECODINGS) {
                String decoded = decoding.decoder.apply(next.text);
                if (!decoded.isEmpty() && !decoded.equals(next.text) && seen.add(decoded)) {
                    List<String> decodings = new ArrayList<>(next.decodings);
                    decodings.add(decoding.name);
                    left.add(new Text(decoded, decodings));
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> partIn(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return run(key, lower, PART)
                .or(() -> run(key, kept(lower, c -> c < isOfKey.length && isOfKey[c]), PIECES))
                .or(() -> run(letters, lettersOf(lower), PIECES));
    }

    /** A common substring of this length. */
    private static Optional<String> run(String key, String text, int least) {
        // Every substring of PART characters contains one of these parts.
        int step = PART - 4 + 1;
        for (int at = 0; at + 4 <= key.length(); at += step) {
            String part = key.substring(at, at + 4);
            for (int found = text.indexOf(part); found >= 0; found = text.indexOf(part, found + 1)) {
                int before = 0;
                while (before < at
                        && before < found
                        && key.charAt(at - before - 1) == text.charAt(found - before - 1)) {
                    before++;
                }
                int after = 4;
                while (at + after < key.length()
                        && found + after < text.length()
                        && key.charAt(at + after) == text.charAt(found + after)) {
                    after++;
                }
                if (before + after >= least) {
                    return Optional.of(text.substring(found - before, found + after));
                }
            }
        }
        return Optional.empty();
    }

    private static String lettersOf(String text) {
        return kept(text, c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9');
    }

    private static String kept(String text, IntPredicate which) {
        StringBuilder rest = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (which.test(text.charAt(i))) {
                rest.append(text.charAt(i));
            }
        }
        return rest.toString();
    }

    /** Separators and invisible characters. */
    private static boolean isSeparator(int c) {
        if (c < 0x80) {
            return c <= ' ' || c == 0x7f || ",:;\"'[]{}".indexOf(c) >= 0;
        }
        int type = Character.getType(c);
        return c <= 0xa0 || c == 0xfffd || type == Character.FORMAT || type == Character.SPACE_SEPARATOR;
    }

    private static String replaced(Pattern pattern, String text, Function<Matcher, String> replacement) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            return text;
        }
        StringBuilder result = new StringBuilder(text.length());
        do {
            matcher.appendReplacement(result, Matcher.quoteReplacement(replacement.apply(matcher)));
        } while (matcher.find());
        return matcher.appendTail(result).toString();
    }

    private static String hex(String digits) {
        return Character.toString(Integer.parseInt(digits, 16));
    }

    private static String jsonUnescaped(String text) {
        return text.indexOf('\\') < 0
                ? text
                : replaced(JSON_ESCAPE, text, m -> {
                    if (m.group(2) != null || m.group(3) != null) {
                        return hex(m.group(2) != null ? m.group(2) : m.group(3));
                    }
                    return "bfnrt".contains(m.group(1)) ? "\n" : m.group(1);
                });
    }

    private static String entity(Matcher m) {
        if (m.group(3) != null) {
            return switch (m.group(3)) {
                case "amp" -> "&";
                case "plus" -> "+";
                case "sol" -> "/";
                case "lowbar" -> "_";
                case "equals" -> "=";
                case "period" -> ".";
                case "hyphen", "dash" -> "-";
                default -> m.group();
            };
        }
        int code = m.group(1) != null ? Integer.parseInt(m.group(1)) : Integer.parseInt(m.group(2), 16);
        return Character.isValidCodePoint(code) ? Character.toString(code) : m.group();
    }

    private static String base64Decoded(String text) {
        return runs(BASE64_RUN, text, run -> {
            String standard = run.replace('-', '+').replace('_', '/');
            StringBuilder all = new StringBuilder();
            for (int from = 0; from < 4 && from < standard.length(); from++) {
                int length = standard.length() - from;
                length -= length % 4 == 1 ? 1 : 0;
                byte[] bytes = Base64.getDecoder().decode(standard.substring(from, from + length));
                all.append(new String(bytes, StandardCharsets.ISO_8859_1)).append('\n');
            }
            return all.toString();
        });
    }

    private static String hexDecoded(String text) {
        return runs(HEX_RUN, text, run -> {
            StringBuilder all = new StringBuilder();
            for (int from = 0; from < 2; from++) {
                for (int i = from; i + 2 <= run.length(); i += 2) {
                    all.append((char) Integer.parseInt(run, i, i + 2, 16));
                }
                all.append('\n');
            }
            return all.toString();
        });
    }

    private static String base32Decoded(String text) {
        return runs(BASE32_RUN, text, run -> {
            StringBuilder all = new StringBuilder();
            for (int from = 0; from < 8; from++) {
                int bits = 0;
                int count = 0;
                for (int i = from; i < run.length(); i++) {
                    char c = Character.toUpperCase(run.charAt(i));
                    bits = (bits << 5 | (c >= 'A' ? c - 'A' : c - '2' + 26)) & 0xfff;
                    count += 5;
                    if (count >= 8) {
                        count -= 8;
                        all.append((char) (bits >> count & 0xff));
                    }
                }
                all.append('\n');
            }
            return all.toString();
        });
    }

    /** The decoded runs that are text, since most of what looks like base64 is not. */
    private static String runs(Pattern pattern, String text, UnaryOperator<String> decoder) {
        StringBuilder all = new StringBuilder();
        Matcher run = pattern.matcher(text);
        while (run.find()) {
            Matcher readable = READABLE.matcher(decoder.apply(run.group()));
            while (readable.find()) {
                all.append(readable.group()).append('\n');
            }
        }
        return all.toString();
    }
}
