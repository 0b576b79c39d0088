package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The files that run the server elsewhere: they are read here as those programs read them. */
class DistributionTest {

    private static final Path FILES = Path.of("src/main/dist");
    private static final Pattern UNIT_LINE = Pattern.compile("#.*|\\[(Unit|Service|Install)]|[A-Z][A-Za-z]+=\\S.*|");
    private static final Pattern CONTAINER_LINE =
            Pattern.compile("#.*|FROM \\S+:\\S+|(COPY|ENV|USER|EXPOSE|ENTRYPOINT|CMD) .+|");
    private static final Pattern OPTION = Pattern.compile("(?<=[ \"])--[a-z-]+");

    @TempDir
    Path folder;

    @Test
    void theUnitIsWellFormedAndItsCommandHasTheseOptions() throws Exception {
        List<String> lines = Files.readAllLines(FILES.resolve("statelock.service"));
        assertThat(lines).allMatch(UNIT_LINE.asMatchPredicate());
        hasOptions(lines.stream()
                .filter(line -> line.startsWith("ExecStart="))
                .findFirst()
                .orElseThrow());
    }

    @Test
    void systemdTakesTheUnit() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "no systemd here");
        String unit = Files.readString(FILES.resolve("statelock.service"))
                .replace("ExecStart=/opt/statelock/statelock", "ExecStart=/bin/true")
                .replace("Documentation=man:statelock-serve(1)\n", "");
        Path copy = Files.writeString(folder.resolve("statelock.service"), unit);
        Process verify = new ProcessBuilder("systemd-analyze", "verify", copy.toString())
                .redirectErrorStream(true)
                .start();
        String says = new String(verify.getInputStream().readAllBytes(), UTF_8);
        assertThat(says.lines().filter(line -> line.contains("statelock.service")))
                .isEmpty();
        assertThat(verify.waitFor()).as(says).isZero();
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
