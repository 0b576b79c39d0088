package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import picocli.CommandLine;

/** The examples of pipelines: YAML, shell, and commands that this version has. */
class CiExamplesTest {

    private static final Path EXAMPLES = Path.of("../examples/ci");
    private static final Pattern WORD = Pattern.compile("(?:\"[^\"]*\"|'[^']*'|[^\\s\"'])+");
    private static final Pattern COMMAND = Pattern.compile("(?m)^(?:ExecStart=/opt/statelock/)?statelock (.*)$");

    /** What a pipeline runs: scripts for a shell, and arguments of a container whose program is statelock. */
    private record Found(List<String> scripts, List<List<String>> commands) {

        static Found in(Path file) throws IOException {
            Found found = new Found(new ArrayList<>(), new ArrayList<>());
            String text = Files.readString(file);
            if (file.toString().endsWith("l")) {
                new Yaml().loadAll(text).forEach(found::search);
            } else {
                found.addCommands(text);
            }
            return found;
        }

        private void search(Object node) {
            if (node instanceof List<?> list) {
                list.forEach(this::search);
            } else if (node instanceof Map<?, ?> map) {
                map.forEach((name, value) -> take(String.valueOf(name), value));
            }
        }

        private void take(String name, Object value) {
            switch (name) {
                case "run" -> addScript(String.valueOf(value));
                case "script", "before_script" -> addScript(String.join("\n", strings(value)));
                case "args" -> commands.add(strings(value));
                default -> search(value);
            }
        }

        private void addScript(String script) {
            scripts.add(script);
            addCommands(script);
        }

        private void addCommands(String text) {
            COMMAND.matcher(text).results().map(line -> words(line.group(1))).forEach(commands::add);
        }

        private static List<String> strings(Object list) {
            return ((List<?>) list).stream().map(String::valueOf).toList();
        }

        private static List<String> words(String line) {
            return WORD.matcher(line).results().map(MatchResult::group).toList();
        }
    }

    private static Stream<Path> pipelines() throws IOException {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.filter(file -> !file.toString().endsWith(".timer")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pipelines")
    void anExampleTakesALockByACommandOfThisVersion(Path file) throws Exception {
        List<List<String>> commands = Found.in(file).commands();
        assertThat(commands).isNotEmpty().allSatisfy(command -> {
            CommandLine.ParseResult parsed = parse(command);
            assertThat(parsed.subcommand().commandSpec().name()).isEqualTo("lock");
        });
    }

    @ParameterizedTest
    @MethodSource("pipelines")
    void theScriptsOfAnExampleAreShell(Path file) throws Exception {
        for (String script : Found.in(file).scripts()) {
            Process bash =
                    new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
            try (var input = bash.outputWriter()) {
                input.write(script);
            }
            assertThat(bash.inputReader().lines()).isEmpty();
            assertThat(bash.waitFor(1, TimeUnit.MINUTES)).isTrue();
            assertThat(bash.exitValue()).isZero();
        }
    }

    @Test
    void aCommandWithAnOptionThatIsNotThereIsSeen() {
        assertThatThrownBy(() -> parse(Found.words("lock key --waiting 5m -- ./deploy.sh")))
                .isInstanceOf(CommandLine.ParameterException.class);
    }

    private static CommandLine.ParseResult parse(List<String> command) {
        return Statelock.commandLine(System.out, System.err).parseArgs(command.toArray(String[]::new));
    }
}
