package dev.cancelupload.runtime;

import io.quarkus.runtime.ImageMode;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives Quarkus's configuration, in the executable, no variable or system property to read but those that are meant for it.
 * By default every variable that Lambda sets is compared with every property that Quarkus knows, at every start.
 */
public final class LeanConfig implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        if (ImageMode.current() != ImageMode.NATIVE_RUN) {
            return;
        }
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
        builder.setAddDefaultSources(false)
                .addPropertiesSources()
                .withValidateUnknown(false)
                .withSources(
                        new EnvConfigSource(variables, EnvConfigSource.ORDINAL),
                        new PropertiesConfigSource(properties, "system properties", 400));
    }
}
