package io.github.statelock.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches the servers and programs that Maven Central does not have, once per machine. */
final class ServerInstall {

    static final String AZURITE_VERSION = "3.37.0";
    static final String FAKE_GCS_SERVER_VERSION = "v1.56.1";
    static final String GCS_EMULATOR_VERSION = "v0.0.0-20240401123056-edc69752f474";

    private static final String NODE = "Install Node.js 22 or later, with npm.";
    private static final String GO = "Install Go 1.26 or later.";
    private static final Pattern MODULE_FOLDER = Pattern.compile("\"Dir\": \"(.*)\"");
    private static final boolean WINDOWS =
            System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");

    private ServerInstall() {}

    /** Returns Azurite's script for its blob service, which needs Node.js to run too. */
    static Path azurite() {
        InstallCommand.requireProgram("node", NODE);
        Path folder = ServerCache.ofThisUser().install("azurite-" + AZURITE_VERSION, ServerInstall::installAzurite);
        return folder.resolve(Path.of("node_modules", "azurite", "dist", "src", "blob", "main.js"));
    }

    static Path gcsEmulator() {
        return goProgram(
                "gcsemulator", "github.com/fullstorydev/emulators/storage/cmd/gcsemulator", GCS_EMULATOR_VERSION);
    }

    static Path fakeGcsServer() {
        return goProgram("fake-gcs-server", "github.com/fsouza/fake-gcs-server", FAKE_GCS_SERVER_VERSION);
    }

    /** The lock file pins the whole tree with hashes; no package's own scripts run. */
    private static void installAzurite(Path folder) throws IOException {
        Path pinned = ServerFolder.home().resolve("azurite");
        for (String file : List.of("package.json", "package-lock.json")) {
            Files.copy(pinned.resolve(file), folder.resolve(file));
        }
        InstallCommand.run(
                NODE,
                folder,
                Map.of(),
                List.of(WINDOWS ? "npm.cmd" : "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
    }

    private static Path goProgram(String name, String module, String version) {
        Path folder = ServerCache.ofThisUser()
                .install(
                        name + "-" + version,
                        target -> InstallCommand.run(
                                GO,
                                target,
                                Map.of("GOBIN", target.toString(), "CGO_ENABLED", "0"),
                                List.of("go", "install", module + "@" + version)));
        return folder.resolve(WINDOWS ? name + ".exe" : name);
    }

    /** Go refuses to install a module whose go.mod replaces another, so this one is built in its folder of the module cache. */
    static Path openTofu() {
        String version = TestPrograms.OPENTOFU_VERSION;
        Path folder = ServerCache.ofThisUser().install("tofu-" + version, target -> buildOpenTofu(target, version));
        return folder.resolve(WINDOWS ? "tofu.exe" : "tofu");
    }

    private static void buildOpenTofu(Path target, String version) throws IOException {
        String download = InstallCommand.run(
                GO,
                target,
                Map.of(),
                List.of("go", "mod", "download", "-json", "github.com/opentofu/opentofu@" + version));
        InstallCommand.run(
                GO,
                target,
                Map.of("CGO_ENABLED", "0"),
                List.of(
                        "go",
                        "build",
                        "-C",
                        moduleFolder(download),
                        "-mod=readonly",
                        "-trimpath",
                        "-ldflags=-s -w",
                        "-o",
                        target.resolve(WINDOWS ? "tofu.exe" : "tofu").toString(),
                        "./cmd/tofu"));
    }

    /** Where Go has put a module, from what {@code go mod download -json} printed. */
    static String moduleFolder(String download) {
        Matcher folder = MODULE_FOLDER.matcher(download);
        if (!folder.find()) {
            throw new ServerNotInstalledException("Go does not say where it put the module: " + download + "\n" + GO);
        }
        return folder.group(1).replace("\\\\", "\\");
    }
}
