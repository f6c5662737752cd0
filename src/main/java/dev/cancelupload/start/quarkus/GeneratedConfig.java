package dev.cancelupload.start.quarkus;

import io.quarkus.runtime.configuration.AbstractConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The run-time configuration that Quarkus generates at build time. */
final class GeneratedConfig {

    private GeneratedConfig() {}

    /** A builder with the generated mappings, converters and sources. */
    static SmallRyeConfigBuilder builder() {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
        AbstractConfigBuilder.withCustomizer(builder, "io.quarkus.runtime.generated.RunTimeConfig");
        return builder;
    }
}
