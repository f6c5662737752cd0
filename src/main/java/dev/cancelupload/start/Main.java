package dev.cancelupload.start;

import dev.cancelupload.config.ConfigurationError;
import dev.cancelupload.secret.KeyFromSecret;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.net.CookieHandler;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the function, unless its environment is wrong: then Lambda's init fails with one line that says what is. */
@QuarkusMain
public final class Main {

    private static Components deployment;
    private static EarlyConnection earlyConnection;
    /** Null if the environment has the key. */
    private static EarlyKey earlyKey;

    /** @param args none */
    public static void main(String... args) {
        // Before Quarkus starts, whose own report of a failed start is a stack trace, and after some of the work.
        if (ImageMode.current() == ImageMode.NATIVE_RUN) {
            // The JDK logs every certificate, and Quarkus keeps what is logged before its own start until then, each
            // record with the name of the host, which has to be looked up.
            Logger.getLogger("jdk.event.security").setLevel(Level.OFF);
            try {
                deployment = Components.read();
                if (deployment.keys() instanceof KeyFromSecret key) {
                    earlyKey = EarlyKey.begin(key);
                }
                earlyConnection = EarlyConnection.begin(deployment);
            } catch (ConfigurationError e) {
                InitError.report(e);
                System.exit(1);
            }
            CookieHandler.setDefault(new NextInvocationMonitor());
            Quarkus.run(PollLoopMonitor.class, args);
        } else {
            Quarkus.run(args);
        }
    }

    /** Read at the first call in development, where the environment of a test is not there before. */
    static synchronized Components deployment() {
        if (deployment == null) {
            Components read = Components.read();
            if (read.keys() instanceof KeyFromSecret key) {
                key.readAtInit();
            }
            deployment = read;
        }
        return deployment;
    }

    /** Waits for the key, if it is in a secret; without it the process ends as with any other wrong variable. */
    static void awaitKey() {
        if (earlyKey == null) {
            return;
        }
        try {
            earlyKey.await();
        } catch (ConfigurationError e) {
            InitError.report(e);
            // Quarkus is in the midst of its start, which an orderly exit would wait for.
            Runtime.getRuntime().halt(1);
        }
    }

    /** Empty in development, where nobody waits for a cold start. */
    static Optional<EarlyConnection> earlyConnection() {
        return Optional.ofNullable(earlyConnection);
    }
}
