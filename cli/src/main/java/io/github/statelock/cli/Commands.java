package io.github.statelock.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The subcommands, in the order in which help lists them. */
final class Commands {

    private Commands() {}

    static void addTo(CommandLine line, Statelock root) {
        line.addSubcommand(new LockCommand(root))
                .addSubcommand(new AcquireCommand(root))
                .addSubcommand(new UnlockCommand(root))
                .addSubcommand(new ForceUnlockCommand(root))
                .addSubcommand(new ShowCommand(root))
                .addSubcommand(new LsCommand(root))
                .addSubcommand(new LocksCommand(root))
                .addSubcommand(new PullCommand(root))
                .addSubcommand(new PushCommand(root))
                .addSubcommand(new HistoryCommand(root))
                .addSubcommand(new RollbackCommand(root))
                .addSubcommand(new RmCommand(root))
                .addSubcommand(new SweepCommand(root))
                .addSubcommand(new RepairDigestCommand(root))
                .addSubcommand(new ServeCommand(root))
                .addSubcommand(new MigrateCommand(root))
                .addSubcommand(new DoctorCommand(root))
                .addSubcommand(new CompletionCommand());
        line.getSubcommands()
                .values()
                .forEach(subcommand -> subcommand.getCommandSpec().addOption(help()));
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help and exit.")
                .build();
    }
}
