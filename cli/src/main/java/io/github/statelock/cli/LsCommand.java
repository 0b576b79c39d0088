package io.github.statelock.cli;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.Printable;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.cli.Json.Fields;
import io.github.statelock.s3.S3Backend;
import io.github.statelock.spi.Inspectable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists states. */
@Command(
        name = "ls",
        header = "List the states.",
        description =
                "Lists the keys of the states, one to a line. Told on standard error: on S3 the states of Terraform's other"
                        + " workspaces, with the store that has them; what may be a state and has no key; and states that the"
                        + " store knows to be damaged.",
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
            Fields fields = Json.object().with("states", keys);
            if (backend instanceof S3Backend s3) {
                fields.with("workspaces", workspaces(s3));
            }
            List<Fields> leftOut = backend.states().leftOut(prefix.text).stream()
                    .map(this::leftOut)
                    .toList();
            List<Fields> damaged = damaged(backend);
            if (!damaged.isEmpty()) {
                fields.with("damaged", damaged);
            }
            root.output.result(lines(keys, "\n"), fields.with("skipped", leftOut));
            return ExitCodes.DONE;
        }
    }

    private static String lines(List<StateKey> keys, String separator) {
        return keys.stream().map(key -> Printable.line(key.value())).collect(Collectors.joining(separator));
    }

    /** The states of other workspaces have no keys in this store, so they are told and not listed. */
    private List<Fields> workspaces(S3Backend backend) {
        List<Fields> rows = new ArrayList<>();
        others(backend).forEach((workspace, keys) -> {
            URI store = StoreUri.inWorkspace(root.store(), workspace);
            note(count(keys.size()) + " of the workspace " + Printable.line(workspace) + ", by --store "
                    + Shell.quote(store.toString()) + ": " + lines(keys, ", "));
            rows.add(Json.object()
                    .with("workspace", workspace)
                    .with("store", store)
                    .with("states", keys));
        });
        return rows;
    }

    private Map<String, List<StateKey>> others(S3Backend backend) {
        try {
            return backend.workspaces(prefix.text);
        } catch (BackendDeniedException e) {
            note("The states of other workspaces could not be listed: " + e.getMessage());
            return Map.of();
        }
    }

    private static String count(int states) {
        return states == 1 ? "1 state" : states + " states";
    }

    private Fields leftOut(StateStore.LeftOut left) {
        note("left out " + Printable.line(left.name()) + ", which no key names: " + left.reason());
        return Json.object().with("name", left.name()).with("reason", left.reason());
    }

    private List<Fields> damaged(StateBackend backend) {
        List<Fields> damaged = new ArrayList<>();
        if (backend instanceof Inspectable store) {
            store.damaged(prefix.text).forEach((key, e) -> {
                String message = root.explain(e);
                damaged.add(Json.object().with("key", key).with("message", message));
                note("\"" + key + "\" cannot be read: " + message);
            });
        }
        return damaged;
    }

    /** JSON has it in the result. */
    private void note(String text) {
        if (!root.output.isJson()) {
            root.output.note(text, Json.object());
        }
    }
}
