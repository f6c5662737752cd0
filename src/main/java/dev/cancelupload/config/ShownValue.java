package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import java.util.regex.Pattern;

/**
 * A variable's wrong value in an error. Whoever sets variables by hand or by script puts secrets into the wrong ones: a
 * key, the text of a PEM file in place of its path, a URL with a password or a query. So a value is shown only if it
 * cannot be one of these; otherwise its length tells the operator which it is.
 */
final class ShownValue {

    private static final int LONGEST = 120;

    /** Numbers, durations, names of functions: there is no good value that is longer. */
    private static final int LONGEST_WORD = 24;

    /** Credentials or a query of a URL, percent-encoded ones too; a line of a PEM file; {@code name=value}. */
    private static final Pattern MARKS = Pattern.compile("[@?#%=&]|-----");

    /** Of a URL without credentials only the port is behind a colon. */
    private static final Pattern COLON_BEFORE_NO_PORT = Pattern.compile(":(?!\\d{1,6}(/|$))");

    private static final Pattern SCHEME_OR_IPV6 =
            Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]{0,15}://|\\[[0-9A-Fa-f:.]{0,45}]");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9+_-]+");
    private static final int RUN_OF_ALL_KINDS = 12;
    private static final int RUN_OF_ANY_KIND = 32;

    private ShownValue() {}

    /** The value of a variable that holds one short word, such as a number. */
    static String word(String value, Redaction redaction) {
        return value.length() > LONGEST_WORD ? hidden(value) : text(value, redaction);
    }

    /** The value of a variable that holds an address; with two colons it has a password. */
    static String address(String value, Redaction redaction) {
        String rest = SCHEME_OR_IPV6
                .matcher(SCHEME_OR_IPV6.matcher(value).replaceFirst(""))
                .replaceFirst("");
        return COLON_BEFORE_NO_PORT.matcher(rest).find() ? hidden(value) : text(value, redaction);
    }

    /** The value of any other variable. */
    static String text(String value, Redaction redaction) {
        boolean secret = value.length() > LONGEST
                || MARKS.matcher(value).find()
                || !redaction.isClean(value)
                || RUN.matcher(value).results().anyMatch(run -> mayBeSecret(run.group()));
        return secret
                ? hidden(value)
                : VisibleText.visible(CONTROL.matcher(value).replaceAll("?"));
    }

    private static boolean mayBeSecret(String run) {
        boolean allKinds = run.chars().anyMatch(Character::isUpperCase)
                && run.chars().anyMatch(Character::isLowerCase)
                && run.chars().anyMatch(Character::isDigit);
        return run.length() >= RUN_OF_ANY_KIND || run.length() >= RUN_OF_ALL_KINDS && allKinds;
    }

    private static String hidden(String value) {
        return "(not shown, " + value.length() + " characters: they may be a key or credentials)";
    }
}
