package org.acme;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import org.eclipse.microprofile.rest.client.annotation.ClientHeaderParam;
import org.eclipse.microprofile.rest.client.inject.RegisterRestClient;

@Path("/uploads")
@RegisterRestClient(configKey = "uploads")
@ClientHeaderParam(name = "Authorization", value = "Bearer ${OPENAI_API_KEY}")
public interface UploadsApi {

    @POST
    @Path("/{id}/cancel")
    Upload cancel(@PathParam("id") String id);
}
