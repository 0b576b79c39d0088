package io.github.statelock.cli.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli;
import io.github.statelock.cli.Cli.Result;
import io.github.statelock.cli.Cli.Running;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line and the real OpenTofu, or Terraform, on one state. A leaf says where that state is. */
@Tag("interop")
abstract class InteropContract {

    private static final int HELD = 3;
    private static final int LOST = 4;

    @TempDir
    Path folder;

    private SharedStore store;
    private Tofu tofu;

    abstract SharedStore openStore() throws Exception;

    Tool tool() {
        return Tool.OPENTOFU;
    }

    /** A working folder of the tool on a store. */
    final Tofu initialized(Path in, SharedStore on) throws IOException {
        return Tofu.in(tool().program(), in, on, "");
    }

    @BeforeEach
    void configure() throws Exception {
        store = openStore();
        tofu = initialized(folder.resolve("tofu"), store);
    }

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    final Cli cli() {
        return cli(store);
    }

    static Cli cli(SharedStore store) {
        Cli cli = Cli.on(store.uri());
        for (var variable : store.environment().entrySet()) {
            cli = cli.with(variable.getKey(), variable.getValue());
        }
        return cli;
    }

    private Running holdOurs(Gate gate) {
        return cli().start(
                        "lock",
                        store.key(),
                        "--lease",
                        store.lease(),
                        "--operation",
                        "deploy",
                        "--info",
                        "pipeline 7 <a&b>",
                        "--",
                        "sh",
                        "-c",
                        gate.command())
                .awaitOut(Gate.REACHED);
    }

    private Running holdTheirs(String marker, Gate gate) {
        return tofu.with("command", gate.command()).startApply(marker).awaitOut(Gate.REACHED);
    }

    private Result refusedOpenTofu() {
        Result refused = tofu.apply("refused", "-lock-timeout=0s").exits(1);
        assertThat(refused.err()).contains("Error acquiring the state lock");
        return refused;
    }

    private Result refusedCli() {
        return cli().run("lock", store.key(), "--json", "--", "echo", "never printed")
                .exits(HELD);
    }

    private void noResidue() {
        assertThat(store.residue()).isEmpty();
        store.checkDigest();
    }

    @Test
    void whileOursHoldsOpenTofuIsRefusedAndPrintsOurHolder() {
        tofu.apply("before").exits(0);
        Gate gate = new Gate(folder, "ours");
        Running ours = holdOurs(gate);
        Result refused = refusedOpenTofu();
        Transcript.of(store, "tofu apply -lock-timeout=0s, while statelock lock holds", refused);
        assertThat(refused.err())
                .contains("Operation: deploy")
                .contains("Info:      pipeline 7 <a&b>")
                .contains("Who:       " + System.getProperty("user.name") + "@")
                .contains("Version:   statelock/");
        gate.open();
        ours.result().exits(0);
        noResidue();
        assertThat(tofu.apply("after", "-lock-timeout=0s").exits(0).out()).contains("marker = \"after\"");
        noResidue();
    }

    @Test
    void whileOpenTofuHoldsOursIsRefusedAndPrintsTheirHolder() {
        Gate gate = new Gate(folder, "theirs");
        Running theirs = holdTheirs("one", gate);
        Result refused =
                cli().run("lock", store.key(), "--", "echo", "never printed").exits(HELD);
        Transcript.of(store, "statelock lock, while tofu apply holds", refused);
        Transcript.of(store, "statelock show, while tofu apply holds", cli().run("show", store.key()));
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
                .contains("OperationTypeApply")
                .contains("Version:   " + tofu.version())
                .contains(System.getProperty("user.name") + "@")
                .contains("statelock force-unlock " + store.key());
        cli().runWithInput(StateFile.of(9, "x").getBytes(UTF_8), "push", store.key(), "-")
                .exits(HELD);
        gate.open();
        assertThat(theirs.result().exits(0).out()).contains("marker = \"one\"");
        noResidue();
        assertThat(cli().run("lock", store.key(), "--", "echo", "ours now")
                        .exits(0)
                        .out())
                .contains("ours now");
        noResidue();
    }

    @Test
    void openTofusForceUnlockFreesOurs() {
        tofu.apply("before").exits(0);
        Running ours = holdOurs(new Gate(folder, "ours"));
        String id = Refusal.idOfOpenTofus(refusedOpenTofu());
        Result unlocked = tofu.run("force-unlock", "-no-color", "-force", id).exits(0);
        Transcript.of(store, "tofu force-unlock -force " + id, unlocked);
        assertThat(tofu.apply("after", "-lock-timeout=0s").exits(0).out()).contains("marker = \"after\"");
        Result lost = ours.result().exits(LOST);
        Transcript.of(store, "statelock lock, whose lock was removed", lost);
        noResidue();
    }

