package dev.cancelupload.log;

import io.quarkus.funqy.runtime.ApplicationException;
import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Drops log records of Funqy that add nothing: stack traces of failures that the function has already logged in its own
 * line, and the messages of a normal shutdown.
 */
@LoggingFilter(name = "duplicate-logs")
public final class DuplicateLogFilter implements Filter {

    /** Quarkus appends this to records of its shutdown, such as the closed connection of the poll loop. */
    private static final String AFTER_SHUTDOWN = "[Error Occurred After Shutdown]";

    private static final String END_OF_LOOP = "Lambda polling thread complete";

    @Override
    public boolean isLoggable(LogRecord logRecord) {
        String message = String.valueOf(logRecord.getMessage());
        return !(logRecord.getThrown() instanceof ApplicationException)
                && !message.endsWith(AFTER_SHUTDOWN)
                && !message.startsWith(END_OF_LOOP);
    }
}
