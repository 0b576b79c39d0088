package io.github.statelock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands for locks, on a folder: what a script and a person see. */
class LockCommandsIT {

    private static final String KEY = "prod/network.tfstate";

    @TempDir
    private Path folder;

    private String store() {
        return folder.toUri() + "store";
    }

    private Cli cli() {
        return Cli.on(store());
    }

    private String recordOf(String json, String field) {
        int start = json.indexOf("\"" + field + "\":\"") + field.length() + 4;
        return json.substring(start, json.indexOf('"', start));
    }

    @Test
    void theCommandRunsUnderTheLockWithItsDataInTheEnvironment() {
        Cli.Result result = cli().run(
                        "lock",
                        KEY,
                        "--operation",
                        "deploy",
                        "--fencing",
                        "--",
                        "sh",
                        "-c",
                        "echo $STATELOCK_KEY $STATELOCK_ID $STATELOCK_STORE $STATELOCK_FENCE; "
                                + shell("show", KEY, "--json"));
        String[] lines = result.exits(0).out().split("\n", -1);
        String[] words = lines[0].split(" ", -1);
        assertThat(words[0]).isEqualTo(KEY);
        assertThat(words[2]).isEqualTo(store());
        assertThat(words[3]).isEqualTo("1");
        assertThat(recordOf(lines[1], "id")).isEqualTo(words[1]);
        assertThat(recordOf(lines[1], "operation")).isEqualTo("deploy");
        assertThat(lines[1]).contains("\"leaseMillis\":30000");
        assertThat(cli().run("show", KEY, "--json").out()).contains("\"lock\":null");
    }

    @Test
    void anInnerLockWithoutAFenceHasNotTheOuterOnes() {
        String inner = shell("lock", "inner", "--", "sh", "-c", "'echo inner ${STATELOCK_FENCE-none} $STATELOCK_KEY'");
        assertThat(cli().run("lock", KEY, "--fencing", "--", "sh", "-c", "echo outer $STATELOCK_FENCE; " + inner)
                        .exits(0)
                        .out())
                .isEqualTo("outer 1\ninner none inner\n");
    }

    /** The command line, for a shell. */
    private static String shell(String... args) {
        return Path.of(System.getProperty("java.home"), "bin", "java") + " -jar " + Cli.jar() + " "
                + String.join(" ", args);
    }

    @Test
    void theCommandsExitCodeIsReturnedAndTheLockIsGone() {
        cli().run("lock", KEY, "--", "sh", "-c", "exit 42").exits(42);
        cli().run("lock", KEY, "--", "sh", "-c", "kill -KILL $$").exits(137);
        Cli.Result none = cli().run("lock", KEY, "--", "no-such-program").exits(127);
        assertThat(none.err()).contains("no-such-program").doesNotContain("\tat ");
        assertThat(cli().run("locks").exits(0).out()).isEmpty();
    }

    @Test
    void argumentsOfTheCommandAreLeftAsTheyAre() {
        assertThat(cli().run("lock", KEY, "--", "echo", "--json", "@file", "--", "$x", "a b", "")
                        .exits(0)
                        .out())
                .isEqualTo("--json @file -- $x a b \n");
    }

    @Test
    void whatBefallsTheCommandIsJsonWhereThatIsAskedFor() {
        assertThat(cli().run("lock", KEY, "--json", "--", "no-such-program")
                        .exits(127)
                        .err())
                .startsWith("{\"notStarted\":\"")
                .contains("no-such-program")
                .hasLineCount(1);
        String id = cli().run("acquire", KEY, "--json").exits(0).out();
        id = recordOf(id, "id");
        assertThat(cli().run("unlock", KEY, id, "--json").exits(0).out())
                .isEqualTo("{\"key\":\"" + KEY + "\",\"id\":\"" + id + "\",\"released\":true}\n");
        try (Cli.Running running =
                cli().start("lock", KEY, "--lease", "5s", "--json", "--", "sh", "-c", "echo ready; exec sleep 60")) {
            running.awaitOut("ready");
            String lost = recordOf(cli().run("show", KEY, "--json").out(), "id");
            cli().run("force-unlock", KEY, lost, "--yes").exits(0);
            assertThat(running.result().exits(4).err())
                    .contains("{\"lost\":\"" + lost + "\"}\n")
                    .contains("{\"error\":{\"kind\":\"lost\",\"exitCode\":4,");
        }
    }

