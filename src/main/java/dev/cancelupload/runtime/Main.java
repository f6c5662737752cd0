package dev.cancelupload.runtime;

import dev.cancelupload.config.ConfigurationError;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/** Starts the function, unless its environment is wrong: then Lambda's init fails with one line that says what is. */
@QuarkusMain
public final class Main {

    private static Deployment deployment;

    /** @param args none */
    public static void main(String... args) {
        // Before Quarkus starts, whose own report of a failed start is a stack trace, and after some of the work.
        if (ImageMode.current() == ImageMode.NATIVE_RUN) {
            try {
                deployment = Deployment.read();
            } catch (ConfigurationError e) {
                InitError.report(e);
                System.exit(1);
            }
        }
        Quarkus.run(args);
    }

    static Deployment deployment() {
        return deployment != null ? deployment : Deployment.read();
    }
}
