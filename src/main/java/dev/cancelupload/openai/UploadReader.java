package dev.cancelupload.openai;

import dev.cancelupload.redaction.VisibleText;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Reads the body of a 2xx response, whatever its content type. */
final class UploadReader implements MessageBodyReader<UploadBody> {

    private static final int MAX_MEDIA_TYPE = 100;

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
        return Upload.read(body.readAllBytes(), VisibleText.oneLine(String.valueOf(mediaType), MAX_MEDIA_TYPE));
    }
}
