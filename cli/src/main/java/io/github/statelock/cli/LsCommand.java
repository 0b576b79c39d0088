package io.github.statelock.cli;

import io.github.statelock.Printable;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists states. */
@Command(
        name = "ls",
        description = "Lists the keys of the states, one to a line.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock ls prod/"})
final class LsCommand implements Callable<Integer>, ReadsOnly {

    private final Statelock root;

    @Mixin
    private PrefixParameter prefix = new PrefixParameter();

    LsCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (StateBackend backend = root.open()) {
            List<StateKey> keys = backend.states().list(prefix.text);
            root.output.rows(
                    "states",
                    keys.stream().map(key -> Printable.line(key.value())).toList(),
                    keys);
            return ExitCodes.DONE;
        }
    }
}
