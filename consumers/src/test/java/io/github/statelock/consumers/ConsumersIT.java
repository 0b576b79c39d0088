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
import java.util.regex.Pattern;
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
    private static final Pattern VERSION = Pattern.compile("<version>(\\d+\\.[\\d.]+)</version>");
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
        if (property("offline").equals("is true")) {
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
        Program run = run(
                List.of(javaOf(Path.of(System.getProperty("java.home"))), "-cp", classPath, MAIN),
                CloudStores.s3(),
                CloudStores.azure(),
                CloudStores.gcs());
        assertThat(run.output()).contains("done: mem", "done: file", "done: s3", "done: azblob", "done: gs");
    }

    /** In a runtime with only those of the JDK's modules that the backend's modules ask for by their descriptors. */
    @ParameterizedTest
    @ValueSource(strings = {"s3", "azure"})
    void aBackendsModulesAskForAllThatTheyNeedOfTheJdk(String backend) throws Exception {
        String module = "io.github.statelock." + backend;
        Configuration resolved = resolve(onPath("modular"), Set.of("com.example.app", module));
        Path runtime = folder.resolve("runtime");
        link(runtime, resolved);
        Program run = run(
                List.of(
                        javaOf(runtime),
                        "-p",
                        modulePath(resolved),
                        "--add-modules",
                        module,
                        "-m",
                        "com.example.app/" + MAIN),
                backend.equals("s3") ? CloudStores.s3() : CloudStores.azure());
        assertThat(run.output())
                .contains("done: mem", "done: file", backend.equals("s3") ? "done: s3" : "done: azblob");
    }

    private static Configuration resolve(List<String> path, Set<String> roots) {
        ModuleFinder modules = ModuleFinder.of(path.stream().map(Path::of).toArray(Path[]::new));
        return Configuration.resolve(modules, List.of(Configuration.empty()), ModuleFinder.ofSystem(), roots);
    }

    private static boolean isOfTheJdk(ResolvedModule module) {
        return ModuleFinder.ofSystem().find(module.name()).isPresent();
    }

    private static String modulePath(Configuration resolved) {
        return resolved.modules().stream()
                .filter(module -> !isOfTheJdk(module))
                .map(module ->
                        Path.of(module.reference().location().orElseThrow()).toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void link(Path runtime, Configuration resolved) {
        String modules = resolved.modules().stream()
                .filter(ConsumersIT::isOfTheJdk)
                .map(ResolvedModule::name)
                .sorted()
                .collect(Collectors.joining(","));
        int exitCode = ToolProvider.findFirst("jlink")
                .orElseThrow()
                .run(System.out, System.err, "--add-modules", modules, "--output", runtime.toString());
        assertThat(exitCode).as(modules).isZero();
    }

    /** Runs the application in memory, in a folder and on these stores. */
    private Program run(List<String> java, String... stores) throws Exception {
        List<String> command = new ArrayList<>(java);
        command.add("mem:consumer");
        command.add(folder.resolve("states").toUri().toString());
        command.addAll(List.of(stores));
        Program run = Program.run(folder.resolve("output"), command);
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run;
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

    /** So that what is supported is what is tested. */
    @ParameterizedTest
    @ValueSource(strings = {"spring", "oldest", "junit5", "junit6"})
    void theDocsNameTheVersionsOf(String app) throws Exception {
        String pom = Files.readString(APPS.resolve(app).resolve("pom.xml"));
        String docs = Files.readString(Path.of("..", "docs", "embedding.md"));
        assertThat(VERSION.matcher(pom).results().map(found -> found.group(1)))
                .isNotEmpty()
                .allSatisfy(version -> assertThat(docs).contains(version));
    }

    private static String javaOf(Path home) {
        return home.resolve("bin").resolve("java").toString();
    }

    private static String property(String name) {
        return requireNonNull(System.getProperty("consumers." + name), name);
    }
}
