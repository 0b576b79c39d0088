package io.github.statelock.cli.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli;
import io.github.statelock.cli.Cli.Result;
import io.github.statelock.cli.Cli.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code backend "local"}, whose locks end with their processes and cannot be forced by either side. */
@Tag("interop")
class LocalIT {

    private static final int HELD = 3;

    @TempDir
    Path folder;

    private LocalStore store;
    private Tofu tofu;
    private Cli cli;

    @BeforeEach
    void configure() throws IOException {
        store = new LocalStore(folder);
        tofu = Tofu.in(tool().program(), folder.resolve("tofu"), store, "");
        cli = Cli.on(store.uri());
    }

    Tool tool() {
        return Tool.OPENTOFU;
    }

    private Running holdOurs(Gate gate) {
        String[] shell = {"--operation", "deploy", "--", "sh", "-c", gate.command()};
        return cli.start("lock", store.key(), shell[0], shell[1], shell[2], shell[3], shell[4], shell[5])
                .awaitOut(Gate.REACHED);
    }

    @Test
    void whileOursHoldsOpenTofuIsRefusedAndPrintsOurHolder() {
        tofu.apply("before").exits(0);
        Gate gate = new Gate(folder, "ours");
        Running ours = holdOurs(gate);
        Result refused = tofu.apply("refused", "-lock-timeout=0s").exits(1);
        Transcript.of(store, "tofu apply -lock-timeout=0s, while statelock lock holds", refused);
        assertThat(refused.err())
                .contains("Error acquiring the state lock", "Operation: deploy", "Version:   statelock/");
        gate.open();
        ours.result().exits(0);
        assertThat(store.residue()).isEmpty();
        tofu.apply("after").exits(0);
    }

    @Test
    void whileOpenTofuHoldsOursIsRefusedAndPrintsTheirHolder() {
        Gate gate = new Gate(folder, "theirs");
        Running theirs = tofu.with("command", gate.command()).startApply("one").awaitOut(Gate.REACHED);
        Result refused =
                cli.run("lock", store.key(), "--", "echo", "never printed").exits(HELD);
        Transcript.of(store, "statelock lock, while tofu apply holds", refused);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("OperationTypeApply", "Version:   " + tofu.version());
        cli.runWithInput(StateFile.of(9, "x").getBytes(UTF_8), "push", store.key(), "-")
                .exits(HELD);
        assertThat(cli.run("locks").exits(0).out()).contains(store.key(), "OperationTypeApply");
        gate.open();
        theirs.result().exits(0);
        assertThat(cli.run("locks").exits(0).out()).isEmpty();
        cli.run("lock", store.key(), "--", "true").exits(0);
    }

    @Test
    void theLockOfAToolThatWasKilledIsFree() throws Exception {
        tofu.apply("before").exits(0);
        Gate gate = new Gate(folder, "theirs");
        Running theirs = tofu.with("command", gate.command()).startApply("one").awaitOut(Gate.REACHED);
        theirs.process().descendants().forEach(ProcessHandle::destroyForcibly);
        theirs.signal("KILL");
        theirs.result();
        assertThat(store.infoFile()).as("what the killed one said of itself").exists();
        assertThat(cli.run("locks").exits(0).out()).isEmpty();
        assertThat(cli.run("lock", store.key(), "--", "echo", "ours now")
                        .exits(0)
                        .out())
                .contains("ours now");
        assertThat(store.infoFile()).doesNotExist();
    }

    /** A tool that waits has the file open: were it removed or replaced, the tool would write to where nobody finds it. */
    @Test
    void aToolThatWaitedForOursWritesToTheFileThatIsThere() {
        Gate gate = new Gate(folder, "ours");
        Running ours = holdOurs(gate);
        Running theirs = tofu.startApply("waited", "-lock-timeout=100s");
        theirs.awaitOut("Acquiring state lock");
        gate.open();
        ours.result().exits(0);
        theirs.result().exits(0);
        assertThat(cli.run("pull", store.key()).exits(0).out()).contains("waited");
    }

    @Test
    void statesGoBothWays() throws IOException {
        tofu.apply("theirs").exits(0);
        String theirs = cli.run("pull", store.key()).exits(0).out();
        String next =
                StateFile.withSerial(theirs, StateFile.serialOf(theirs) + 1).replace("theirs", "ours");
        cli.runWithInput(next.getBytes(UTF_8), "push", store.key(), "-").exits(0);
        assertThat(Files.readString(Path.of(store.file() + ".backup"))).isEqualTo(theirs);
        tofu.with("marker", "ours").run("plan", "-detailed-exitcode").exits(0);
        tofu.apply("again").exits(0);
        cli.run("rm", store.key()).exits(0);
        tofu.with("marker", "again").run("plan", "-detailed-exitcode").exits(2);
        assertThat(store.residue()).isEmpty();
    }

    @Test
    void aFolderOfTheirsIsNotTakenForOneOfOurs() {
        tofu.apply("theirs").exits(0);
        String uri = store.uri().replaceFirst("^tfdir:", "file:");
        Result refused =
                Cli.on(uri).run("lock", store.key(), "--", "echo", "inside").exits(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("local backend", "tfdir:///");
        Cli.on(uri).run("ls").exits(2);
        assertThat(store.residue()).isEmpty();
    }
}
