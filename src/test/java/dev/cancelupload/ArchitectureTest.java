package dev.cancelupload;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
    void eachPackageDependsOnlyOnThoseBelowIt() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("functions")
                .definedBy("dev.cancelupload")
                .layer("start")
                .definedBy("dev.cancelupload.start")
                .layer("quarkus")
                .definedBy("dev.cancelupload.start.quarkus")
                .layer("dev")
                .definedBy("dev.cancelupload.dev")
                .layer("lambda")
                .definedBy("dev.cancelupload.lambda")
                .layer("log")
                .definedBy("dev.cancelupload.log")
                .layer("cancel")
                .definedBy("dev.cancelupload.cancel")
                .layer("openai")
                .definedBy("dev.cancelupload.openai")
                .layer("credentials")
                .definedBy("dev.cancelupload.credentials")
                .layer("config")
                .definedBy("dev.cancelupload.config")
                .layer("http")
                .definedBy("dev.cancelupload.http")
                .layer("tls")
                .definedBy("dev.cancelupload.tls")
                .layer("net")
                .definedBy("dev.cancelupload.net")
                .layer("json")
                .definedBy("dev.cancelupload.json")
                .layer("redaction")
                .definedBy("dev.cancelupload.redaction")
                .layer("time")
                .definedBy("dev.cancelupload.time")
                .whereLayer("functions")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("start")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("dev")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("functions")
                .mayOnlyAccessLayers("lambda", "log", "cancel", "openai", "json", "time")
                .whereLayer("log")
                .mayOnlyAccessLayers("cancel", "openai", "json", "redaction")
                .whereLayer("lambda")
                .mayOnlyAccessLayers("openai", "json", "redaction")
                .whereLayer("cancel")
                .mayOnlyAccessLayers("openai", "config", "json", "redaction", "time")
                .whereLayer("openai")
                .mayOnlyAccessLayers("config", "credentials", "http", "json", "redaction", "time")
                .whereLayer("credentials")
                .mayOnlyAccessLayers("config", "http", "tls", "json", "redaction", "time")
                .whereLayer("config")
                .mayOnlyAccessLayers("http", "redaction", "time")
                .whereLayer("http")
                .mayOnlyAccessLayers("net", "tls", "time")
                .whereLayer("tls")
                .mayOnlyAccessLayers("net", "time")
                .whereLayer("net")
                .mayOnlyAccessLayers("time")
                .whereLayer("json")
                .mayNotAccessAnyLayer()
                .whereLayer("redaction")
                .mayNotAccessAnyLayer()
                .whereLayer("time")
                .mayNotAccessAnyLayer()
                .whereLayer("quarkus")
                .mayNotAccessAnyLayer()
                .whereLayer("dev")
                .mayNotAccessAnyLayer()
                .ensureAllClassesAreContainedInArchitecture()
                .check(PRODUCT);
    }

    @Test
    void whatMakesQuarkusStartSoonerIsUsedByNothingOfTheProduct() {
        noClasses()
                .that(not(resideInAPackage("dev.cancelupload.start.quarkus")))
                .should()
                .dependOnClassesThat(resideInAPackage("dev.cancelupload.start.quarkus"))
                .check(PRODUCT);
    }
}
