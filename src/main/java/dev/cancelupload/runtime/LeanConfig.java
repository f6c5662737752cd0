package dev.cancelupload.runtime;

import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.configuration.AbstractConfigBuilder;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;

/**
 * Spares the executable most of the work that Quarkus's configuration is at every start. By default all variables that
 * Lambda sets are compared with all properties that Quarkus knows, and each of these is looked up in every source.
 *
 * <p>Where {@code QUARKUS_FUNQY_EXPORT} is the only variable of Quarkus's, everything is as it was when the executable was
 * built: that is {@link FixedConfig}. With any other {@code QUARKUS_…} variable or {@code quarkus…} system property the
 * configuration is read as usual, from those and {@code application.properties} alone.
 */
public final class LeanConfig implements SmallRyeConfigBuilderCustomizer {

    /** The class that Quarkus generates to make its run-time configuration. */
    static final String QUARKUS_RUN_TIME = "io.quarkus.runtime.generated.RunTimeConfig";

    /** The run-time configuration of a start of the executable. */
    public static SmallRyeConfig read() {
        return FixedConfig.with(QuarkusSettings.read()).orElseGet(() -> {
            SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
            AbstractConfigBuilder.withCustomizer(builder, QUARKUS_RUN_TIME);
            return builder.build();
        });
    }

    @Override
    public void configBuilder(SmallRyeConfigBuilder builder) {
        if (ImageMode.current() == ImageMode.NATIVE_RUN) {
            QuarkusSettings settings = QuarkusSettings.read();
            builder.setAddDefaultSources(false)
                    .withValidateUnknown(false)
                    .addPropertiesSources()
                    .withSources(
                            new EnvConfigSource(settings.variables(), EnvConfigSource.ORDINAL),
                            new PropertiesConfigSource(settings.properties(), "system properties", 400));
        }
    }

    /** After all others, which add what this takes away. */
    @Override
    public int priority() {
        return Integer.MAX_VALUE;
    }
}
