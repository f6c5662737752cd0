package dev.cancelupload.openai;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class UploadIdTest {

    @Property(tries = 20_000)
    void anyStringIsRefusedOrIsItsOwnPercentEncodedPathSegment(@ForAll String id) {
        String accepted;
        try {
            accepted = new UploadId(id).value();
        } catch (UploadFailure e) {
            assertEquals(FailureKind.INVALID_UPLOAD_ID, e.kind());
            assertTrue(e.getMessage().chars().allMatch(c -> c >= ' ' && (c < 0x7f || c == '…')), e.getMessage());
            return;
        }
        assertEquals(id, accepted);
        // URLEncoder differs from RFC 3986 in the tilde only.
        assertEquals(id, URLEncoder.encode(id, StandardCharsets.UTF_8).replace("%7E", "~"));
        URI uri = URI.create("https://api.openai.com/v1/uploads/" + id + "/cancel");
        assertEquals(uri, uri.normalize());
        assertEquals(5, uri.getRawPath().split("/", -1).length);
    }
}
