package dev.cancelupload.openai;

import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.rest.client.ext.ResponseExceptionMapper;

/** Every status but 2xx becomes an {@link ErrorResponseException}. */
final class ErrorResponseMapper implements ResponseExceptionMapper<ErrorResponseException> {

    @Override
    public boolean handles(int status, MultivaluedMap<String, Object> headers) {
        // Without an answer the REST client asks too, with status 0.
        return status >= 300 || status > 0 && status < 200;
    }

    @Override
    public ErrorResponseException toThrowable(Response response) {
        try (InputStream body = response.readEntity(InputStream.class)) {
            byte[] bytes = body == null ? new byte[0] : body.readAllBytes();
            return new ErrorResponseException(
                    ErrorResponse.of(response.getStatus(), ResponseHeaders.of(response.getStringHeaders()), bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
