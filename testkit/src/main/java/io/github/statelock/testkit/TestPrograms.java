package io.github.statelock.testkit;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Programs that tests run beside the JVM. Each is built once per machine, into a folder of its own that all builds of a user
 * share ({@code ~/.cache/statelock-test-servers}, or what the system property {@code statelock.test.servers.cache} names).
 *
 * <p>Where a program can't be had, the test is aborted with a message that says what to install; with {@code CI=true} in the
 * environment it fails instead.
 *
 * <p>All methods may be called from any number of threads and processes.
 */
public final class TestPrograms {

    /** The version of OpenTofu that {@link #openTofu()} returns, such as {@code v1.2.3}. */
    public static final String OPENTOFU_VERSION = "v1.12.6";

    /** Whatever came of each: one that failed once is not tried again by the next test. */
    private static final Map<String, CompletableFuture<Path>> PROGRAMS = new ConcurrentHashMap<>();

    private TestPrograms() {}

    /**
     * Returns OpenTofu's command, of {@link #OPENTOFU_VERSION}. The first call on a machine builds it with Go from the sources
     * that Go's module proxy has, which takes some minutes.
     *
     * @return the program
     */
    public static Path openTofu() {
        CompletableFuture<Path> mine = new CompletableFuture<>();
        CompletableFuture<Path> first = PROGRAMS.putIfAbsent("OpenTofu", mine);
        if (first == null) {
            mine.completeAsync(() -> orAborted("OpenTofu", ServerInstall::openTofu, System.getenv()), Runnable::run);
            first = mine;
        }
        return ServerResolution.orThrow(first);
    }

    static Path orAborted(String name, Supplier<Path> install, Map<String, String> environment) {
        try {
            return install.get();
        } catch (ServerNotInstalledException e) {
            throw ServerResolution.missing("No " + name + " to test with. " + e.getMessage(), environment, e);
        }
    }
}
