package dev.cancelupload.openai;

import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.eclipse.microprofile.rest.client.ext.ResponseExceptionMapper;

/** Maps every status other than 2xx to an {@link ErrorStatusException}. */
final class ErrorStatusMapper implements ResponseExceptionMapper<ErrorStatusException> {

    @Override
    public boolean handles(int status, MultivaluedMap<String, Object> headers) {
        // The REST client calls this also without a response, with status 0.
        return status >= 300 || status > 0 && status < 200;
    }

    @Override
    public ErrorStatusException toThrowable(Response response) {
        try (InputStream body = response.readEntity(InputStream.class)) {
            byte[] bytes = body == null ? new byte[0] : body.readAllBytes();
            return new ErrorStatusException(response.getStatus(), response.getStringHeaders(), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
