package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person sees who sits at a terminal. */
class TerminalIT {

    private static final String KEY = "prod/network.tfstate";

    /** What comes before each line that is replaced. */
    private static final String NEXT = "\r\u001B[K\u001B[?7l";

    @TempDir
    private Path folder;

    private Cli cli() {
        return Cli.on(folder.toUri().toString());
    }

    @Test
    void theLineThatNamesTheHolderIsReplacedAndGoneAtTheEnd() {
        String id = cli().run("acquire", KEY, "--operation", "deploy")
                .exits(0)
                .out()
                .strip();
        try (Cli.Running waiter = cli().startAtTerminal(200, "lock", KEY, "--wait", "2m", "--", "echo", "mine")) {
            waiter.awaitOut(NEXT + "Waiting for \"" + KEY + "\", held by ").awaitOut("s\u001B[?7h" + NEXT + "Waiting");
            cli().run("unlock", KEY, id).exits(0);
            assertThat(waiter.result().exits(0).out()).endsWith("\r\u001B[Kmine\r\n");
        }
    }

    /** A line that went on to the next one could not be replaced: the screen would fill with them. */
    @ParameterizedTest
    @ValueSource(ints = {80, 40})
    void theLineFitsTheTerminal(int columns) {
        String key = "a/deep/folder/of/the/store/" + KEY;
        String id = cli().run("acquire", key, "--operation", "deploy of everything")
                .exits(0)
                .out()
                .strip();
        try (Cli.Running waiter = cli().startAtTerminal(columns, "lock", key, "--wait", "2m", "--", "echo", "mine")) {
            waiter.awaitOut("s\u001B[?7h" + NEXT);
            cli().run("unlock", key, id).exits(0);
            String[] shown = waiter.result().exits(0).out().split("\r\u001B\\[K", -1);
            assertThat(shown).hasSizeGreaterThan(2);
            assertThat(Stream.of(shown).skip(1).limit(shown.length - 2L))
                    .allSatisfy(line -> assertThat(line.replaceAll("\u001B\\[\\?7[lh]", ""))
                            .hasSizeLessThan(columns)
                            .contains("tfstate", " held by ")
                            .matches(".*: \\d+s"));
        }
    }

    @Test
    void aForcedUnlockShowsTheHolderAndAsks() {
        String id = cli().run("acquire", KEY, "--operation", "deploy")
                .exits(0)
                .out()
                .strip();
        try (Cli.Running no = cli().startAtTerminal("force-unlock", KEY, id)) {
            no.awaitOut("to remove it:").type("no\n");
            assertThat(no.result().exits(1).out())
                    .contains("ID:        " + id, "Type \"yes\" to remove it:", "Not unlocked.");
        }
        assertThat(cli().run("locks").out()).contains(id);
        try (Cli.Running yes = cli().startAtTerminal("force-unlock", KEY, id)) {
            yes.awaitOut("to remove it:").type("yes\n");
            assertThat(yes.result().exits(0).out()).contains("Removed the lock " + id);
        }
        assertThat(cli().run("locks").out()).isEmpty();
    }

    @Test
    void nobodyIsAskedAboutALockThatWasNotNamed() {
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        try (Cli.Running wrong = cli().startAtTerminal("force-unlock", KEY, "another")) {
            assertThat(wrong.result().exits(5).out()).contains("another", id).doesNotContain("Type \"yes\"");
        }
        assertThat(cli().run("locks").out()).contains(id);
    }

    @Test
    void aLockWithALeaseIsAskedAboutToo() {
        try (Cli.Running holder = cli().start("lock", KEY, "--", "sh", "-c", "echo $STATELOCK_ID; exec sleep 60")) {
            String id = holder.awaitOut("\n").out().strip();
            try (Cli.Running yes = cli().startAtTerminal("force-unlock", KEY, id)) {
                yes.awaitOut("to remove it:").type("yes\n");
                assertThat(yes.result().exits(0).out()).contains("Removed the lock " + id);
            }
            holder.result().exits(4);
        }
    }

    @Test
    void anInterruptEndsTheQuestion() {
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        try (Cli.Running asked = cli().startAtTerminal("force-unlock", KEY, id)) {
            asked.awaitOut("to remove it:").type("\u0003");
            assertThat(asked.result().exits(130).out()).contains("Interrupted.");
        }
        assertThat(cli().run("locks").out()).contains(id);
    }

    /** The terminal sends INT to the whole foreground group: the command gets it once, and not once more from us. */
    @Test
    void theTerminalsInterruptReachesTheCommandOnce() throws IOException {
        Path script = folder.resolve("script.sh");
        Files.writeString(script, "trap 'echo got INT' INT; echo ready; while read line; do echo $line; done; exit 5");
        try (Cli.Running running = cli().startAtTerminal("lock", KEY, "--", "sh", script.toString())) {
            running.awaitOut("ready").type("\u0003");
            running.awaitOut("got INT").type("after\n\u0004");
            assertThat(running.result().exits(5).out().split("got INT", -1)).hasSize(2);
        }
        assertThat(cli().run("locks").out()).isEmpty();
    }
}
