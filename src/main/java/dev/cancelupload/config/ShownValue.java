package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import java.util.regex.Pattern;

/**
 * Formats the wrong value of a variable for an error message. Such a value may be a secret that was put into the wrong
 * variable: a key, the content of a PEM file instead of its path, a URL with a password or a query. So a value is shown
 * only if it cannot be one of these; otherwise the message has its length, by which the operator can identify it.
 */
final class ShownValue {

    private static final int MAX_LENGTH = 120;

    /** No valid number, duration or function name is longer. */
    private static final int MAX_WORD_LENGTH = 24;

    /** Marks of credentials or a query in a URL, plain or percent-encoded, of a PEM file and of {@code name=value}. */
    private static final Pattern SECRET_MARKS = Pattern.compile("[@?#%=&]|-----");

    /** In a URL without credentials a colon is followed by the port. */
    private static final Pattern COLON_BEFORE_NO_PORT = Pattern.compile(":(?!\\d{1,6}(/|$))");

    private static final Pattern SCHEME_OR_IPV6 =
            Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]{0,15}://|\\[[0-9A-Fa-f:.]{0,45}]");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern RUN = Pattern.compile("[A-Za-z0-9+_-]+");
    private static final int MIN_MIXED_SECRET = 12;
    private static final int MIN_SECRET = 32;

    private ShownValue() {}

    /** Formats the value of a variable that holds one short word, such as a number. */
    static String word(String value, Redaction redaction) {
        return value.length() > MAX_WORD_LENGTH ? hidden(value) : text(value, redaction);
    }

    /** Formats the value of a variable that holds a URL or an address; a second colon is a sign of a password. */
    static String address(String value, Redaction redaction) {
        String withoutSchemeAndIpv6 = SCHEME_OR_IPV6
                .matcher(SCHEME_OR_IPV6.matcher(value).replaceFirst(""))
                .replaceFirst("");
        return COLON_BEFORE_NO_PORT.matcher(withoutSchemeAndIpv6).find() ? hidden(value) : text(value, redaction);
    }

    /** Formats the value of any other variable. */
    static String text(String value, Redaction redaction) {
        boolean secret = value.length() > MAX_LENGTH
                || SECRET_MARKS.matcher(value).find()
                || !redaction.isClean(value)
                || RUN.matcher(value).results().anyMatch(run -> mayBeSecret(run.group()));
        return secret
                ? hidden(value)
                : VisibleText.visible(CONTROL.matcher(value).replaceAll("?"));
    }

    private static boolean mayBeSecret(String run) {
        boolean mixed = run.chars().anyMatch(Character::isUpperCase)
                && run.chars().anyMatch(Character::isLowerCase)
                && run.chars().anyMatch(Character::isDigit);
        return run.length() >= MIN_SECRET || run.length() >= MIN_MIXED_SECRET && mixed;
    }

    private static String hidden(String value) {
        return "(not shown, " + value.length() + " characters: they may be a key or credentials)";
    }
}
