package dev.cancelupload.start.quarkus;

import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.configuration.AbstractConfigBuilder;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.net.InetSocketAddress;

/**
 * Quarkus's run-time configuration from {@code application.properties} alone. Built at image build time and stored in
 * the image heap, so that a start neither reads sources nor looks up, converts and maps properties. Variables that are
 * set for Quarkus have no effect on the executable.
 */
final class PrebuiltConfig {

    /** Null outside of the executable. This class is initialized at image build time. */
    static final SmallRyeConfig CONFIG = ImageMode.current() == ImageMode.NATIVE_BUILD ? build() : null;

    private PrebuiltConfig() {}

    private static SmallRyeConfig build() {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
        AbstractConfigBuilder.withCustomizer(builder, "io.quarkus.runtime.generated.RunTimeConfig");
        return builder.withCustomizers(new WithoutBuildMachine()).build();
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

        /** Runs after all other customizers, which add the sources that this one removes. */
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
