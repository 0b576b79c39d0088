package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli.Result;
import io.github.statelock.cli.Cli.Running;
import org.junit.jupiter.api.Test;

/** {@code backend "http"} at {@code statelock serve}. */
class HttpIT extends InteropContract {

    @Override
    SharedStore openStore() throws Exception {
        return new HttpStore(folder);
    }

    @Test
    void aSecondOpenTofuIsRefusedAndPrintsTheFirst() throws Exception {
        try (HttpStore store = new HttpStore(folder.resolve("two"))) {
            Tofu first = initialized(folder.resolve("two/a"), store);
            Tofu second = initialized(folder.resolve("two/b"), store);
            Gate gate = new Gate(folder, "first");
            Running holding =
                    first.with("command", gate.command()).startApply("one").awaitOut(Gate.REACHED);
            Result refused = second.apply("two", "-lock-timeout=0s").exits(1);
            Transcript.of(store, "tofu apply -lock-timeout=0s, while another holds", refused);
            assertThat(refused.err())
                    .contains("HTTP remote state already locked")
                    .contains("OperationTypeApply");
            second.run("force-unlock", "-no-color", "-force", "00000000-0000-4000-8000-000000000000")
                    .exits(1);
            gate.open();
            holding.result().exits(0);
            assertThat(second.run("state", "list").exits(0).out()).isEqualTo("terraform_data.step\n");
            second.apply("two", "-lock-timeout=0s").exits(0);
            assertThat(store.residue()).isEmpty();
            Transcript.note(store, store.accessLog());
            assertThat(store.accessLog()).doesNotContain("a password");
        }
    }

    @Test
    void aLockOfOpenTofusSurvivesARestartOfTheServer() throws Exception {
        try (HttpStore store = new HttpStore(folder.resolve("two"))) {
            Tofu first = initialized(folder.resolve("two/a"), store);
            Tofu second = initialized(folder.resolve("two/b"), store);
            Gate gate = new Gate(folder, "first");
            Running holding =
                    first.with("command", gate.command()).startApply("one").awaitOut(Gate.REACHED);
            store.restart();
            assertThat(second.apply("two", "-lock-timeout=0s").exits(1).err()).contains("OperationTypeApply");
            gate.open();
            assertThat(holding.result().exits(0).out()).contains("marker = \"one\"");
            second.apply("two", "-lock-timeout=0s").exits(0);
            assertThat(store.residue()).isEmpty();
        }
    }

    /** The http backend asks nobody before it unlocks: the server compares the ID. */
    @Test
    void aLockThatAKilledOpenTofuLeftIsForcedFromTheOtherSide() throws Exception {
        try (HttpStore store = new HttpStore(folder.resolve("two"))) {
            Tofu first = initialized(folder.resolve("two/a"), store);
            Tofu second = initialized(folder.resolve("two/b"), store);
            Gate gate = new Gate(folder, "first");
            Running holding =
                    first.with("command", gate.command()).startApply("one").awaitOut(Gate.REACHED);
            holding.signal("KILL");
            holding.result();
            gate.open();
            store.restart();
            String id = Refusal.idOfOpenTofus(
                    second.apply("two", "-lock-timeout=0s").exits(1));
            second.run("force-unlock", "-no-color", "-force", id).exits(0);
            second.apply("two", "-lock-timeout=0s").exits(0);
            assertThat(store.residue()).isEmpty();
        }
    }
}
