package dev.cancelupload.runtime;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the surroundings of a start say to Quarkus.
 *
 * @param variables those of the environment whose names begin with {@code QUARKUS_}
 * @param properties the system properties whose names begin with {@code quarkus}
 */
record QuarkusSettings(Map<String, String> variables, Map<String, String> properties) {

    private static final String EXPORT = "QUARKUS_FUNQY_EXPORT";

    static QuarkusSettings read() {
        Map<String, String> variables = new HashMap<>();
        System.getenv().forEach((name, value) -> {
            if (name.startsWith("QUARKUS_")) {
                variables.put(name, value);
            }
        });
        Map<String, String> properties = new HashMap<>();
        System.getProperties().stringPropertyNames().forEach(name -> {
            if (name.startsWith("quarkus")) {
                properties.put(name, System.getProperty(name));
            }
        });
        return new QuarkusSettings(variables, properties);
    }

    /** The export's name, or the given one if it has none; empty if there are other settings. */
    Optional<String> exportAlone(String otherwise) {
        int others = properties.size() + variables.size() - (variables.containsKey(EXPORT) ? 1 : 0);
        return others == 0 ? Optional.of(variables.getOrDefault(EXPORT, otherwise)) : Optional.empty();
    }
}
