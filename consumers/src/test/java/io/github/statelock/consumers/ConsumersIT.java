package io.github.statelock.consumers;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The projects in {@code apps} use what is published, by coordinates. Maven builds all of them once; then each is run. */
class ConsumersIT {

    private static final Path APPS = Path.of("apps").toAbsolutePath();
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final String MAIN = "com.example.app.App";

    @SuppressWarnings("NullAway.Init") // built before all tests
    private static Program build;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @BeforeAll
    static void buildAll() throws Exception {
        LocalRepository repository = LocalRepository.create(
                TARGET.resolve("repository"), Path.of(property("repository")), property("version"));
        repository.install(Path.of("..", "bom"), "statelock-bom");
        repository.install(Path.of("..", "core"), "statelock-core", ".jar");
        repository.install(Path.of("..", "testkit"), "statelock-testkit", ".jar");
        for (String cloud : List.of("s3", "azure", "gcs")) {
            repository.install(Path.of("..", "backend-" + cloud), "statelock-" + cloud, ".jar");
        }
        build = Program.run(TARGET.resolve("apps.log"), maven(repository.folder()));
    }

    private static List<String> maven(Path repository) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(property("maven"), "bin", "mvn").toString(),
                "-B",
                "-ntp",
                "-fae",
                "-f",
                APPS.resolve("pom.xml").toString(),
                "-Dmaven.repo.local=" + repository,
                "-Dstatelock.version=" + property("version"),
                "test"));
        if (Boolean.parseBoolean(property("offline"))) {
            command.add("-o");
        }
        return command;
    }

    /** Where one version of everything is asked for, it is found; the testkit's tests pass on JUnit 5.12 and on 6. */
    @Test
    void allOfThemBuild() {
        assertThat(build.exitCode()).as(build.output()).isZero();
        assertThat(build.output()).contains("DependencyConvergence passed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "spring", "oldest"})
    void allBackendsWorkOnTheVersionsOf(String app) throws Exception {
        String classPath = String.join(File.pathSeparator, onPath(app));
        Program run = runWith(
                List.of(javaOf(Path.of(System.getProperty("java.home"))), "-cp", classPath, MAIN), CloudStores.gcs());
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("done: mem", "done: file", "done: s3", "done: azblob", "done: gs");
    }

    /** A runtime that has only those modules of the JDK that our modules and the SDKs' ask for by their descriptors. */
    @Test
    void theModulesAskForAllThatTheyNeedOfTheJdk() throws Exception {
        List<String> modulePath = onPath("modular");
        Path runtime = folder.resolve("runtime");
        link(runtime, modulesOfTheJdk(modulePath));
        Program run = runWith(List.of(
                javaOf(runtime), "-p", String.join(File.pathSeparator, modulePath), "-m", "com.example.app/" + MAIN));
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output()).contains("done: mem", "done: file", "done: s3", "done: azblob");
    }

    private static Set<String> modulesOfTheJdk(List<String> modulePath) {
        ModuleFinder modules =
                ModuleFinder.of(modulePath.stream().map(Path::of).toArray(Path[]::new));
        Configuration resolved = Configuration.resolve(
                modules, List.of(Configuration.empty()), ModuleFinder.ofSystem(), Set.of("com.example.app"));
        return resolved.modules().stream()
                .map(ResolvedModule::name)
                .filter(name -> ModuleFinder.ofSystem().find(name).isPresent())
                .collect(Collectors.toSet());
    }

    private static void link(Path runtime, Set<String> modules) {
        int exitCode = ToolProvider.findFirst("jlink")
                .orElseThrow()
                .run(
                        System.out,
                        System.err,
                        "--add-modules",
                        String.join(",", modules),
                        "--output",
                        runtime.toString());
        assertThat(exitCode).isZero();
    }

    private Program runWith(List<String> java, String... more) throws Exception {
        List<String> command = new ArrayList<>(java);
        command.add("mem:" + UUID.randomUUID());
        command.add(folder.resolve("states").toUri().toString());
        command.add(CloudStores.s3());
        command.add(CloudStores.azure());
        command.addAll(List.of(more));
        return Program.run(folder.resolve("output"), command);
    }

    /** An application's classes and what Maven resolved for it. */
    private static List<String> onPath(String app) throws IOException {
        Path target = TARGET.resolve("apps").resolve(app);
        String resolved = Files.readString(target.resolve("classpath"));
        return Stream.concat(
                        Stream.of(target.resolve("classes").toString()),
                        Stream.of(resolved.strip().split(File.pathSeparator)))
                .toList();
    }

    private static String javaOf(Path home) {
        return home.resolve("bin").resolve("java").toString();
    }

    private static String property(String name) {
        return requireNonNull(System.getProperty("consumers." + name), name);
    }
}
