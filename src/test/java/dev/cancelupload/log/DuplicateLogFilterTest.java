package dev.cancelupload.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.funqy.runtime.ApplicationException;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DuplicateLogFilterTest {

    private static boolean isLogged(String message, Throwable thrown) {
        LogRecord logged = new LogRecord(Level.SEVERE, message);
        logged.setThrown(thrown);
        return new DuplicateLogFilter().isLoggable(logged);
    }

    @Test
    void aFailureOfTheFunctionIsNotLoggedByFunqyToo() {
        assertFalse(isLogged(
                "Failed to run lambda", new ApplicationException(new IllegalStateException("UploadNotFound"))));
    }

    @Test
    void anyOtherExceptionIsLogged() {
        assertTrue(isLogged("Failed to run lambda", new IllegalStateException("a defect")));
    }

    @ParameterizedTest
    @CsvSource({
        "Lambda polling thread complete,false",
        "Error running lambda [Error Occurred After Shutdown],false",
        "Error running lambda,true",
        ",true"
    })
    void theEndOfAProcessIsNotLogged(String message, boolean logged) {
        assertEquals(logged, isLogged(message, null));
    }
}
