package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli.Result;
import io.github.statelock.cli.Cli.Running;
import io.github.statelock.cli.interop.HttpStore.Convention;
import org.junit.jupiter.api.Test;

/** {@code backend "http"} at {@code statelock serve}, configured as for GitLab. */
final class GitLabIT extends InteropContract {

    @Override
    SharedStore openStore() throws Exception {
        return new HttpStore(folder, Convention.GITLAB);
    }

    @Test
    void twoAppliesExcludeEachOtherAtAnAddressOfTheLocksOwn() throws Exception {
        twoAppliesExcludeEachOther(Convention.GITLAB);
    }

    /** What used to store the lock as the state, and to delete the state by the unlock. */
    @Test
    void twoAppliesExcludeEachOtherAtOneAddress() throws Exception {
        twoAppliesExcludeEachOther(Convention.GITLAB_AT_ONE_ADDRESS);
    }

    private void twoAppliesExcludeEachOther(Convention convention) throws Exception {
        try (HttpStore store = new HttpStore(folder.resolve("two"), convention)) {
            Tofu first = Tofu.in(folder.resolve("two/a"), store, "");
            Tofu second = Tofu.in(folder.resolve("two/b"), store, "");
            first.apply("before").exits(0);
            // 2 says that there is something to change. A plan locks and unlocks too.
            first.with("marker", "other").run("plan", "-detailed-exitcode").exits(2);
            assertThat(second.run("state", "list").exits(0).out()).isEqualTo("terraform_data.step\n");
            Gate gate = new Gate(folder, "first");
            Running holding =
                    first.with("command", gate.command()).startApply("one").awaitOut(Gate.REACHED);
            Result refused = second.apply("two", "-lock-timeout=0s").exits(1);
            Transcript.of(store, "tofu apply -lock-timeout=0s, while another holds", refused);
            assertThat(refused.err())
                    .contains("HTTP remote state already locked")
                    .contains("OperationTypeApply");
            gate.open();
            assertThat(holding.result().exits(0).out()).contains("marker = \"one\"");
            assertThat(second.apply("two", "-lock-timeout=0s").exits(0).out()).contains("marker = \"two\"");
            assertThat(store.residue()).isEmpty();
            assertThat(StateFile.serialOf(second.run("state", "pull").exits(0).out()))
                    .isEqualTo(3);
        }
    }
}
