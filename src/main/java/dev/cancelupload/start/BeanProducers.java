package dev.cancelupload.start;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cancelupload.cancel.Canceller;
import dev.cancelupload.lambda.FunctionMapper;
import dev.cancelupload.log.InvocationLog;
import dev.cancelupload.openai.UploadsClient;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/** Produces the beans, all of them during init, when Lambda provides a full CPU. */
@Singleton
final class BeanProducers {

    private static final Logger LOG = Logger.getLogger(BeanProducers.class);

    @Produces
    @Singleton
    ObjectMapper functionMapper() {
        return new FunctionMapper();
    }

    @Produces
    @Singleton
    UploadsClient uploadsClient() {
        Components components = Components.get();
        // Not injected: ArC would need more beans for that.
        String version = ConfigProvider.getConfig().getValue("quarkus.application.version", String.class);
        return new UploadsClient(components.configuration(), components.credentials(), components.transport(), version);
    }

    @Produces
    @Singleton
    Canceller canceller(UploadsClient client) {
        return new Canceller(client, Components.get().configuration());
    }

    @Produces
    @Singleton
    InvocationLog invocationLog() {
        return new InvocationLog();
    }

    /** The parameters make ArC create these beans during init. */
    void atStart(
            @Observes StartupEvent event,
            Canceller canceller,
            UploadsClient client,
            ObjectMapper mapper,
            InvocationLog log) {
        if (ImageMode.current() == ImageMode.NATIVE_RUN) {
            WarmUp.run(client, mapper, log);
            Components.get().configuration().notes().forEach(LOG::warn);
            Main.awaitEndOfInit();
        }
    }
}
