package dev.cancelupload.start;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.lambda.FunctionMapper;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.UploadsClient;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.ConfigProvider;

/** Puts the parts together, all of them during init, when Lambda gives a whole processor. */
@Singleton
final class BeanProducers {

    @Produces
    @Singleton
    ObjectMapper functionMapper() {
        return new FunctionMapper();
    }

    @Produces
    @Singleton
    UploadsClient uploadsClient() {
        Components deployment = Main.deployment();
        // Not injected, for which ArC would have to make more beans.
        String version = ConfigProvider.getConfig().getValue("quarkus.application.version", String.class);
        return new UploadsClient(deployment.configuration(), deployment.keys(), deployment.transport(), version);
    }

    @Produces
    @Singleton
    Canceller canceller(UploadsClient client) {
        return new Canceller(client, Main.deployment().configuration());
    }

    @Produces
    @Singleton
    InvocationLog invocationLog() {
        return new InvocationLog();
    }

    /** The parameters are half of the point: they make the beans now. */
    void atStart(
            @Observes StartupEvent event,
            Canceller canceller,
            UploadsClient client,
            ObjectMapper mapper,
            InvocationLog log) {
        Main.earlyConnection().ifPresent(connection -> {
            WarmUp.run(client, mapper, log);
            connection.await();
            Main.awaitKey();
        });
    }
}
