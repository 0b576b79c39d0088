package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;

/** What help says can be copied from a terminal of 80 columns, the usual width. */
class HelpTest {

    private static Map<String, CommandLine> commands() {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
        CommandLine root = Statelock.commandLine(nowhere, nowhere);
        Map<String, CommandLine> all = new TreeMap<>(root.getSubcommands());
        all.put("", root);
        all.values()
                .forEach(one ->
                        one.getCommandSpec().usageMessage().autoWidth(false).width(80));
        return all;
    }

    private static String help(CommandLine command) {
        return command.getUsageMessage(Ansi.OFF);
    }

    @Test
    void noWordIsBroken() {
        commands().forEach((name, command) -> {
            List<String> shown = help(command).lines().flatMap(HelpTest::words).toList();
            assertThat(texts(command.getCommandSpec()).flatMap(HelpTest::words))
                    .as(name)
                    .isSubsetOf(shown);
        });
    }

    /** A terminal that wraps a line copies it as one. */
    @Test
    void anExampleIsOneLine() {
        commands().forEach((name, command) -> {
            String[] examples = command.getCommandSpec().usageMessage().footer();
            assertThat(help(command).lines()).as(name).contains(examples);
        });
    }

    @Test
    void allElseFitsTheWidth() {
        commands()
                .forEach((name, command) -> assertThat(
                                help(command).lines().takeWhile(line -> !line.equals("Examples:")))
                        .as(name)
                        .allMatch(line -> line.length() <= 80));
    }

    private static Stream<String> texts(CommandSpec command) {
        return Stream.of(
                        Stream.of(command.usageMessage().description()),
                        command.options().stream().flatMap(option -> Stream.of(option.description())),
                        command.options().stream()
                                .map(option -> option.longestName()
                                        + (option.arity().max() == 0 ? "" : "=" + option.paramLabel())),
                        command.positionalParameters().stream()
                                .flatMap(parameter -> Stream.of(parameter.description())))
                .flatMap(text -> text)
                .map(text -> text.replace("%%", "%"));
    }

    private static Stream<String> words(String line) {
        return Stream.of(line.strip().split("\\s+", -1));
    }
}
