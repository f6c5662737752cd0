package dev.cancelupload.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class QuarkusSettingsTest {

    private static Optional<String> export(Map<String, String> variables, Map<String, String> properties) {
        return new QuarkusSettings(variables, properties).exportAlone("cancelUpload");
    }

    @Test
    void withoutSettingsTheExportIsTheUsualOne() {
        assertEquals(Optional.of("cancelUpload"), export(Map.of(), Map.of()));
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
