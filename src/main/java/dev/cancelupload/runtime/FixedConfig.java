package dev.cancelupload.runtime;

import dev.cancelupload.Export;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.configuration.AbstractConfigBuilder;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Quarkus's run-time configuration as {@code application.properties} alone makes it, one for each export: read while the
 * executable is built and part of it. At a start there are then no sources to ask and no properties to look up, convert and
 * map.
 */
final class FixedConfig {

    private static final String EXPORT = "quarkus.funqy.export";

    /** By the name of the export; empty outside of the executable. This class is initialized at build time. */
    private static final Map<String, SmallRyeConfig> BY_EXPORT =
            ImageMode.current() == ImageMode.NATIVE_BUILD ? byExport() : Map.of();

    private FixedConfig() {}

    /** What reading it would give with these settings; empty if that depends on more than the export. */
    static Optional<SmallRyeConfig> with(QuarkusSettings settings) {
        return settings.exportAlone(Export.CANCEL_UPLOAD_NAME).map(BY_EXPORT::get);
    }

    private static Map<String, SmallRyeConfig> byExport() {
        Map<String, SmallRyeConfig> configs = new HashMap<>();
        for (Export export : Export.values()) {
            SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
            AbstractConfigBuilder.withCustomizer(builder, LeanConfig.QUARKUS_RUN_TIME);
            builder.withCustomizers(new WithoutSurroundings())
                    .withSources(new PropertiesConfigSource(
                            Map.of(EXPORT, export.functionName()), EXPORT, EnvConfigSource.ORDINAL));
            configs.put(export.functionName(), builder.build());
        }
        return Map.copyOf(configs);
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
