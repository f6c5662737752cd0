package dev.cancelupload.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs a class with a {@code main} in a separate JVM: for code that ends the process, and for settings that are read
 * once.
 */
public final class ChildJvm {

    /**
     * @param status the exit status
     * @param lines of standard output and standard error
     */
    public record Result(int status, List<String> lines) {}

    private ChildJvm() {}

    /** Runs it with the class path of this JVM. */
    static Result run(Class<?> program, Map<String, String> environment, String... arguments) throws Exception {
        return run(program, System.getProperty("java.class.path"), List.of(), environment, arguments);
    }

    /**
     * Runs it.
     *
     * @param options of the JVM
     */
    public static Result run(
            Class<?> program,
            String classPath,
            List<String> options,
            Map<String, String> environment,
            String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, program.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError(program.getName() + " does not end");
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.exitValue(), output.lines().toList());
        } finally {
            process.destroyForcibly();
        }
    }
}
