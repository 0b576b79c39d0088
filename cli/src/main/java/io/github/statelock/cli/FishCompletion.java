package io.github.statelock.cli;

import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** A completion script for fish, which picocli has no generator for. */
final class FishCompletion {

    private FishCompletion() {}

    /** The script: a line for each command and each option. */
    static String of(CommandLine root) {
        String name = root.getCommandName();
        StringBuilder script = new StringBuilder("# Completion of " + name + " for fish.\n");
        script.append("complete -c ").append(name).append(" -n __fish_use_subcommand -f\n");
        Map<String, CommandLine> commands = new TreeMap<>(root.getSubcommands());
        commands.forEach((command, line) -> {
            script.append("complete -c ").append(name).append(" -n __fish_use_subcommand -a ");
            script.append(command).append(" -d ").append(quoted(summary(line))).append('\n');
            for (OptionSpec option : line.getCommandSpec().options()) {
                if (!option.hidden()) {
                    script.append("complete -c ").append(name);
                    script.append(" -n '__fish_seen_subcommand_from ")
                            .append(command)
                            .append('\'');
                    script.append(of(option)).append('\n');
                }
            }
        });
        return script.toString();
    }

    private static String of(OptionSpec option) {
        StringBuilder words = new StringBuilder();
        for (String name : option.names()) {
            words.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            words.append(" -r");
        }
        String[] description = option.description();
        return words + (description.length == 0 ? "" : " -d " + quoted(sentence(description[0])));
    }

    private static String summary(CommandLine line) {
        String[] description = line.getCommandSpec().usageMessage().description();
        return description.length == 0 ? "" : sentence(description[0]);
    }

    /** The first sentence; picocli writes a percent sign twice. */
    private static String sentence(String text) {
        String line = text.replace("%%", "%").replace("%n", " ");
        int end = line.indexOf(". ");
        return end < 0 ? line : line.substring(0, end + 1);
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
