package dev.cancelupload.start.quarkus;

import io.quarkus.runtime.ImageMode;
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
 * Quarkus's run-time configurations from {@code application.properties} alone, one per Funqy export. Built at image
 * build time and stored in the image heap, so that a start neither reads sources nor looks up, converts and maps
 * properties.
 *
 * <p>The property {@code prebuilt-config.exports} lists the exports.
 */
final class PrebuiltConfig {

    private static final String EXPORT = "quarkus.funqy.export";
    private static final String EXPORTS = "prebuilt-config.exports";

    /** By export; empty outside of the executable. This class is initialized at image build time. */
    private static final Map<String, SmallRyeConfig> BY_EXPORT =
            ImageMode.current() == ImageMode.NATIVE_BUILD ? byExport() : Map.of();

    private PrebuiltConfig() {}

    /** The configuration for these variables; empty if variables other than the export are set. */
    static Optional<SmallRyeConfig> forVariables(QuarkusVariables variables) {
        return variables.onlyExport().map(BY_EXPORT::get);
    }

    private static Map<String, SmallRyeConfig> byExport() {
        SmallRyeConfig application = build(Map.of());
        Map<String, SmallRyeConfig> configs = new HashMap<>();
        configs.put(QuarkusVariables.DEFAULT_EXPORT, application);
        for (String export : application.getValue(EXPORTS, String.class).split(",")) {
            configs.put(export, build(Map.of(EXPORT, export)));
        }
        return Map.copyOf(configs);
    }

    private static SmallRyeConfig build(Map<String, String> properties) {
        return GeneratedConfig.builder()
                .withCustomizers(new WithoutBuildMachine())
                .withSources(new PropertiesConfigSource(properties, EXPORT, EnvConfigSource.ORDINAL))
                .build();
    }

    /** Excludes the variables, system properties, files and resolved addresses of the build machine. */
    private static final class WithoutBuildMachine implements SmallRyeConfigBuilderCustomizer {

        @Override
        public void configBuilder(SmallRyeConfigBuilder builder) {
            builder.setAddDefaultSources(false)
                    .addPropertiesSources()
                    .withValidateUnknown(false)
                    .withConverter(InetSocketAddress.class, 1_000, PrebuiltConfig::unresolved);
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
