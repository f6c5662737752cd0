package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The environment variables, and what is wrong with them: all problems are collected, so that one deployment shows all.
 * Whether a wrong value is shown depends on what the variable is for, never on what the value looks like.
 */
final class Environment {

    /** No valid number or duration is longer. */
    private static final int MAX_WORD = 16;

    private static final int MAX_PATH = 120;

    private final UnaryOperator<String> variables;
    private final List<String> problems = new ArrayList<>();

    /** @param variables returns a variable's value, or null if it is not set */
    Environment(UnaryOperator<String> variables) {
        this.variables = variables;
    }

    /** The value without white space and line breaks around it; an empty variable is an unset one. */
    Optional<String> value(Variable variable) {
        return value(variable.name());
    }

    Optional<String> value(String name) {
        String value = variables.apply(name);
        String stripped = value == null ? "" : value.strip();
        return stripped.isEmpty() ? Optional.empty() : Optional.of(stripped);
    }

    /** The value of a proxy variable, whose name may be in upper or lower case. */
    Optional<String> inEitherCase(Variable variable) {
        Optional<String> value = value(variable);
        return value.isPresent() ? value : value(variable.name().toLowerCase(Locale.ROOT));
    }

    /** Whether a variable is {@code true}; false without it. */
    boolean isTrue(Variable variable) {
        Optional<String> value = value(variable);
        if (value.isPresent()
                && !value.get().equalsIgnoreCase("true")
                && !value.get().equalsIgnoreCase("false")) {
            wrong(variable, shownWord(value.get()), "it has to be true or false.");
        }
        return value.isPresent() && value.get().equalsIgnoreCase("true");
    }

    /** Adds a problem. @param sentence for the operator, without any value that may be a secret */
    void problem(String sentence) {
        problems.add(sentence);
    }

    /**
     * Adds a problem with the value of one variable.
     *
     * @param shown the value as far as it may be shown; empty if it may not
     * @param correction what is wrong, and what would be right
     */
    void wrong(Variable variable, Optional<String> shown, String correction) {
        problems.add(variable
                + (shown.isPresent() ? " is \"" + shown.get() + "\": " : " (its value is not shown): ")
                + correction);
    }

    /** A number, a duration or a switch is shown if it is as short as one. */
    static Optional<String> shownWord(String value) {
        return value.length() <= MAX_WORD ? Optional.of(value) : Optional.empty();
    }

    /** An absolute path is shown; anything else in its place may be the content of the file. */
    static Optional<String> shownPath(String value) {
        return value.startsWith("/") && value.length() <= MAX_PATH ? Optional.of(value) : Optional.empty();
    }

    /** An address is shown without user and query; what cannot be taken apart may hide a password anywhere. */
    static Optional<String> shownAddress(String value) {
        return Address.parse(value).map(Address::shown);
    }

    /** @throws ConfigurationError with all problems in one line, if there are any */
    void failOnProblems() {
        if (!problems.isEmpty()) {
            throw new ConfigurationError(Redaction.mask(oneLine(String.join(" ", problems))));
        }
    }

    /** The number that a text of ASCII digits is; -1 for anything else. */
    static int number(String text) {
        int number = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9' || i == 8) {
                return -1;
            }
            number = 10 * number + c - '0';
        }
        return text.isEmpty() ? -1 : number;
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(c < ' ' || c > '~' ? '?' : c);
        }
        return line.toString();
    }
}
