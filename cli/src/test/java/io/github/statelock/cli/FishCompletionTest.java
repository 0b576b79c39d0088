package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FishCompletionTest {

    private static String script() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        CommandLine root = Statelock.commandLine(nowhere, nowhere);
        return FishCompletion.of(root);
    }

    @Test
    void everyCommandAndEveryOptionIsCompleted() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        Statelock.commandLine(nowhere, nowhere).getSubcommands().forEach((name, line) -> {
            assertThat(script()).contains(" -n __fish_use_subcommand -a " + name + " -d '");
            line.getCommandSpec().options().stream()
                    .filter(option -> !option.hidden())
                    .forEach(option -> assertThat(script())
                            .contains("'__fish_seen_subcommand_from " + name + "'")
                            .contains(" -l " + option.longestName().substring(2)));
        });
    }

    @Test
    void anOptionWithAValueTakesOne() {
        assertThat(script().lines())
                .anyMatch(line -> line.contains("from lock'") && line.contains(" -l wait -r -d '"))
                .anyMatch(line -> line.contains("from lock'") && line.contains(" -l json -d '"));
    }

    @Test
    void everyLineIsOneCommandWithItsQuotesClosed() {
        assertThat(script().lines().skip(1)).allSatisfy(line -> {
            assertThat(line).startsWith("complete -c statelock ");
            assertThat(line.replace("\\'", "").chars().filter(c -> c == '\'').count() % 2)
                    .isZero();
        });
    }
}
