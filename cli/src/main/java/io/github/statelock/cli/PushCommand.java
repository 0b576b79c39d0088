package io.github.statelock.cli;

import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a state. */
@Command(
        name = "push",
        header = "Write a state.",
        description =
                "Writes a state under its lock. A state file must have the stored one's lineage and a higher serial (or"
                        + " be the same bytes). In a command of 'statelock lock' for the same key and store it writes under"
                        + " that lock.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  statelock push prod/network.tfstate network.tfstate",
            "  tofu state pull | statelock push backup/network.tfstate -",
            "  statelock lock counter -- sh -c 'statelock pull counter | ./next | statelock push counter -'"
        })
final class PushCommand implements Callable<Integer> {

    /** The highest that max_state_bytes of a store can be; stores say themselves what they take. */
    private static final long MOST_BYTES = Integer.MAX_VALUE - 1024L;

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file to write; - for standard input.")
    private String file;

    @Option(names = "--force", description = "Write whatever the serial and lineage are.")
    private boolean force;

    @Mixin
    private ChangeOptions change = new ChangeOptions();

    PushCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        byte[] content = file.equals("-") ? StandardInput.all() : read(Path.of(file));
        if (content.length == 0) {
            throw new UsageException(
                    "There is nothing to write: a state has at least one byte. 'statelock rm' removes one.");
        }
        try (StateBackend backend = root.openOrMake();
                LockedState locked = change.lock(root, backend, key, "push")) {
            State written = State.ofOwned(key, force ? locked.overwrite(content) : locked.write(content), content);
            root.output.result(
                    "Wrote \"" + key + "\":\n" + States.describe(written),
                    Json.object().with("key", key).with("state", States.json(written)));
            return ExitCodes.DONE;
        }
    }

    private static byte[] read(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MOST_BYTES) {
            throw new FailureException(file + " has " + size + " bytes; no store takes more than " + MOST_BYTES + ".");
        }
        try {
            return Files.readAllBytes(file);
        } catch (FileSystemException e) { // it names the file itself
            throw e;
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
