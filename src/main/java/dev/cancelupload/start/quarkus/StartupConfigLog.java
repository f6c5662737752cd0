package dev.cancelupload.start.quarkus;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Logs the configurations that are built at a start. They are built before Quarkus sets up the log, which would print
 * what it queued until then as plain text, so that the lines wait for the log's JSON format.
 */
@Singleton
final class StartupConfigLog {

    private static final Logger LOG = Logger.getLogger(StartupConfigLog.class);

    /** One element per configuration; null after the start, when there is nothing to wait for. */
    private static List<Set<String>> waiting = new ArrayList<>();

    /** @param names the variables and properties that are set for Quarkus */
    static synchronized void configurationBuilt(Set<String> names) {
        if (waiting == null) {
            log(names);
        } else {
            waiting.add(names);
        }
    }

    /** After ProductionLogs, which sets the format and has priority 1. */
    void atStart(@Observes @Priority(2) StartupEvent event) {
        synchronized (StartupConfigLog.class) {
            waiting.forEach(StartupConfigLog::log);
            waiting = null;
        }
    }

    private static void log(Set<String> names) {
        LOG.info("Quarkus's configuration is read at this start, which takes some milliseconds; set for it: " + names);
    }
}
