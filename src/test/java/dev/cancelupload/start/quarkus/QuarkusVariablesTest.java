package dev.cancelupload.start.quarkus;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuarkusVariablesTest {

    private static Optional<String> export(Map<String, String> variables, Map<String, String> properties) {
        return new QuarkusVariables(variables, properties).onlyExport();
    }

    @Test
    void withoutSettingsTheExportIsThatOfTheApplication() {
        assertEquals(Optional.of(QuarkusVariables.DEFAULT_EXPORT), export(Map.of(), Map.of()));
    }

    @Test
    void theExportsVariableMayBeTheOnlySetting() {
        assertEquals(Optional.of("cleanUpUploads"), export(Map.of("QUARKUS_FUNQY_EXPORT", "cleanUpUploads"), Map.of()));
    }

    @Test
    void anotherVariableIsAnotherSetting() {
        assertEquals(
                Optional.empty(),
                export(Map.of("QUARKUS_FUNQY_EXPORT", "cleanUpUploads", "QUARKUS_LOG_LEVEL", "OFF"), Map.of()));
    }

    @Test
    void aPropertyIsAnotherSetting() {
        assertEquals(Optional.empty(), export(Map.of(), Map.of("quarkus.funqy.export", "cleanUpUploads")));
    }
}
