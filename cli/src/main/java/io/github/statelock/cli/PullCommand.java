package io.github.statelock.cli;

import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.cli.Json.Fields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints a state. */
@Command(
        name = "pull",
        header = "Print a state.",
        description = "Prints a state to standard output, byte for byte; with --json as a field of an object.",
        footerHeading = "%nExamples:%n",
        footer = {"  statelock pull prod/network.tfstate > network.tfstate"})
final class PullCommand implements Callable<Integer>, ReadsOnly {

    private final Statelock root;

    @Parameters(index = "0", paramLabel = "KEY", description = "The state's key.")
    private StateKey key;

    @Option(
            names = "--version-id",
            paramLabel = "VERSION",
            description = "An old version, as 'statelock history' lists it. By default the newest.")
    private @Nullable String version;

    PullCommand(Statelock root) {
        this.root = root;
    }

    @Override
    public Integer call() throws IOException {
        try (StateBackend backend = root.open()) {
            State state = (version == null
                            ? backend.states().read(key)
                            : backend.states().read(key, new StateVersion(version)))
                    .orElseThrow(() -> new FailureException(
                            version == null
                                    ? "There is no state \"" + key + "\"."
                                    : "The version " + version + " of \"" + key
                                            + "\" is not kept. 'statelock history' lists those that are."));
            if (root.output.isJson()) {
                root.output.result("", json(state));
            } else {
                state.newInputStream().transferTo(root.output.raw());
                root.output.raw().flush();
            }
            return ExitCodes.DONE;
        }
    }

    private Fields json(State state) {
        Fields fields = Json.object().with("key", key);
        fields.putAll(States.json(state));
        byte[] bytes = state.bytes();
        try {
            return fields.with(
                    "content",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException e) {
            return fields.with("contentBase64", Base64.getEncoder().encodeToString(bytes)); // it is no text
        }
    }
}