    @Test
    void aHeldLockIsRefusedWithItsHolderAndTheCommandThatFreesIt() {
        String id = cli().run("acquire", KEY, "--operation", "deploy")
                .exits(0)
                .out()
                .strip();
        Cli.Result refused =
                cli().run("lock", KEY, "--", "touch", folder.resolve("ran").toString());
        assertThat(refused.exits(3).err())
                .contains("is held by somebody else", "ID:        " + id, "Operation: deploy", "This lock has no lease")
                .endsWith("\n  statelock force-unlock " + KEY + " " + id + "\n");
        assertThat(folder.resolve("ran")).doesNotExist();
        Cli.Result json =
                cli().run("acquire", KEY, "--json", "--store", store()).exits(3);
        assertThat(json.out()).isEmpty();
        assertThat(json.err())
                .startsWith("{\"error\":{\"kind\":\"held\",\"exitCode\":3,\"message\":")
                .contains("\"holder\":{\"key\":\"" + KEY + "\",\"id\":\"" + id + "\"")
                .contains("\"command\":\"statelock force-unlock " + KEY + " " + id + " --store " + store() + "\"");
        assertThat(json.err().lines()).hasSize(1);
    }

    @Test
    void aScriptAcquiresAndUnlocksByTheId() {
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        assertThat(id).matches("[0-9a-f-]{36}");
        assertThat(cli().run("locks").exits(0).out()).startsWith(KEY + "  ").contains(id, "lease none");
        Cli.Result wrong = cli().run("unlock", KEY, "0" + id.substring(1) + "x").exits(5);
        assertThat(wrong.err()).contains("nothing was changed", id);
        cli().run("unlock", KEY, id).exits(0);
        assertThat(cli().run("unlock", KEY, id).exits(4).err()).contains("the key is not locked");
    }

    @Test
    void aLeasedLockIsNotUnlockedAndTheCommandThatFreesItIsNamed() {
        try (Cli.Running holder = cli().start("lock", KEY, "--", "sh", "-c", "echo $STATELOCK_ID; exec sleep 60")) {
            String id = holder.awaitOut("\n").out().strip();
            Cli.Result refused = cli().run("unlock", KEY, id).exits(3);
            assertThat(refused.err())
                    .startsWith("statelock: The lock of \"" + KEY + "\" has a lease, which its holder renews")
                    .contains("ID:        " + id)
                    .endsWith("\n  statelock force-unlock " + KEY + " " + id + "\n");
            assertThat(cli().run("unlock", KEY, id, "--json").exits(3).err())
                    .startsWith("{\"error\":{\"kind\":\"held\",\"exitCode\":3,\"message\":")
                    .contains("\"command\":\"statelock force-unlock ");
        }
    }

    @Test
    void aLockWhoseIdCannotBeToldIsNotLeftBehind() {
        Cli.Result result = cli().runRedirected(">/dev/full", "acquire", KEY).exits(1);
        assertThat(result.err()).contains("tandard output could not be written", "The lock was released again.");
        assertThat(cli().run("locks").exits(0).out()).isEmpty();
    }

    /** Written by another program. What is shown is run by a shell, as a person would who copies it. */
    @ParameterizedTest
    @ValueSource(strings = {"x\\u001b[2J\\ny", "it's $(x) \\\\ \\t", "--yes", "-", "\\ufffd", "\\u009b1m\\u202e"})
    void aForeignRecordsIdIsFreedByWhatIsShown(String id) throws Exception {
        cli().run("acquire", KEY).exits(0);
        changeRecords("\"ID\":\"[^\"]*\"", "\"ID\":\"" + id + "\"");
        List<String> error = cli().run("acquire", KEY).exits(3).err().lines().toList();
        String shown = error.get(error.size() - 1);
        assertThat(shown.codePoints()).noneMatch(c -> Character.getType(c) == Character.CONTROL);
        runByShell(shown + " --yes").exits(0);
        assertThat(cli().run("locks").exits(0).out()).isEmpty();
    }

    private Cli.Result runByShell(String line) {
        String script = "statelock() { " + shell("\"$@\"") + "; }; " + line;
        try (Cli.Running running =
                new Cli.Running(List.of("sh", "-c", script), Map.of("STATELOCK_STORE", store()), new byte[0])) {
            return running.result();
        }
    }

