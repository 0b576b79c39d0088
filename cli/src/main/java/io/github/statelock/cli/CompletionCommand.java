package io.github.statelock.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete commands and options. */
@Command(
        name = "completion",
        header = "Print a completion script for a shell.",
        description = "Prints a completion script for a shell.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  source <(statelock completion bash)      # in ~/.bashrc or ~/.zshrc",
            "  statelock completion fish | source       # in fish's config.fish"
        })
final class CompletionCommand implements Callable<Integer>, ReadsOnly {

    enum Shell {
        bash,
        zsh,
        fish
    }

    @Parameters(
            paramLabel = "SHELL",
            arity = "0..1",
            defaultValue = "bash",
            description = "${COMPLETION-CANDIDATES}; bash by default.")
    private Shell shell;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        CommandLine root = spec.root().commandLine();
        // zsh reads bash's script.
        String script = shell == Shell.fish ? FishCompletion.of(root) : AutoComplete.bash("statelock", root);
        spec.commandLine().getOut().print(script);
        spec.commandLine().getOut().flush();
        return ExitCodes.DONE;
    }
}
