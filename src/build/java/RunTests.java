import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.Arrays;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestExecutionResult.Status;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs test classes until one fails, for {@code .ci/mutations}: Maven would take longer to start than most of them take.
 * The last line of the output is {@code FAILED} with the name of a test, or {@code PASSED} with how many there were.
 */
public final class RunTests implements TestExecutionListener {

    private int passed;

    /** @param classes by their full names; they, what they test and JUnit are on the class path */
    public static void main(String... classes) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(
                        Arrays.stream(classes).map(name -> selectClass(name)).toList())
                .build();
        LauncherFactory.create().execute(request, new RunTests());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (result.getStatus() == Status.FAILED) {
            result.getThrowable().ifPresent(Throwable::printStackTrace);
            end("FAILED " + name(test), 1);
        }
        passed += test.isTest() && result.getStatus() == Status.SUCCESSFUL ? 1 : 0;
    }

    private static String name(TestIdentifier test) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(MethodSource.class::cast)
                .map(method -> method.getJavaClass().getSimpleName() + "." + method.getMethodName())
                .orElse(test.getDisplayName());
    }

    @Override
    public void testPlanExecutionFinished(TestPlan plan) {
        end("PASSED " + passed, 0);
    }

    /** Ends the process, whatever threads a test has left behind. */
    private static void end(String line, int status) {
        System.out.flush();
        System.out.println('\n' + line);
        System.out.flush();
        Runtime.getRuntime().halt(status);
    }
}
