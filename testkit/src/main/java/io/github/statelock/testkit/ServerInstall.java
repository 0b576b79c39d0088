package io.github.statelock.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Fetches the servers that Maven Central does not have, once per machine. */
final class ServerInstall {

    static final String AZURITE_VERSION = "3.37.0";
    static final String FAKE_GCS_SERVER_VERSION = "v1.56.1";
    static final String GCS_EMULATOR_VERSION = "v0.0.0-20240401123056-edc69752f474";

    private static final String NODE = "Install Node.js 22 or later, with npm.";
    private static final String GO = "Install Go 1.26 or later.";
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
}