    /** It could wait for ever: the lock around it is released when it has ended. */
    @Test
    void aLockThatIsTakenOnceMoreInsideIsRefusedAndNotSaidToBeSomebodyElses() {
        for (String options : List.of("", "--wait 2m", "--operation inner --try")) {
            Cli.Result refused = cli().run(
                            "lock",
                            KEY,
                            "--",
                            "sh",
                            "-c",
                            shell("lock", KEY, options, "--", "echo", "twice") + "; exit $?")
                    .exits(3);
            assertThat(refused.out()).isEmpty();
            assertThat(refused.err())
                    .startsWith("statelock: Error acquiring the state lock: \"" + KEY
                            + "\" is held by the 'statelock lock' that runs this command.\nLock Info:\n  ID:")
                    .contains("-lock=false")
                    .doesNotContain("force-unlock", "somebody else", "Waiting for");
        }
        String json = shell("lock", "outer", "--", shell("acquire", KEY, "--json", "--wait", "2m"));
        assertThat(cli().run("lock", KEY, "--", "sh", "-c", json).exits(3).err())
                .startsWith("{\"error\":{\"kind\":\"held\",\"exitCode\":3,")
                .contains("\"holder\":{", "\"outer\":true")
                .doesNotContain("\"command\":");
        assertThat(cli().run("locks").exits(0).out()).isEmpty();
    }

    @Test
    void aLockAroundThatIsNotTheHolderIsNoHindrance() {
        String inner = shell("lock", KEY, "--wait", "2m", "--", "echo", "mine");
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        try (Cli.Running waiter = cli().start("lock", "outer", "--", "sh", "-c", inner)) {
            waiter.awaitErr("Waiting for \"" + KEY + "\"");
            cli().run("unlock", KEY, id).exits(0);
            assertThat(waiter.result().exits(0).out()).isEqualTo("mine\n");
        }
    }

    @Test
    void aForcedUnlockNeedsAYesAndTheRightId() {
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        assertThat(cli().run("force-unlock", KEY, id).exits(2).err()).contains("There is no terminal to ask at", id);
        cli().run("force-unlock", KEY, "another", "--yes").exits(5);
        assertThat(cli().run("show", KEY, "--json").out()).contains(id);
        cli().run("force-unlock", KEY, id, "--yes").exits(0);
        assertThat(cli().run("force-unlock", KEY, id, "--yes", "--json")
                        .exits(0)
                        .out())
                .isEqualTo("{\"key\":\"" + KEY + "\",\"removed\":false}\n");
    }

    @Test
    void aWaiterNamesTheHolderAndGoesOnWhenTheLockIsFree() {
        String id = cli().run("acquire", KEY, "--operation", "deploy")
                .exits(0)
                .out()
                .strip();
        try (Cli.Running waiter = cli().start("lock", KEY, "--wait", "2m", "--", "echo", "mine")) {
            waiter.awaitErr("Waiting for \"" + KEY + "\", held by ").awaitErr("(deploy) since ");
            cli().run("unlock", KEY, id).exits(0);
            assertThat(waiter.result().exits(0).out()).isEqualTo("mine\n");
        }
        cli().run("acquire", KEY).exits(0);
        try (Cli.Running waiter = cli().start("push", KEY, "-", "--wait", "1s", "--json")) {
            assertThat(waiter.result().exits(2).err()).contains("There is nothing to write");
        }
        Cli.Result late = cli().run("rm", KEY, "--wait", "1s", "--json").exits(3);
        assertThat(late.err()).contains("{\"waiting\":{\"elapsedMillis\":").contains("\"kind\":\"held\"");
    }

    /** The holder's process is killed; a folder knows that from its process ID, so the lock is moved to another machine's. */
    @Test
    void aDeadHoldersLockIsTakenOverAfterItsLeaseEvenByOneWhoDoesNotWait() throws Exception {
        try (Cli.Running holder =
                cli().start("lock", KEY, "--lease", "5s", "--", "sh", "-c", "echo held; cat; sleep 60")) {
            holder.awaitOut("held");
            kill(holder.process().toHandle());
        }
        makeForeign();
        long start = System.nanoTime();
        assertThat(cli().run("lock", KEY, "--try", "--", "echo", "mine")
                        .exits(3)
                        .err())
                .contains("Its lease is 5 s")
                .doesNotContain("Waiting");
        assertThat(cli().run("lock", KEY, "--no-takeover", "--", "echo", "mine")
                        .exits(3)
                        .err())
                .contains("Its lease is 5 s");
        Cli.Result taken = cli().run("lock", KEY, "--", "echo", "mine").exits(0);
        assertThat(taken.out()).isEqualTo("mine\n");
        assertThat(taken.err()).contains("Took over the lock of \"" + KEY + "\"");
        assertThat(System.nanoTime() - start).isGreaterThan(6_000_000_000L); // the lease and its margin of a second
    }

