package dev.cancelupload.start.quarkus;

import io.smallrye.config.SmallRyeConfig;

/** The run-time configuration with which the executable starts. */
final class StartupConfig {

    private StartupConfig() {}

    /** The prebuilt configuration, if the environment allows it; otherwise one that is read now. */
    static SmallRyeConfig load() {
        return PrebuiltConfig.with(QuarkusVariables.read())
                .orElseGet(() -> GeneratedConfig.builder().build());
    }
}
