package dev.cancelupload.start.quarkus;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.quarkus.runtime.configuration.ConfigRecorder;
import io.quarkus.runtime.configuration.QuarkusConfigFactory;
import io.quarkus.value.registry.ValueRegistry;
import io.smallrye.config.ConfigValue;
import java.util.List;
import java.util.Map;

/**
 * Has the executable start with {@link StartupConfig}, without building a configuration first, and without asking it
 * for every property that Quarkus would warn about: those fixed at build time and those with a new name. All three take
 * 2 ms.
 *
 * <p>Substitutions of GraalVM's, as in {@link WithoutVertx}.
 */
final class WithStartupConfig {

    private WithStartupConfig() {}
}

/** The class that Quarkus generates. */
@TargetClass(className = "io.quarkus.runtime.generated.Config")
final class Target_Config {

    @Substitute
    public static void runtimeConfig(ValueRegistry valueRegistry) {
        QuarkusConfigFactory.setConfig(StartupConfig.load());
    }
}

@TargetClass(ConfigRecorder.class)
final class Target_ConfigRecorder {

    @Substitute
    public void handleConfigChange(List<ConfigValue> buildTimeRuntimeValues) {}

    @Substitute
    public void deprecatedProperties(Map<String, String> deprecatedProperties) {}
}
