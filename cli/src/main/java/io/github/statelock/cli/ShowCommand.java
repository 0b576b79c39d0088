package io.github.statelock.cli;

import io.github.statelock.ObservedLock;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.cli.Json.Fields;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Shows one state and its lock. */
@Command(
        name = "show",
        header = "Show who holds a lock, and what the state is.",
        description =
                "Shows who holds the lock of a state, and the state's serial, lineage, size and version. Exits with 1 if"
                        + " there is neither a state nor a lock.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock show prod/network.tfstate --json | jq .lock.who"})
final class ShowCommand implements Callable<Integer>, ReadsOnly {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    ShowCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        try (StateBackend backend = root.open()) {
            Optional<ObservedLock> lock = backend.locks().inspect(key);
            Optional<State> state;
            try {
                state = backend.states().read(key);
            } catch (StateCorruptException e) {
                show(lock, "cannot be trusted", null);
                throw e;
            }
            show(
                    lock,
                    state.map(s -> "\n" + States.describe(s)).orElse("none"),
                    state.map(States::json).orElse(null));
            if (lock.isEmpty() && state.isEmpty()) {
                throw new FailureException("There is no state \"" + key + "\", and it is not locked.");
            }
            return ExitCodes.DONE;
        }
    }

    private void show(Optional<ObservedLock> lock, String state, @Nullable Fields stateJson) {
        root.output.result(
                "Key:   " + key
                        + "\nLock:  "
                        + lock.map(l -> "held\n" + Locks.describe(l)).orElse("free")
                        + "\nState: "
                        + state,
                Json.object()
                        .with("key", key)
                        .with("lock", lock.map(Locks::json).orElse(null))
                        .with("state", stateJson));
    }
}
