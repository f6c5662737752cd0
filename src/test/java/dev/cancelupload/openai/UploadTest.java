package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UploadTest {

    @Test
    void anUploadKeepsItsJsonAsItWas() {
        String json = "{ \"new\": {\"id\": \"x\"}, \"bytes\": 1e999, \"id\":\"upload_1\", \"object\":\"upload\","
                + "\"status\" : \"cancelled\", \"file\": null}";
        assertEquals(new Upload("upload_1", "cancelled", json, Optional.empty()), Upload.read(json));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "'' | is empty",
                "<html> | is not JSON",
                "\"upload_1\" | is not JSON",
                "{\"id\": | is not JSON",
                "{} {} | is not JSON",
                "{} | is JSON but not an Upload",
                "{\"id\":\"upload_1\",\"object\":\"file\",\"status\":\"cancelled\"} | is JSON but not an Upload",
                "{\"id\":null,\"object\":\"upload\",\"status\":\"cancelled\"} | is JSON but not an Upload",
                "{\"id\":\"upload_1\",\"object\":\"upload\",\"status\":{}} | is JSON but not an Upload"
            })
    void anythingElseIsNoUpload(String body, String problem) {
        assertEquals(Optional.of(problem), Upload.read(body).problem());
    }
}
