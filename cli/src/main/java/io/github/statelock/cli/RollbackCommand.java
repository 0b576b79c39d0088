package io.github.statelock.cli;

import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateStore.Revision;
import io.github.statelock.StateVersion;
import io.github.statelock.terraform.StateHeader;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Makes an old version the newest. */
@Command(
        name = "rollback",
        header = "Bring back an old version of a state.",
        description =
                "Writes an old version of a state again, under its lock. A state file gets a serial higher than the"
                        + " newest, so that nobody takes it for stale; everything else in it stays byte for byte, its lineage"
                        + " too, so that a mistaken 'push --force' can be undone. An encrypted state"
                        + " is refused, since its serial is sealed inside.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock rollback prod/network.tfstate VERSION"})
final class RollbackCommand implements Callable<Integer> {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Parameters(index = "1", paramLabel = "VERSION", description = "The version, as 'statelock history' lists it.")
    private String version;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    RollbackCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (StateBackend backend = root.open();
                LockedState locked = change.lock(root, backend, key, "rollback")) {
            State old = backend.states()
                    .read(key, new StateVersion(version))
                    .orElseThrow(() -> new FailureException("The version " + version + " of \"" + key
                            + "\" is not kept. 'statelock history' lists those that are."));
            byte[] content = withHigherSerial(old, locked.read(), backend.states());
            State written = State.ofOwned(key, locked.overwrite(content), content);
            root.output.result(
                    "Wrote the old content of \"" + key + "\" again:\n" + States.describe(written),
                    Json.object().with("key", key).with("from", version).with("state", States.json(written)));
            return ExitCodes.DONE;
        }
    }

    private byte[] withHigherSerial(State old, Optional<State> current, StateStore states) {
        Optional<StateHeader> header = StateHeader.of(old);
        StateSerial.requirePlain(old.bytes()); // with a serial outside or without
        if (header.isEmpty()) {
            return old.bytes();
        }
        // Where the state was deleted, what was deleted counts.
        Optional<State> newest = current.or(() -> states.history(key).stream()
                .findFirst()
                .map(Revision::version)
                .flatMap(last -> states.read(key, last)));
        long highest = LongStream.concat(
                        LongStream.of(header.get().serial()),
                        newest.flatMap(StateHeader::of).stream().mapToLong(StateHeader::serial))
                .max()
                .getAsLong();
        if (highest == Long.MAX_VALUE) {
            throw new FailureException(
                    "The serial " + highest + " is the highest that there is: none can be above it.");
        }
        return StateSerial.replace(old.bytes(), highest + 1);
    }
}