    /** A folder knows at once that a process of the same machine has ended. */
    @Test
    void aTryTakesALockThatIsKnownToHaveExpired() {
        try (Cli.Running holder = cli().start("lock", KEY, "--", "sh", "-c", "echo held; cat; sleep 60")) {
            holder.awaitOut("held");
            kill(holder.process().toHandle());
        }
        cli().run("lock", KEY, "--no-takeover", "--", "echo", "mine").exits(3);
        assertThat(cli().run("lock", KEY, "--try", "--", "echo", "mine")
                        .exits(0)
                        .out())
                .isEqualTo("mine\n");
        assertThat(cli().run("acquire", KEY, "--try", "--wait", "1s").exits(2).err())
                .startsWith("statelock: --try does not wait");
    }

    private static void kill(ProcessHandle handle) {
        List<ProcessHandle> children = handle.descendants().toList();
        handle.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        handle.onExit().join();
    }

    /** As if the holder had lived on another machine. */
    private void makeForeign() throws Exception {
        changeRecords("\"Process\":\"[^;]*;", "\"Process\":\"elsewhere;");
    }

    private void changeRecords(String pattern, String with) throws Exception {
        try (var files = Files.walk(folder.resolve("store"))) {
            for (Path file :
                    files.filter(f -> f.getFileName().toString().equals("lock")).toList()) {
                String record = Files.readString(file);
                Files.writeString(file, record.replaceAll(pattern, Matcher.quoteReplacement(with)));
            }
        }
    }

    @Test
    void aLivingHoldersLeaseIsNotOutwaited() {
        try (Cli.Running holder = cli().start("lock", KEY, "--lease", "5s", "--", "sh", "-c", "echo held; sleep 100")) {
            holder.awaitOut("held");
            assertThat(cli().run("lock", KEY, "--", "echo", "mine").exits(3).err())
                    .contains("held by somebody else");
            assertThat(cli().run("sweep").exits(0).out()).isEmpty();
            holder.signal("TERM");
            holder.result().exits(143);
        }
        assertThat(cli().run("locks").out()).isEmpty();
    }

    @Test
    void signalsArePassedOnAndTheCommandDecides() {
        String script = "trap 'echo got TERM; exit 7' TERM; trap 'echo got INT' INT; trap 'echo got HUP' HUP;"
                + " echo ready; while :; do sleep 0.1; done";
        try (Cli.Running running = cli().start("lock", KEY, "--", "sh", "-c", script)) {
            running.awaitOut("ready");
            running.signal("INT");
            running.awaitOut("got INT");
            running.signal("HUP");
            running.awaitOut("got HUP");
            running.signal("TERM");
            assertThat(running.result().exits(7).out()).contains("got TERM");
        }
        assertThat(cli().run("locks").out()).isEmpty();
    }

