package io.github.statelock;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.statelock.cycle.a.Hen;
import io.github.statelock.cycle.b.Egg;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {

    private static final String ROOT = "io.github.statelock";

    /** What a user meets: about thirty types are the aim, and ten of them are errors. */
    private static final int MOST_PUBLIC_IN_ROOT = 35;

    /**
     * As many as there are: with those of the root, 16 that a backend implements, answers with or reads its settings with
     * (spi), 5 entrances of the engine, 4 for Terraform's formats and 6 for the three local backends. Who adds one says why it
     * must be public.
     */
    private static final int MOST_PUBLIC = 62;

    private static final JavaClasses CORE = mainClasses();

    private static final ArchRule NO_CYCLES =
            slices().assignedFrom(new EachPackage()).should().beFreeOfCycles();

    @Test
    void thePackagesHaveNoCycle() {
        NO_CYCLES.check(CORE);
    }

    @Test
    void theRuleAgainstCyclesFindsOne() {
        JavaClasses cycle = new ClassFileImporter().importClasses(Hen.class, Egg.class);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> NO_CYCLES.check(cycle))
                .withMessageContaining("Cycle detected");
    }

    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "terraform, ''",
        "spi, ''",
        "engine, 'spi terraform'",
        "local, 'engine spi terraform'",
    })
    void eachPackageDependsOnThoseBelowItAlone(String name, String below) {
        String self = packageName(name);
        List<String> allowed = below.isEmpty() ? List.of() : List.of(below.split(" "));
        classes()
                .that()
                .resideInAPackage(self)
                .should()
                .onlyDependOnClassesThat(not(resideInAPackage(ROOT + ".."))
                        .or(resideInAnyPackage(self, ROOT))
                        .or(resideInAnyPackage(allowed.stream()
                                .map(ArchitectureTest::packageName)
                                .toArray(String[]::new))))
                .check(CORE);
    }

    @Test
    void noOtherPackageExists() {
        assertThat(CORE)
                .extracting(JavaClass::getPackageName)
                .containsOnly(
                        ROOT,
                        packageName("spi"),
                        packageName("engine"),
                        packageName("local"),
                        packageName("terraform"));
    }

    @Test
    void anEmbedderGetsJacksonsStreamingAndSlf4jAndNothingElse() {
        classes()
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        ROOT + "..",
                        "java..",
                        "com.fasterxml.jackson.core..",
                        "org.slf4j..",
                        "org.jspecify.annotations..",
                        "com.google.errorprone.annotations.."))
                .check(CORE);
    }

    @Test
    void noMethodIsSynchronizedAsAWhole() {
        noMethods().should().haveModifier(JavaModifier.SYNCHRONIZED).check(CORE);
    }

    @Test
    void whatIsPublicStaysSmall() {
        List<JavaClass> all = CORE.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                .toList();
        assertThat(all).hasSizeLessThanOrEqualTo(MOST_PUBLIC);
        assertThat(all).filteredOn(c -> c.getPackageName().equals(ROOT)).hasSizeLessThanOrEqualTo(MOST_PUBLIC_IN_ROOT);
    }

    private static String packageName(String name) {
        return name.isEmpty() ? ROOT : ROOT + "." + name;
    }

    /** From where they were loaded: a class path search finds nothing of a named module. */
    private static JavaClasses mainClasses() {
        try {
            return new ClassFileImporter()
                    .importPath(Path.of(StateKey.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class EachPackage implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
            return javaClass.getPackageName().startsWith(ROOT)
                    ? SliceIdentifier.of(javaClass.getPackageName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "packages";
        }
    }
}
