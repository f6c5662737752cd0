package dev.cancelupload.it;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The credentials of a test, which must not come out of the function as they are or JSON-escaped. */
final class Secrets {

    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

    /** A piece this long of a credential is a leak too. */
    private static final int PIECE = 16;

    private final Set<String> credentials = ConcurrentHashMap.newKeySet();

    void add(String credential) {
        credentials.add(credential);
    }

    /** Fails if a credential, or a long piece of its beginning or end, is in the text. */
    void assertAbsent(String where, String text) {
        assertPlainlyAbsent(where, text);
        // Twice, since an HTTP response carries JSON in a JSON string.
        String once = unescaped(text);
        assertPlainlyAbsent(where + ", unescaped", once);
        assertPlainlyAbsent(where + ", unescaped twice", unescaped(once));
    }

    private void assertPlainlyAbsent(String where, String text) {
        for (String credential : credentials) {
            int length = Math.min(PIECE, credential.length());
            if (text.contains(credential.substring(0, length))
                    || text.contains(credential.substring(credential.length() - length))) {
                throw new AssertionError("a credential is in " + where + ": "
                        + (text.length() > 5000 ? text.length() + " characters" : text));
            }
        }
    }

    private static String unescaped(String text) {
        return text.indexOf('\\') < 0 ? text : ESCAPE.matcher(text).replaceAll(Secrets::character);
    }

    private static String character(MatchResult escape) {
        String character = escape.group(1) == null
                ? escape.group(2)
                : String.valueOf((char) Integer.parseInt(escape.group(1), 16));
        return java.util.regex.Matcher.quoteReplacement(character);
    }
}
