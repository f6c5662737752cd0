package dev.cancelupload.start.quarkus;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The environment variables and system properties that configure Quarkus.
 *
 * @param variables environment variables whose names start with {@code QUARKUS_}
 * @param properties system properties whose names start with {@code quarkus}
 */
record QuarkusVariables(Map<String, String> variables, Map<String, String> properties) {

    /** Stands for the export of {@code application.properties}. */
    static final String DEFAULT_EXPORT = "";

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

    /** All names in alphabetical order. */
    Set<String> names() {
        Set<String> names = new TreeSet<>(variables.keySet());
        names.addAll(properties.keySet());
        return names;
    }

    /**
     * The export's name, or {@link #DEFAULT_EXPORT} if it is not set; empty if other variables or properties are set.
     */
    Optional<String> onlyExport() {
        int others = properties.size() + variables.size() - (variables.containsKey(EXPORT) ? 1 : 0);
        return others == 0 ? Optional.of(variables.getOrDefault(EXPORT, DEFAULT_EXPORT)) : Optional.empty();
    }
}
