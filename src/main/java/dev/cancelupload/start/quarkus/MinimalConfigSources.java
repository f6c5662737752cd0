package dev.cancelupload.start.quarkus;

import io.quarkus.runtime.ImageMode;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Limits the sources of Quarkus's configuration in the executable to {@code application.properties}, the
 * {@code QUARKUS_…} variables and the {@code quarkus…} system properties. By default Quarkus compares all variables
 * that Lambda sets with all properties that it knows, and looks up each property in every source.
 *
 * <p>The executable builds every run-time configuration with this class, which has it logged. A start with
 * {@link PrebuiltConfig} builds none.
 */
public final class MinimalConfigSources implements SmallRyeConfigBuilderCustomizer {

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        if (ImageMode.current() == ImageMode.NATIVE_RUN) {
            QuarkusVariables quarkus = QuarkusVariables.read();
            StartupConfigLog.configurationBuilt(quarkus.names());
            builder.setAddDefaultSources(false)
                    .withValidateUnknown(false)
                    .addPropertiesSources()
                    .withSources(
                            new EnvConfigSource(quarkus.variables(), EnvConfigSource.ORDINAL),
                            new PropertiesConfigSource(quarkus.properties(), "system properties", 400));
        }
    }

    /** Runs after all other customizers, which add the sources that this one removes. */
    @Override
    public int priority() {
        return Integer.MAX_VALUE;
    }
}
