package dev.cancelupload.openai;

import dev.cancelupload.redaction.VisibleText;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Reads the body of a 2xx answer, whatever its content type says it is. */
final class UploadReader implements MessageBodyReader<UploadBody> {

    private static final int LONGEST_MEDIA_TYPE = 100;

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == UploadBody.class;
    }

    @Override
    public UploadBody readFrom(
            Class<UploadBody> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        return Upload.read(body.readAllBytes(), VisibleText.oneLine(String.valueOf(mediaType), LONGEST_MEDIA_TYPE));
    }
}
