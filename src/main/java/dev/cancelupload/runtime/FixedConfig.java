package dev.cancelupload.runtime;

import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.configuration.AbstractConfigBuilder;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Quarkus's run-time configuration as {@code application.properties} alone makes it, read while the executable is built and
 * part of it. At a start there are then no properties to look up, convert and map, which takes 5 ms off it, and twice that of
 * processor time.
 */
final class FixedConfig {

    /** The class that Quarkus generates to make its run-time configuration. */
    private static final String QUARKUS_RUN_TIME = "io.quarkus.runtime.generated.RunTimeConfig";

    /** An instance of every mapping; empty outside of the executable. This class is initialized at build time. */
    static final Map<ConfigClass, Object> MAPPINGS =
            ImageMode.current() == ImageMode.NATIVE_BUILD ? mappings() : Map.of();

    private FixedConfig() {}

    private static Map<ConfigClass, Object> mappings() {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
        AbstractConfigBuilder.withCustomizer(builder, QUARKUS_RUN_TIME);
        builder.withCustomizers(new WithoutSurroundings());
        SmallRyeConfig config = builder.build();
        Map<ConfigClass, Object> mappings = new HashMap<>();
        for (ConfigClass mapping : builder.getMappingsBuilder().getMappings()) {
            mappings.put(mapping, config.getConfigMapping(mapping.getType(), mapping.getPrefix()));
        }
        return Map.copyOf(mappings);
    }

    /** Keeps out what belongs to the machine that builds: its variables, properties, files and addresses. */
    private static final class WithoutSurroundings implements SmallRyeConfigBuilderCustomizer {

        @Override
        public void configBuilder(SmallRyeConfigBuilder builder) {
            builder.setAddDefaultSources(false)
                    .addPropertiesSources()
                    .withValidateUnknown(false)
                    .withConverter(InetSocketAddress.class, 1_000, FixedConfig::unresolved);
        }

        @Override
        public int priority() {
            return Integer.MAX_VALUE;
        }
    }

    private static InetSocketAddress unresolved(String address) {
        int colon = address.lastIndexOf(':');
        return InetSocketAddress.createUnresolved(
                address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    }
}
