package dev.cancelupload;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.config.Variable;
import dev.cancelupload.openai.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The names in the documentation are those in the code. {@code .ci/check-docs} checks everything else. */
class DocumentationTest {

    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    @Test
    void theReadmeHasEveryVariableAndNoOther() throws IOException {
        Set<String> ours = names(Variable.values()).stream()
                .filter(name -> !name.startsWith("AWS_"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(ours, firstColumn("README.md", "| variable |"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/failures.md"})
    void theTableOfFailuresHasEveryErrorTypeAndNoOther(String document) throws IOException {
        Set<String> types = Arrays.stream(FailureKind.values())
                .map(FailureKind::errorType)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(types, firstColumn(document, "| `errorType` |"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/failures.md"})
    void theTableOfFailuresHasTheStatusOfEachErrorOverHttp(String document) throws IOException {
        for (FailureKind kind : FailureKind.values()) {
            String row = rows(document, "| `errorType` |").stream()
                    .filter(r -> r.startsWith("| `" + kind.errorType() + "` |"))
                    .findFirst()
                    .orElseThrow();
            String status = row.substring(row.lastIndexOf('|', row.length() - 2));
            // A clean-up has no HTTP status, and a rejected request has OpenAI's.
            switch (kind) {
                case CLEAN_UP_INCOMPLETE -> assertThat(row, status, containsString("–"));
                case REQUEST_REJECTED -> assertThat(row, status, containsString("the same"));
                default -> assertThat(row, status, containsString(String.valueOf(kind.httpStatus())));
            }
        }
    }

    private static Set<String> names(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).collect(Collectors.toCollection(TreeSet::new));
    }

    /** The inline code in the first column of a table's rows. */
    private static Set<String> firstColumn(String document, String head) throws IOException {
        Set<String> found = new TreeSet<>();
        for (String row : rows(document, head)) {
            Matcher code = CODE.matcher(row.substring(0, row.indexOf('|', 1)));
            while (code.find()) {
                found.add(code.group(1));
            }
        }
        return found;
    }

    /** The rows of the table whose first line starts with this text. */
    private static List<String> rows(String document, String head) throws IOException {
        List<String> lines = Files.readAllLines(Path.of(document));
        int start = 0;
        while (!lines.get(start).startsWith(head)) {
            start++;
        }
        return lines.subList(start + 2, lines.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }
}