    /** All that would end this process by default, and leave its command running without a lock. */
    @Test
    void signalsOfTheCommandsOwnArePassedOnToo() {
        List<String> names = List.of("USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "PWR", "STKFLT");
        StringBuilder script = new StringBuilder();
        names.forEach(name -> script.append("trap 'echo got ")
                .append(name)
                .append("' ")
                .append(name)
                .append("; "));
        script.append("trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done");
        try (Cli.Running running = cli().start("lock", KEY, "--", "bash", "-c", script.toString())) {
            running.awaitOut("ready");
            for (String name : names) {
                running.signal(name);
                running.awaitOut("got " + name + "\n");
            }
            running.signal("TERM");
            running.result().exits(7);
        }
        assertThat(cli().run("locks").out()).isEmpty();
    }

    /** As under nohup, and as a script's background job. Both ignore them: this process, and its command by inheritance. */
    @Test
    void aSignalThatWasIgnoredAtTheStartStaysIgnored() throws Exception {
        Path go = folder.resolve("go");
        String script = "kill -s HUP $$; kill -s INT $$; kill -s USR1 $$; echo ready;" + " while [ ! -e " + go
                + " ]; do sleep 0.1; done; exit 5";
        try (Cli.Running running = cli().startIgnoring("HUP INT USR1", "lock", KEY, "--", "sh", "-c", script)) {
            running.awaitOut("ready");
            running.signal("HUP");
            running.signal("INT");
            running.signal("USR1");
            Files.createFile(go);
            running.result().exits(5);
        }
        assertThat(cli().run("locks").out()).isEmpty();
    }

    /** Its parents have ended, and it belongs to a lock inside the one that is lost. */
    @Test
    void whenTheLockIsLostWhatAnInnerLockLeftBehindEndsToo() throws Exception {
        Path alive = folder.resolve("alive");
        Path orphan = Files.writeString(
                folder.resolve("orphan"), "trap '' TERM; while :; do echo . >> " + alive + "; sleep 0.1; done");
        String inner = shell("lock", "inner", "--", "sh", "-c", "'sh " + orphan + " > /dev/null 2>&1 &'");
        String script = inner + "; while [ ! -e " + alive + " ]; do sleep 0.1; done; echo ready; exec sleep 60";
        try (Cli.Running running = cli().start("lock", KEY, "--lease", "5s", "--", "sh", "-c", script)) {
            running.awaitOut("ready");
            assertThat(orphans(orphan)).hasSize(1);
            String id = recordOf(cli().run("show", KEY, "--json").out(), "id");
            cli().run("force-unlock", KEY, id, "--yes").exits(0);
            running.result().exits(4);
            assertThat(orphans(orphan)).isEmpty();
        } finally {
            orphans(orphan).forEach(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void whenTheLockIsLostTheCommandAndItsChildrenEnd() {
        Path alive = folder.resolve("alive");
        // It ignores TERM, and so does its child.
        String script = "trap '' TERM; (while :; do echo . >> " + alive + "; sleep 0.1; done) & echo ready; wait";
        try (Cli.Running running = cli().start("lock", KEY, "--lease", "5s", "--", "sh", "-c", script)) {
            running.awaitOut("ready");
            String id = recordOf(cli().run("show", KEY, "--json").out(), "id");
            cli().run("force-unlock", KEY, id, "--yes").exits(0);
            Cli.Result lost = running.result().exits(4);
            assertThat(lost.err()).contains("is lost: ending the command.", "its record is gone");
        }
        assertThat(children(alive)).isEmpty();
    }

    private static List<ProcessHandle> orphans(Path script) {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").endsWith("sh " + script))
                .toList();
    }

    private static List<ProcessHandle> children(Path named) {
        return ProcessHandle.allProcesses()
                .filter(p -> p.info().commandLine().orElse("").contains(named.toString()))
                .toList();
    }

    @Test
    void withWarnTheCommandGoesOnAndTheLossIsTold() {
        try (Cli.Running running = cli().start(
                        "lock",
                        KEY,
                        "--lease",
                        "5s",
                        "--on-lost",
                        "warn",
                        "--",
                        "sh",
                        "-c",
                        "echo ready; sleep 6; echo done")) {
            running.awaitOut("ready");
            String id = recordOf(cli().run("show", KEY, "--json").out(), "id");
            cli().run("force-unlock", KEY, id, "--yes").exits(0);
            Cli.Result lost = running.result().exits(4);
            assertThat(lost.out()).contains("done");
            assertThat(lost.err()).contains("is lost: the command goes on without it.");
        }
    }

    @Test
    void sweepRemovesTheLocksOfDeadHoldersOnly() throws Exception {
        String lasting = cli().run("acquire", "lasting").exits(0).out().strip();
        try (Cli.Running holder = cli().start("lock", KEY, "--lease", "5s", "--", "sh", "-c", "echo held; sleep 60")) {
            holder.awaitOut("held");
            kill(holder.process().toHandle());
        }
        makeForeign();
        assertThat(cli().run("sweep", "--json").exits(0).out())
                .startsWith("{\"removed\":[{\"key\":\"" + KEY + "\"")
                .doesNotContain(lasting);
        assertThat(cli().run("locks").exits(0).out()).contains(lasting).doesNotContain(KEY);
    }

    @Test
    void whoIsToldToStopWhileItWaitsLeavesNothing() {
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        try (Cli.Running waiter = cli().start("acquire", KEY, "--wait", "2m")) {
            waiter.awaitErr("Waiting for");
            waiter.signal("TERM");
            assertThat(waiter.result().exits(143).err()).contains("Interrupted.");
        }
        cli().run("unlock", KEY, id).exits(0);
        assertThat(cli().run("locks").exits(0).out()).isEmpty();
    }

    @Test
    void theLauncherRunsTheJarFromAnywhere() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("sl"), Cli.launcher());
        try (Cli.Running running = new Cli.Running(
                List.of(link.toString(), "lock", KEY, "--", "echo", "a  b"),
                Map.of("STATELOCK_STORE", store()),
                new byte[0])) {
            assertThat(running.result().exits(0).out()).isEqualTo("a  b\n");
        }
        try (Cli.Running running =
                new Cli.Running(List.of(link.toString(), "--version"), Map.of("JAVA_HOME", "/none"), new byte[0])) {
            assertThat(running.result().exits(1).err()).contains("There is no Java at /none/bin/java");
        }
    }
}
