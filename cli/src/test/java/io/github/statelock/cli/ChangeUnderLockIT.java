package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that change a state under a lock that is held already: by the lock that runs them, or since an acquire. */
class ChangeUnderLockIT {

    private static final String KEY = "prod/counter";

    /** Without the lock that runs it: what any other process would do. */
    private static final String ELSEWHERE = "env -u STATELOCK_ID ";

    @TempDir
    private Path folder;

    private String store(String name) {
        return folder.toUri() + name;
    }

    private Cli cli() {
        return Cli.on(store("store"));
    }

    private Cli.Result push(String content, String... more) {
        return cli().runWithInput(content.getBytes(UTF_8), Texts.concat(new String[] {"push", KEY, "-"}, more));
    }

    private String stored() {
        return cli().run("pull", KEY).exits(0).out();
    }

    /** Runs a script under the lock; {@code $S} in it is the command line. */
    private Cli.Result underLock(String script) {
        String command = Path.of(System.getProperty("java.home"), "bin", "java") + " -jar " + Cli.jar();
        return cli().with("S", command).run("lock", KEY, "--on-lost", "warn", "--", "sh", "-c", script);
    }

    @Test
    void everyChangeWorksUnderTheLockThatRunsIt() {
        push("one").exits(0);
        String history = cli().run("history", KEY, "--json").exits(0).out();
        String first = history.replaceAll("(?s).*\"version\":\"([^\"]*)\".*", "$1");
        Cli.Result result = underLock("printf two | $S push " + KEY + " - && $S pull " + KEY + " && $S rollback " + KEY
                + " '" + first + "' && $S pull " + KEY + " && $S rm " + KEY + " && printf three | $S push " + KEY
                + " - && $S show " + KEY + " --json");
        assertThat(result.exits(0).out())
                .contains("two", "Wrote the old content", "one", "Deleted", "\"operation\":\"lock\"");
        assertThat(stored()).isEqualTo("three");
        assertThat(cli().run("locks").exits(0).out()).isEmpty();
    }

    @Test
    void anotherKeyAndAnotherStoreAreLockedByTheCommandItself() {
        String other = store("other");
        Cli.Result result = underLock("printf 1 | $S push another - && printf 2 | $S push " + KEY + " - --store "
                + other + " && printf 3 | STATELOCK_STORE=" + other + " $S push " + KEY + " -");
        result.exits(0);
        assertThat(cli().run("pull", "another").exits(0).out()).isEqualTo("1");
        assertThat(Cli.on(other).run("pull", KEY).exits(0).out()).isEqualTo("3");
        assertThat(cli().run("ls").exits(0).out()).isEqualTo("another\n");
    }

    @Test
    void aLockThatWasAcquiredIsNamedByItsId() {
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        push("none").exits(3);
        push("none", "--lock-id", "another").exits(5);
        assertThat(push("none", "--lock-id", " ").exits(2).err()).contains("--lock-id is empty");
        push("one", "--lock-id", id).exits(0);
        assertThat(cli().run("locks").exits(0).out()).contains(id);
        cli().run("unlock", KEY, id).exits(0);
        assertThat(push("two", "--lock-id", id).exits(4).err()).contains("the key is not locked");
        assertThat(cli().run("rm", KEY, "--lock-id", id).exits(4).out()).isEmpty();
        assertThat(stored()).isEqualTo("one");
    }

    /** It has read the state; then its lock is forced, and another process takes the lock, writes, and leaves. */
    @Test
    void aChildWhoseLockIsLostDoesNotReplaceTheSuccessorsState() {
        push("1").exits(0);
        String afterLoss = "n=$($S pull " + KEY + "); $S force-unlock " + KEY + " $STATELOCK_ID --yes; printf 10 | "
                + ELSEWHERE + "$S push " + KEY + " -; echo $((n + 1)) | ";
        assertThat(underLock(afterLoss + "$S push " + KEY + " -; echo code $?")
                        .exits(4)
                        .out())
                .endsWith("code 4\n");
        assertThat(stored()).isEqualTo("10");
        // The control: without the lock's ID the late write goes through, and the successor's is lost.
        assertThat(underLock(afterLoss + ELSEWHERE + "$S push " + KEY + " -; echo code $?")
                        .exits(4)
                        .out())
                .endsWith("code 0\n");
        assertThat(stored()).isEqualTo("11\n");
    }

    @Test
    void aSuccessorThatStillHoldsTheLockIsNamed() {
        push("1").exits(0);
        Cli.Result result = underLock("$S force-unlock " + KEY + " $STATELOCK_ID --yes; " + ELSEWHERE + "$S acquire "
                + KEY + " --operation successor; printf 2 | $S push " + KEY + " -; echo code $?");
        assertThat(result.exits(4).out()).endsWith("code 5\n");
        assertThat(result.err()).contains("nothing was changed", "Operation: successor");
        assertThat(stored()).isEqualTo("1");
    }
}
