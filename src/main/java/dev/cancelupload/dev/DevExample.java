package dev.cancelupload.dev;

import io.quarkus.arc.profile.IfBuildProfile;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Invokes the function once at the start of dev mode and prints the response, as an example for a new user. Not after a
 * live reload, and not with a base URL from the environment, which may be the real OpenAI.
 */
@Singleton
@IfBuildProfile("dev")
final class DevExample {

    /** A system property, since a field does not survive a live reload. */
    private static final String SHOWN = "cancel-upload.example-shown";

    @ConfigProperty(name = "quarkus.lambda.mock-event-server.dev-port", defaultValue = "8080")
    int port;

    void atStart(@Observes StartupEvent event) {
        if (System.getenv("OPENAI_BASE_URL") == null && System.setProperty(SHOWN, "true") == null) {
            Thread thread = new Thread(this::show, "example");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void show() {
        try {
            // Waits until the function has started: the mock event server queues the event.
            String response = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port))
                                    .header("content-type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString("\"upload_example\""))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            System.out.printf(
                    """

                    An example upload went through the function. The mock of OpenAI's API responded:
                      %s
                    Cancel the next one yourself:
                      curl -d '"upload_pending"' localhost:%d
                    The README lists the ids that show every failure.

                    """,
                    response, port);
        } catch (IOException e) {
            System.out.println("The example upload failed: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
