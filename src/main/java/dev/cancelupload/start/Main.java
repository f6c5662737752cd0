package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.net.CookieHandler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the function. If its environment is wrong, Lambda's init fails with one line that says what to change. */
@QuarkusMain
public final class Main {

    private static AheadOfCalls ahead;

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
        // Each log record has the host's name, which no log line shows and the first would look up, by DNS.
        System.setProperty("jboss.qualified.host.name", "localhost");
        // The JDK logs every certificate here, which Quarkus would keep until it knows the levels.
        Logger.getLogger("jdk.event.security").setLevel(Level.OFF);
        try {
            ahead = AheadOfCalls.start(Components.get());
        } catch (ConfigurationError e) {
            InitError.report(e);
            System.exit(1);
        }
    }

    /** Ends init: waits for what was started ahead of the calls. */
    static void awaitEndOfInit() {
        ahead.await();
    }
}
