package dev.cancelupload.config;

import dev.cancelupload.redaction.Redaction;
import dev.cancelupload.redaction.VisibleText;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The environment variables by kind, and what is wrong with them: all problems are collected, so that one deployment
 * shows all. Of wrong values only short numbers and durations and absolute paths are shown, since anything else may be
 * a secret.
 */
final class Environment {

    private static final int LONGEST_SHOWN = 16;
    private static final Duration MAX_DURATION = Duration.ofMinutes(15);

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

    /** A URL to which credentials are sent. */
    Address address(Variable variable, String defaultValue) {
        Optional<Address> address =
                Address.parse(value(variable).orElse(defaultValue)).filter(Address::isTrusted);
        if (address.isEmpty()) {
            wrong(
                    variable,
                    "it has to be an https URL such as " + defaultValue
                            + ", without user, query and fragment (http is allowed to a loopback address only).");
        }
        return address.or(() -> Address.parse(defaultValue)).orElseThrow();
    }

    /** An id of OpenAI's, which is sent as it is. */
    Optional<String> id(Variable variable) {
        Optional<String> value = value(variable);
        Optional<String> problem =
                value.flatMap(id -> id.startsWith("sk-") ? Optional.of("is an API key") : KeyText.problem(id));
        if (problem.isPresent()) {
            wrong(variable, "it " + problem.get() + "; it has to be an id that OpenAI gave.");
        }
        return value;
    }

    int wholeNumber(Variable variable, int defaultValue, int min, int max) {
        Optional<String> value = value(variable);
        if (value.isEmpty()) {
            return defaultValue;
        }
        try {
            int number = Integer.parseInt(value.get());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        wrong(variable, value.get(), "it has to be a whole number from " + min + " to " + max + ".");
        return defaultValue;
    }

    Duration duration(Variable variable, Duration defaultValue) {
        Optional<String> value = value(variable);
        if (value.isEmpty()) {
            return defaultValue;
        }
        try {
            Duration duration = duration(value.get());
            if (duration.compareTo(Duration.ZERO) > 0 && duration.compareTo(MAX_DURATION) <= 0) {
                return duration;
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            // Told below.
        }
        wrong(
                variable,
                value.get(),
                "it has to be a duration above zero and up to 15 minutes, such as 10s, 500ms, PT10S or 10 (seconds).");
        return defaultValue;
    }

    private static Duration duration(String text) {
        if (text.startsWith("P")) {
            return Duration.parse(text);
        }
        int unit = text.length();
        while (unit > 0 && text.charAt(unit - 1) > '9') {
            unit--;
        }
        int number = Integer.parseInt(text.substring(0, unit));
        return switch (text.substring(unit)) {
            case "ms" -> Duration.ofMillis(number);
            case "s", "" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> throw new IllegalArgumentException("an unknown unit");
        };
    }

    /** @param what completes the sentence "It has to be the path of …" */
    Optional<Path> file(Variable variable, String what) {
        Optional<String> value = value(variable);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        try {
            Path file = Path.of(value.get());
            if (Files.isRegularFile(file) && Files.isReadable(file)) {
                return Optional.of(file);
            }
        } catch (InvalidPathException e) {
            // Told below.
        }
        wrong(variable, value.get(), "there is no such file that can be read; it has to be the path of " + what + ".");
        return Optional.empty();
    }

    /** Adds a problem. @param sentence for the operator, without any value that may be a secret */
    void problem(String sentence) {
        problems.add(sentence);
    }

    /** Adds a problem with a variable. @param correction what is wrong, and what would be right */
    void wrong(Variable variable, String correction) {
        problem(variable + " (its value is not shown): " + correction);
    }

    private void wrong(Variable variable, String value, String correction) {
        if (value.length() <= LONGEST_SHOWN || value.startsWith("/")) {
            problem(variable + " is \"" + value + "\": " + correction);
        } else {
            wrong(variable, correction);
        }
    }

    /** @throws ConfigurationError with all problems in one line, if there are any */
    void failOnProblems() {
        if (!problems.isEmpty()) {
            throw new ConfigurationError(Redaction.mask(VisibleText.visible(String.join(" ", problems))));
        }
    }

    /** Whether a text has only ASCII letters, digits and these other characters. */
    static boolean isOfLettersDigitsOr(String others, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > '~' || !Character.isLetterOrDigit(c) && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
