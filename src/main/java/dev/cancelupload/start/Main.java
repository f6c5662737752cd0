package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.secret.KeyFromSecret;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.net.CookieHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the function, unless its environment is wrong: then Lambda's init fails with one line that says what is. */
@QuarkusMain
public final class Main {

    private Main() {}

    /** @param args none */
    public static void main(String... args) {
        if (ImageMode.current() == ImageMode.NATIVE_RUN) {
            beforeQuarkus();
            CookieHandler.setDefault(new NextInvocationMonitor());
            Quarkus.run(PollLoopMonitor.class, args);
        } else {
            Quarkus.run(args);
        }
    }

    /** The configuration is checked before Quarkus starts, which reports a failed start with a stack trace. */
    private static void beforeQuarkus() {
        // The JDK logs every certificate, and Quarkus keeps what is logged before its own start until then, each
        // record with the name of the host, which has to be looked up.
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
