package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The files that run the server elsewhere: they are read here as those programs read them. */
class DistributionTest {

    private static final Path FILES = Path.of("src/main/dist");
    private static final Path EXAMPLES = Path.of("../examples/ci");
    private static final Pattern UNIT_LINE =
            Pattern.compile("#.*|\\[(Unit|Service|Timer|Install)]|[A-Z][A-Za-z]+=\\S.*|");
    private static final Pattern CONTAINER_LINE =
            Pattern.compile("#.*|FROM \\S+:\\S+( AS \\w+)?|(ADD|RUN|COPY|ENV|USER|EXPOSE|ENTRYPOINT|CMD) .+|");
    private static final Pattern OPTION = Pattern.compile("(?<=[ \"])--[a-z-]+");

    @TempDir
    Path folder;

    @Test
    void theUnitsAreWellFormed() throws Exception {
        assertThat(units())
                .hasSize(3)
                .allSatisfy(unit -> assertThat(Files.readAllLines(unit)).allMatch(UNIT_LINE.asMatchPredicate()));
    }

    @Test
    void theUnitsCommandHasTheseOptions() throws Exception {
        List<String> lines = Files.readAllLines(FILES.resolve("statelock.service"));
        hasOptions(lines.stream()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow());
    }

    /** With another program and without the manual, which are not installed here. */
    @Test
    void systemdTakesTheUnits() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "no systemd here");
        List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify"));
        for (Path unit : units()) {
            String text = Files.readString(unit)
                    .replace("ExecStart=/opt/statelock/statelock", "ExecStart=/bin/true")
                    .replace("Documentation=man:statelock-serve(1)\n", "");
            command.add(
                    Files.writeString(folder.resolve(unit.getFileName()), text).toString());
        }
        Process verify = new ProcessBuilder(command).redirectErrorStream(true).start();
        String says = new String(verify.getInputStream().readAllBytes(), UTF_8);
        assertThat(says.lines().filter(line -> line.contains("statelock") || line.contains("nightly-backup")))
                .isEmpty();
        assertThat(verify.waitFor()).as(says).isZero();
    }

    private static List<Path> units() throws IOException {
        List<Path> units = new ArrayList<>();
        for (Path directory : List.of(FILES, EXAMPLES)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.filter(file -> file.toString().matches(".*\\.(service|timer)"))
                        .forEach(units::add);
            }
        }
        return units;
    }

    @Test
    void theContainerFileIsWellFormedAndItsCommandHasTheseOptions() throws Exception {
        List<String> lines = Files.readAllLines(FILES.resolve("Containerfile"));
        assertThat(lines).allMatch(CONTAINER_LINE.asMatchPredicate());
        hasOptions(lines.stream()
                .filter(line -> line.startsWith("CMD "))
                .findFirst()
                .orElseThrow());
    }

    private static void hasOptions(String command) {
        CommandLine serve = Objects.requireNonNull(
                Statelock.commandLine(System.out, System.err).getSubcommands().get("serve"));
        assertThat(OPTION.matcher(command).results().map(found -> found.group()).toList())
                .isNotEmpty()
                .allSatisfy(option -> assertThat(serve.getCommandSpec().findOption(option))
                        .as(option)
                        .isNotNull());
    }
}
