package dev.cancelupload;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Where the cases of a sealed type are told apart by {@code instanceof}, there is a decision about each case. Java 17
 * has no {@code switch} over types, in which the compiler would find a forgotten case; from Java 21 on such a
 * {@code switch} replaces a line of this test.
 */
class SealedTypesTest {

    /**
     * By method and sealed type: the cases that the method asks for and, after a bar, all others, for which what
     * follows its last {@code instanceof} is right. Whoever adds a case decides for each method which of the two it is.
     */
    private static final Map<String, String> DECISIONS = Map.ofEntries(
            Map.entry(
                    "CancelCall.attempt: AttemptResult",
                    "KeyReplaced, NoResponse, Succeeded, Unusable | AlreadyFinal, HttpError"),
            Map.entry(
                    "CancelUpload.cancelUpload: LambdaEvent",
                    "Payload, SnsNotifications, SqsMessages | Http, Unreadable, Unsupported"),
            Map.entry("CancelUpload.payload: Outcome", "Success | Failure"),
            Map.entry(
                    "CancelUploadHttp.cancelUploadHttp: LambdaEvent",
                    "Http, SnsNotifications, SqsMessages | Payload, Unreadable, Unsupported"),
            Map.entry("CancelUploadHttp.respond: Outcome", "Success | Failure"),
            Map.entry(
                    "CleanUpUploads.uploads: LambdaEvent",
                    "Payload | Http, SnsNotifications, SqsMessages, Unreadable, Unsupported"),
            Map.entry("Components.keys: ApiKeySource", "ApiKey | ApiKeySecret"),
            // KeyReplaced and Succeeded do not get there: CancelCall.attempt handles them before.
            Map.entry(
                    "FailureFactory.of: AttemptResult",
                    "AlreadyFinal, HttpError, NoResponse | KeyReplaced, Succeeded, Unusable"),
            Map.entry("HttpTransport.send: Exchange", "CannedResponse | OverNetwork"),
            Map.entry("InvocationLog.addOutcome: Outcome", "Failure | Success"),
            Map.entry("InvocationLog.invocation: Outcome", "Failure | Success"),
            Map.entry("InvocationLog.isNotTried: Outcome", "Failure | Success"),
            Map.entry("InvocationLog.text: Outcome", "Failure | Success"),
            Map.entry("Job.attempt: NamedUpload", "Invalid | Valid"),
            Map.entry(
                    "RetryPolicy.waitAfter: AttemptResult",
                    "HttpError, NoResponse, Unusable | AlreadyFinal, KeyReplaced, Succeeded"),
            Map.entry(
                    "UploadsClient.attempt: AttemptResult",
                    "Unusable | AlreadyFinal, HttpError, KeyReplaced, NoResponse, Succeeded"),
            Map.entry("UploadsClient.call: UploadBody", "Other, Upload | "),
            Map.entry(
                    "UploadsClient.cancel: AttemptResult",
                    "HttpError | AlreadyFinal, KeyReplaced, NoResponse, Succeeded, Unusable"),
            Map.entry(
                    "WrongEvent.of: LambdaEvent",
                    "Unreadable | Http, Payload, SnsNotifications, SqsMessages, Unsupported"));

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.cancelupload");

    @Test
    void eachCaseIsDecidedWhereverItsTypeIsToldApart() {
        Map<String, String> found = new TreeMap<>();
        for (Class<?> sealed : sealedTypes()) {
            Set<String> cases = Arrays.stream(sealed.getPermittedSubclasses())
                    .map(Class::getName)
                    .collect(Collectors.toSet());
            asked(cases).forEach((method, asked) -> {
                Set<String> others = new TreeSet<>(cases);
                others.removeAll(asked);
                found.put(method + ": " + sealed.getSimpleName(), names(asked) + " | " + names(others));
            });
        }
        assertEquals(new TreeMap<>(DECISIONS), found);
    }

    private static List<Class<?>> sealedTypes() {
        return PRODUCT.stream()
                .<Class<?>>map(JavaClass::reflect)
                .filter(Class::isSealed)
                .toList();
    }

    /** By method, which of the cases it asks for; a lambda is part of the method that has it. */
    private static Map<String, Set<String>> asked(Set<String> cases) {
        Map<String, Set<String>> byMethod = new TreeMap<>();
        PRODUCT.stream()
                .flatMap(type -> type.getCodeUnits().stream())
                .forEach(method -> method.getInstanceofChecks().stream()
                        .map(check -> check.getRawType().getName())
                        .filter(cases::contains)
                        .forEach(name -> byMethod.computeIfAbsent(name(method), key -> new TreeSet<>())
                                .add(name)));
        return byMethod;
    }

    private static String name(JavaCodeUnit method) {
        return method.getOwner().getSimpleName() + "." + method.getName().replaceAll("^lambda\\$(\\w+)\\$\\d+$", "$1");
    }

    private static String names(Set<String> classes) {
        return classes.stream()
                .map(name -> name.replaceAll(".*[.$]", ""))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
