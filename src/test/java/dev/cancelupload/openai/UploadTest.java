package dev.cancelupload.openai;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UploadTest {

    private static UploadBody read(String body) {
        return Upload.read(body.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    @Test
    void theJsonStaysAsItCame() {
        String json =
                " {\"new\":{\"a\":[1.0,100.0,-0.0,1E+2]},\"id\":\"upload_1\",\"x\":1,\"x\":2,\"object\":\"upload\","
                        + "\"bytes\":123456789012345678901234567890,\"name\":\"\\u00e9\\/\",\"status\":\"cancelled\"} ";
        assertEquals(new Upload("upload_1", "cancelled", json), read(json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|is empty",
                "<html>|is not JSON (content-type application/json, 6 bytes)",
                "{\"id\":\"upl|is not JSON",
                "{\"id\":\"upload_1\",\"object\":\"upload\",\"status\":\"cancelled\"} {}|is not JSON",
                "{\"id\":\"upload_1\",\"object\":\"upload\",\"status\":\"cancelled\"|is not JSON",
                "[1]|it is not a JSON object",
                "null|it is not a JSON object",
                "{\"object\":\"file\",\"id\":\"file_1\",\"status\":\"x\"}|its field \"object\" is not \"upload\"",
                "{\"object\":\"upload\",\"status\":\"cancelled\"}|it has no \"id\"",
                "{\"object\":\"upload\",\"id\":7,\"status\":\"cancelled\"}|it has no \"id\"",
                "{\"object\":\"upload\",\"id\":\"upload_1\"}|it has no \"status\"",
                "{\"object\":\"upload\",\"id\":\"upload_1\",\"status\":\"x\",\"id\":\"upload_2\"}|the field \"id\" twice",
                "{\"object\":\"upload\",\"id\":\"u\",\"status\":\"x\",\"status\":\"y\"}|the field \"status\" twice"
            })
    void anythingElseIsToldInWords(String body, String words) {
        assertThat(((UploadBody.Other) read(body)).reason(), containsString(words));
    }

    @Test
    void onlyUtf8IsJson() {
        byte[] utf16 = "{\"id\":\"upload_1\",\"object\":\"upload\",\"status\":\"cancelled\"}"
                .getBytes(StandardCharsets.UTF_16LE);
        assertThat(((UploadBody.Other) Upload.read(utf16, "x")).reason(), containsString("is not JSON"));
        byte[] latin = "{\"id\":\"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(((UploadBody.Other) Upload.read(latin, "x")).reason(), containsString("is not JSON"));
    }

    @Test
    void deepNestingIsReadOrRefusedWithoutAnOverflow() {
        assertThat(((UploadBody.Other) read("[".repeat(60_000))).reason(), containsString("is not JSON"));
    }
}
