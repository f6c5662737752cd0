package org.acme;

import io.quarkus.funqy.Funq;
import jakarta.inject.Inject;
import org.eclipse.microprofile.rest.client.inject.RestClient;

public class CancelUpload {

    @Inject
    @RestClient
    UploadsApi uploads;

    @Funq
    public Upload cancelUpload(String uploadId) {
        return uploads.cancel(uploadId);
    }
}
