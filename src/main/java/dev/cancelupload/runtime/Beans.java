package dev.cancelupload.runtime;

import dev.cancelupload.Canceller;
import dev.cancelupload.Json;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.UploadsClient;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts the parts together, all of them during init, when Lambda gives a whole processor. */
@Singleton
final class Beans {

    @Produces
    @Singleton
    Canceller canceller(@ConfigProperty(name = "quarkus.application.version") String version) {
        Deployment deployment = Main.deployment();
        UploadsClient client = new UploadsClient(deployment.configuration(), deployment.tls(), version, Json.MAPPER);
        return new Canceller(client, deployment.configuration());
    }

    @Produces
    @Singleton
    InvocationLog invocationLog() {
        return new InvocationLog();
    }

    void atStart(@Observes StartupEvent event, Canceller canceller) {
        // The parameter is the point: it makes the bean now.
    }
}
