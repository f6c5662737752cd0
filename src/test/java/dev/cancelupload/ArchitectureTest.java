package dev.cancelupload;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.cancelupload.config.Export;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The directions of dependencies, as shown in docs/architecture.md. */
class ArchitectureTest {

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.cancelupload");

    @Test
    void packagesDependOnEachOtherInOneDirection() {
        slices().matching("dev.cancelupload.(**)").should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void filesDependOnEachOtherInOneDirection() {
        slices().assignedFrom(new Files()).should().beFreeOfCycles().check(PRODUCT);
    }

    @Test
    void eachPackageDependsOnlyOnThoseBelowIt() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("functions")
                .definedBy("dev.cancelupload")
                .layer("start")
                .definedBy("dev.cancelupload.start")
                .optionalLayer("quarkus")
                .definedBy("dev.cancelupload.start.quarkus")
                .layer("lambda")
                .definedBy("dev.cancelupload.lambda")
                .layer("log")
                .definedBy("dev.cancelupload.log")
                .layer("cancel")
                .definedBy("dev.cancelupload.cancel")
                .layer("openai")
                .definedBy("dev.cancelupload.openai")
                .layer("secret")
                .definedBy("dev.cancelupload.secret")
                .layer("config")
                .definedBy("dev.cancelupload.config")
                .layer("http")
                .definedBy("dev.cancelupload.http")
                .layer("crypto")
                .definedBy("dev.cancelupload.crypto")
                .layer("json")
                .definedBy("dev.cancelupload.json")
                .layer("time")
                .definedBy("dev.cancelupload.time")
                .layer("redaction")
                .definedBy("dev.cancelupload.redaction")
                .whereLayer("functions")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("start")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("functions")
                .mayOnlyAccessLayers("lambda", "log", "cancel", "openai", "config", "json", "time")
                .whereLayer("log")
                .mayOnlyAccessLayers("cancel", "openai", "config", "redaction")
                .whereLayer("lambda")
                .mayOnlyAccessLayers("openai", "config", "json", "redaction")
                .whereLayer("cancel")
                .mayOnlyAccessLayers("openai", "config", "json", "redaction", "time")
                .whereLayer("openai")
                .mayOnlyAccessLayers("config", "http", "json", "redaction", "time")
                .whereLayer("secret")
                .mayOnlyAccessLayers("config", "crypto", "http", "json", "redaction", "time")
                .whereLayer("config")
                .mayOnlyAccessLayers("http", "redaction", "time")
                .whereLayer("http")
                .mayOnlyAccessLayers("crypto", "time")
                .whereLayer("crypto")
                .mayNotAccessAnyLayer()
                .whereLayer("json")
                .mayNotAccessAnyLayer()
                .whereLayer("redaction")
                .mayOnlyAccessLayers("time")
                .whereLayer("time")
                .mayNotAccessAnyLayer()
                .whereLayer("quarkus")
                .mayNotAccessAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(PRODUCT);
    }

    @Test
    void theExportsWithAPrebuiltConfigurationAreThoseThatThereAre() throws IOException {
        Properties application = new Properties();
        try (InputStream in = Export.class.getResourceAsStream("/application.properties")) {
            application.load(in);
        }
        String exports = application.getProperty("prebuilt-config.exports");
        assertEquals(Stream.of(Export.values()).map(Export::functionName).toList(), List.of(exports.split(",")));
    }

    @Test
    void whatMakesQuarkusStartSoonerIsUsedByNothingOfTheProduct() {
        noClasses()
                .that(not(resideInAPackage("dev.cancelupload.start.quarkus")))
                .should()
                .dependOnClassesThat(resideInAPackage("dev.cancelupload.start.quarkus"))
                .check(PRODUCT);
    }

    /** Assigns classes to their source files. */
    private static final class Files implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            JavaClass outer = type;
            while (outer.getEnclosingClass().isPresent()) {
                outer = outer.getEnclosingClass().get();
            }
            return SliceIdentifier.of(outer.getName());
        }

        @Override
        public String getDescription() {
            return "source files";
        }
    }
}
