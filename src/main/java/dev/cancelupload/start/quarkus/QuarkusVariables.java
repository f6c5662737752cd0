package dev.cancelupload.start.quarkus;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The variables and system properties at a start that configure Quarkus.
 *
 * @param variables those of the environment whose names begin with {@code QUARKUS_}
 * @param properties the system properties whose names begin with {@code quarkus}
 */
record QuarkusVariables(Map<String, String> variables, Map<String, String> properties) {

    /** The name that stands for the export of {@code application.properties}. */
    static final String NO_EXPORT = "";

    private static final String EXPORT = "QUARKUS_FUNQY_EXPORT";

    static QuarkusVariables read() {
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
        return new QuarkusVariables(variables, properties);
    }

    /** The export's name, or {@link #NO_EXPORT} if none is set; empty if there are other settings. */
    Optional<String> exportAlone() {
        int others = properties.size() + variables.size() - (variables.containsKey(EXPORT) ? 1 : 0);
        return others == 0 ? Optional.of(variables.getOrDefault(EXPORT, NO_EXPORT)) : Optional.empty();
    }
}
