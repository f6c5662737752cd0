package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.secret.KeyFromSecret;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.net.CookieHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the function. If its environment is wrong, Lambda's init fails with one line that says what to change. */
@QuarkusMain
public final class Main {

    private Main() {}

    /** @param args ignored */
    public static void main(String... args) {
        if (ImageMode.current() == ImageMode.NATIVE_RUN) {
            configure();
            CookieHandler.setDefault(new NextInvocationMonitor());
            Quarkus.run(PollLoopMonitor.class, args);
        } else {
            Quarkus.run(args);
        }
    }

    /** Checks the configuration before Quarkus starts, since Quarkus reports a failed start with a stack trace. */
    private static void configure() {
        // The JDK logs every certificate here. Quarkus queues what is logged before its start, each record with the
        // host name, which costs a DNS query.
        Logger.getLogger("jdk.event.security").setLevel(Level.OFF);
        try {
            Components components = Components.get();
            if (components.keys() instanceof KeyFromSecret key) {
                InitTasks.start(new ApiKeyAtInit(key));
            }
            EarlyConnection.start(components);
        } catch (ConfigurationError e) {
            InitError.report(e);
            System.exit(1);
        }
    }
}
