package dev.cancelupload.runtime;

import io.quarkus.funqy.runtime.FunqyConfig;
import io.quarkus.runtime.ImageMode;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.SmallRyeConfigBuilderCustomizer;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * Spares the executable most of the work that Quarkus's configuration is at every start. By default all variables that
 * Lambda sets are compared with all properties that Quarkus knows, and each of these is looked up in every source.
 *
 * <p>Where {@code QUARKUS_FUNQY_EXPORT} is the only variable of Quarkus's, everything but the export is as it was when
 * the executable was built, and is taken from {@link FixedConfig}. With any other {@code QUARKUS_…} variable or {@code
 * quarkus…} system property the configuration is read as usual, from those and {@code application.properties} alone.
 */
public final class LeanConfig implements SmallRyeConfigBuilderCustomizer {

    private static final String EXPORT_VARIABLE = "QUARKUS_FUNQY_EXPORT";
    private static final Set<String> EXPORT_ONLY = Set.of(EXPORT_VARIABLE);

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
        builder.setAddDefaultSources(false).withValidateUnknown(false);
        if (properties.isEmpty() && EXPORT_ONLY.containsAll(variables.keySet())) {
            fixed(builder, variables.get(EXPORT_VARIABLE));
        } else {
            read(builder, variables, properties);
        }
    }

    private static void read(
            SmallRyeConfigBuilder builder, Map<String, String> variables, Map<String, String> properties) {
        builder.addPropertiesSources()
                .withSources(
                        new EnvConfigSource(variables, EnvConfigSource.ORDINAL),
                        new PropertiesConfigSource(properties, "system properties", 400));
    }

    private static void fixed(SmallRyeConfigBuilder builder, String export) {
        if (export != null) {
            builder.withSources(new PropertiesConfigSource(
                    Map.of("quarkus.funqy.export", export), EXPORT_VARIABLE, EnvConfigSource.ORDINAL));
        }
        Iterator<ConfigClass> mappings =
                builder.getMappingsBuilder().getMappings().iterator();
        Map<ConfigClass, Object> instances = builder.getMappingsBuilder().getMappingsInstances();
        while (mappings.hasNext()) {
            ConfigClass mapping = mappings.next();
            Object instance = FixedConfig.MAPPINGS.get(mapping);
            if (instance != null && mapping.getType() != FunqyConfig.class) {
                instances.put(mapping, instance);
                mappings.remove();
            }
        }
        builder.withInterceptors(new Unlisted());
    }

    /** After all others, which add what this takes away. */
    @Override
    public int priority() {
        return Integer.MAX_VALUE;
    }

    /** Lists no names, which are only needed to find the keys of maps and names that nobody knows. */
    private static final class Unlisted implements ConfigSourceInterceptor {

        private static final long serialVersionUID = 1;

        @Override
        public ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
            return context.proceed(name);
        }

        @Override
        public Iterator<String> iterateNames(ConfigSourceInterceptorContext context) {
            return Collections.emptyIterator();
        }
    }
}
