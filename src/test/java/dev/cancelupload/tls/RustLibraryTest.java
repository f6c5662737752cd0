package dev.cancelupload.tls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cancelupload.tls.RustLibrary.Code;
import dev.cancelupload.tls.RustLibrary.Operation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The numbers that Java and Rust share are the same on both sides. */
class RustLibraryTest {

    private static final Path RUST = Path.of("src/main/rust/src/lib.rs");

    /** The elements of an enum of lib.rs, with their numbers if they have any. */
    private static List<String> elements(String name) throws Exception {
        String source = Files.readString(RUST);
        String start = "enum " + name + " {";
        int from = source.indexOf(start) + start.length();
        String body = source.substring(from, source.indexOf("\n}", from));
        Matcher element = Pattern.compile("^ {4}([A-Z]\\w*)( = -\\d+)?,", Pattern.MULTILINE)
                .matcher(body);
        List<String> elements = new ArrayList<>();
        while (element.find()) {
            String words = element.group(1).replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_");
            elements.add(words.toUpperCase(Locale.ROOT) + (element.group(2) == null ? "" : element.group(2)));
        }
        return elements;
    }

    @Test
    void theOperationsHaveTheSameOrder() throws Exception {
        assertEquals(
                elements("Operation"),
                Stream.of(Operation.values()).map(Enum::name).toList());
    }

    @Test
    void theCodesHaveTheSameNumbers() throws Exception {
        List<String> codes = Stream.of(Code.values())
                .map(code -> code.name() + " = " + code.number)
                .toList();
        assertEquals(elements("Code"), codes);
    }
}
