package io.github.statelock.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete commands and options. */
@Command(
        name = "completion",
        description = "Prints a completion script for bash and zsh.",
        footerHeading = "%nExamples:%n",
        footer = {"  source <(statelock completion)"})
final class CompletionCommand implements Callable<Integer>, ReadsOnly {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash("statelock", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
        return ExitCodes.DONE;
    }
}
