package dev.cancelupload.start;

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
 * Shows a newcomer to dev mode the function at work, once: not after a live reload, and not against the real OpenAI.
 */
@Singleton
@IfBuildProfile("dev")
final class DevExample {

    /** Outlives a live reload, unlike a field. */
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
            // The answer comes once the function has started: until then the event waits in the mock Runtime API.
            String answer = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create("http://localhost:" + port))
                                    .header("content-type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString("\"upload_example\""))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            System.out.printf(
                    """

                    An example upload went through the function, and OpenAI's stand-in answered:
                      %s
                    Cancel the next one yourself:
                      curl -d '"upload_pending"' localhost:%d
                    The README lists the ids that show every failure.

                    """,
                    answer, port);
        } catch (IOException e) {
            System.out.println("The example upload did not get through: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
