package dev.cancelupload.start.quarkus;

import io.smallrye.config.SmallRyeConfig;

/** Loads the run-time configuration of the executable. */
final class StartupConfig {

    private StartupConfig() {}

    /** The prebuilt configuration if no variable contradicts it; otherwise one that is built now. */
    static SmallRyeConfig load() {
        return PrebuiltConfig.forVariables(QuarkusVariables.read())
                .orElseGet(() -> GeneratedConfig.builder().build());
    }
}
