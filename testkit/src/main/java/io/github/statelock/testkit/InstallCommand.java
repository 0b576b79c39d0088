package io.github.statelock.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a package manager. */
final class InstallCommand {

    private static final long WITHIN_MINUTES = 10;

    private InstallCommand() {}

    /**
     * Runs a command to its end and returns its output.
     *
     * @throws ServerNotInstalledException where the program is missing, fails or takes more than ten minutes
     */
    static String run(String advice, Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        Path output = folder.resolve("install.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = start(builder, advice);
        process.getOutputStream().close();
        try {
            boolean ended = process.waitFor(WITHIN_MINUTES, TimeUnit.MINUTES);
            if (!ended || process.exitValue() != 0) {
                throw new ServerNotInstalledException("'" + String.join(" ", command) + "' failed: "
                        + Files.readString(output).strip() + "\n" + advice);
            }
            return Files.readString(output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerNotInstalledException("Interrupted.", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /**
     * Looks whether a program is there.
     *
     * @throws ServerNotInstalledException where it is not
     */
    static void requireProgram(String name, String advice) {
        start(new ProcessBuilder(name, "--version"), advice).destroyForcibly();
    }

    private static Process start(ProcessBuilder builder, String advice) {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ServerNotInstalledException(builder.command().get(0) + " does not run here. " + advice, e);
        }
    }
}
