package io.github.statelock.cli;

import io.github.statelock.Printable;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore.Revision;
import io.github.statelock.cli.Json.Fields;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the versions of a state. */
@Command(
        name = "history",
        header = "List the versions of a state.",
        description = "Lists the versions of a state that can still be read, the newest first: version, time, bytes.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  statelock history prod/network.tfstate",
            "  statelock pull prod/network.tfstate --version-id VERSION | less"
        })
final class HistoryCommand implements Callable<Integer>, ReadsOnly {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    HistoryCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (StateBackend backend = root.open()) {
            List<Revision> revisions = backend.states().history(key);
            if (!backend.capabilities().history()) {
                root.output.note(
                        "This store keeps no old versions.", Json.object().with("history", false));
            }
            root.output.rows(
                    "revisions",
                    revisions.stream().map(HistoryCommand::line).toList(),
                    revisions.stream().map(HistoryCommand::json).toList());
            return ExitCodes.DONE;
        }
    }

    private static String line(Revision revision) {
        return Printable.line(revision.version().value()) + "  " + revision.written() + "  " + revision.size();
    }

    private static Fields json(Revision revision) {
        return Json.object()
                .with("version", revision.version())
                .with("written", revision.written())
                .with("size", revision.size());
    }
}
