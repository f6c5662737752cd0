package dev.cancelupload.openai;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Reads an {@link Upload}, and says in its own words what else an answer was; the parser's text helps no caller. */
final class UploadReader implements MessageBodyReader<Upload> {

    /** A reader is not told the status. Those of 2xx without a body do not come here. */
    private static final int OK = 200;

    private final ObjectMapper mapper;

    UploadReader(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean isReadable(Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
        return type == Upload.class;
    }

    /** @throws NotAnUploadException if the body is anything but an Upload */
    @Override
    public Upload readFrom(
            Class<Upload> type,
            Type genericType,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body)
            throws IOException {
        byte[] bytes = body.readAllBytes();
        if (bytes.length == 0) {
            throw new NotAnUploadException("is empty", OK, AnswerHeaders.of(headers));
        }
        try {
            JsonNode json = mapper.readTree(bytes);
            return new Upload(json instanceof ObjectNode object ? object : null);
        } catch (JsonProcessingException e) {
            throw new NotAnUploadException(
                    "is not JSON (content-type " + mediaType + ", " + bytes.length + " bytes)",
                    OK,
                    AnswerHeaders.of(headers));
        } catch (IllegalArgumentException e) {
            throw new NotAnUploadException(
                    "is JSON but not an Upload: " + e.getMessage(), OK, AnswerHeaders.of(headers));
        }
    }
}
