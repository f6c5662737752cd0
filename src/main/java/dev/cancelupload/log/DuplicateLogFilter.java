package dev.cancelupload.log;

import io.quarkus.funqy.runtime.ApplicationException;
import io.quarkus.logging.LoggingFilter;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Drops what Funqy logs, with a stack trace, of failures that the function has logged in its own line already, and of
 * ending when it is told to.
 */
@LoggingFilter(name = "duplicate-logs")
public final class DuplicateLogFilter implements Filter {

    /**
     * Quarkus appends it to what is logged while it shuts down; the poll loop's broken connection is one such record.
     */
    private static final String AT_THE_END = "[Error Occurred After Shutdown]";

    private static final String END_OF_LOOP = "Lambda polling thread complete";

    @Override
    public boolean isLoggable(LogRecord logRecord) {
        String message = String.valueOf(logRecord.getMessage());
        return !(logRecord.getThrown() instanceof ApplicationException)
                && !message.endsWith(AT_THE_END)
                && !message.startsWith(END_OF_LOOP);
    }
}
