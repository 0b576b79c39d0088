package io.github.statelock.cli;

import io.github.statelock.Printable;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.cli.Json.Fields;
import io.github.statelock.spi.Inspectable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists states. */
@Command(
        name = "ls",
        description =
                "Lists the keys of the states, one to a line. Those that the store knows to be damaged are named on standard"
                        + " error too.",
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
            Fields states = Json.object().with("states", keys);
            List<Fields> damaged = damaged(backend);
            if (!damaged.isEmpty()) {
                states.with("damaged", damaged);
            }
            root.output.result(
                    keys.stream().map(key -> Printable.line(key.value())).collect(Collectors.joining("\n")), states);
            return ExitCodes.DONE;
        }
    }

    private List<Fields> damaged(StateBackend backend) {
        List<Fields> damaged = new ArrayList<>();
        if (backend instanceof Inspectable store) {
            store.damaged(prefix.text).forEach((key, e) -> {
                String message = root.explain(e);
                damaged.add(Json.object().with("key", key).with("message", message));
                if (!root.output.isJson()) {
                    root.output.note("\"" + key + "\" cannot be read: " + message, Json.object());
                }
            });
        }
        return damaged;
    }
}