    @Test
    void openTofusForceUnlockFreesOursThatHasNoLease() {
        tofu.apply("before").exits(0);
        String id = cli().run("acquire", store.key(), "--operation", "script")
                .exits(0)
                .out()
                .strip();
        Result refused = refusedOpenTofu();
        assertThat(refused.err()).contains("Operation: script");
        tofu.run("force-unlock", "-no-color", "-force", Refusal.idOfOpenTofus(refused))
                .exits(0);
        noResidue();
        // That it is gone is told, not taken for a release.
        assertThat(cli().run("unlock", store.key(), id).code()).isNotZero();
        tofu.apply("after", "-lock-timeout=0s").exits(0);
        noResidue();
    }

    @Test
    void ourForceUnlockFreesThatOfOpenTofuThatWasKilled() {
        tofu.apply("before").exits(0);
        Gate gate = new Gate(folder, "theirs");
        Running theirs = holdTheirs("one", gate);
        theirs.signal("KILL");
        assertThat(theirs.result().code()).isNotZero();
        gate.open();
        Result refused = refusedCli();
        Result unlocked = cli().run("force-unlock", store.key(), Refusal.idInJson(refused), "--yes")
                .exits(0);
        Transcript.of(store, "statelock force-unlock", unlocked);
        noResidue();
        tofu.apply("two", "-lock-timeout=0s").exits(0);
        noResidue();
    }

    @Test
    void aWrongIdUnlocksNeithers() {
        tofu.apply("before").exits(0);
        String mine = cli().run("acquire", store.key()).exits(0).out().strip();
        String wrong = store.backend().equals("gcs") ? "1" : "00000000-0000-4000-8000-000000000000";
        Transcript.of(
                store,
                "tofu force-unlock -force " + wrong,
                tofu.run("force-unlock", "-no-color", "-force", wrong).exits(1));
        refusedOpenTofu();
        cli().run("unlock", store.key(), mine).exits(0);
        Gate gate = new Gate(folder, "theirs");
        Running theirs = holdTheirs("one", gate);
        cli().run("force-unlock", store.key(), wrong, "--yes").exits(5);
        refusedCli();
        gate.open();
        theirs.result().exits(0);
        noResidue();
    }

    @Test
    void aStateThatWePushedIsReadAndContinuedByOpenTofu() {
        // A state that OpenTofu made when it was initialized has a lineage, which must be kept.
        String pushed = StateFile.of(7, "pushed");
        Result made = cli().run("pull", store.key());
        pushed = made.code() == 0 ? StateFile.withLineageOf(made.out(), pushed) : pushed;
        cli().runWithInput(pushed.getBytes(UTF_8), "push", store.key(), "-").exits(0);
        noResidue();
        assertThat(StateFile.serialOf(tofu.run("state", "pull").exits(0).out())).isEqualTo(7);
        assertThat(tofu.run("state", "list").exits(0).out()).isEqualTo("terraform_data.step\n");
        // 0 says that there is nothing to change, 2 that there is.
        tofu.with("marker", "pushed").run("plan", "-detailed-exitcode").exits(0);
        tofu.with("marker", "other").run("plan", "-detailed-exitcode").exits(2);
        tofu.apply("other").exits(0);
        assertThat(StateFile.serialOf(cli().run("pull", store.key()).exits(0).out()))
                .isEqualTo(8);
        noResidue();
    }

    @Test
    void aStateOfOpenTofusIsReadByUsAndPushedBack() {
        tofu.apply("theirs").exits(0);
        String theirs = cli().run("pull", store.key()).exits(0).out();
        assertThat(theirs).containsPattern("\"value\": ?\"theirs\"");
        int serial = StateFile.serialOf(theirs);
        assertThat(serial).isEqualTo(store.firstSerial());
        String stale = StateFile.withSerial(theirs, serial).replace("theirs", "other");
        cli().runWithInput(stale.getBytes(UTF_8), "push", store.key(), "-").exits(5);
        String next = StateFile.withSerial(theirs, serial + 1).replace("theirs", "ours");
        cli().runWithInput(next.getBytes(UTF_8), "push", store.key(), "-").exits(0);
        noResidue();
        tofu.with("marker", "ours").run("plan", "-detailed-exitcode").exits(0);
        assertThat(StateFile.serialOf(tofu.run("state", "pull").exits(0).out())).isEqualTo(serial + 1);
        noResidue();
    }
}
