package io.github.statelock.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The project's {@code test-servers} folder, into whose target the build puts the servers that Maven Central has. */
final class ServerFolder {

    /** Names the folder; by default it is looked for in the working directory and upwards. */
    static final String HOME = "statelock.test.servers.home";

    private static final String NAME = "test-servers";

    private ServerFolder() {}

    /** Returns what the build put there, or says which command makes it. */
    static Path require(String name) {
        Path server = home().resolve("target").resolve("servers").resolve(name);
        if (!Files.exists(server)) {
            throw new ServerNotInstalledException(
                    server + " is missing: run 'mvn -pl test-servers generate-resources' once, in the project's root.");
        }
        return server;
    }

    static Path home() {
        Path home = find();
        if (home == null) {
            throw new ServerNotInstalledException("No folder " + NAME + " is in or above "
                    + Path.of("").toAbsolutePath() + ": name it with -D" + HOME + ".");
        }
        return home;
    }

    private static @Nullable Path find() {
        String named = System.getProperty(HOME);
        if (named != null) {
            return Path.of(named).toAbsolutePath();
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve(NAME).resolve("pom.xml"))) {
                return folder.resolve(NAME);
            }
        }
        return null;
    }
}
