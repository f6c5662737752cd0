package dev.cancelupload.openai;

import io.quarkus.rest.client.reactive.NotBody;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.rest.client.annotation.ClientHeaderParam;
import org.jboss.resteasy.reactive.RestResponse;

/**
 * The REST client interface: the one operation of OpenAI's Uploads API that this function calls. {@link Cancellation}
 * handles failures and retries.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/uploads/cancel">Cancel upload</a>
 */
@Path("/uploads")
@Produces(MediaType.APPLICATION_JSON)
public interface UploadsApi {

    /**
     * Cancels a pending Upload; no Parts may be added to it afterwards.
     *
     * @param uploadId the Upload's identifier
     * @param clientRequestId the caller's identifier of the request for OpenAI's support, or null
     * @param exchange how {@link TransportFilter} sends the request
     * @return the 2xx response, normally with the cancelled Upload
     * @throws ErrorStatusException for every other status
     */
    @POST
    @Path("/{upload_id}/cancel")
    @ClientHeaderParam(name = "Accept-Encoding", value = "identity")
    RestResponse<Upload> cancel(
            @PathParam("upload_id") String uploadId,
            @HeaderParam("X-Client-Request-Id") String clientRequestId,
            @NotBody Exchange exchange);
}
