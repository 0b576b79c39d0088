package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands for states, on a folder. */
class StateCommandsIT {

    private static final String KEY = "prod/network.tfstate";

    @TempDir
    private Path folder;

    private Cli cli() {
        return Cli.on(folder.toUri().toString());
    }

    private Cli.Result push(String content, String... more) {
        String[] args = Texts.concat(new String[] {"push", KEY, "-"}, more);
        return cli().runWithInput(content.getBytes(UTF_8), args);
    }

    @Test
    void whatIsPushedIsPulledByteForByte() {
        String content = Texts.state(1, "\"grüße\": 1");
        assertThat(push(content).exits(0).out()).contains("Serial:    1");
        assertThat(cli().run("pull", KEY).exits(0).out()).isEqualTo(content);
        Json.Fields expected = Json.object().with("key", KEY);
        String json = cli().run("pull", KEY, "--json").exits(0).out();
        assertThat(json).startsWith(Json.write(expected).replace("}", ",")).contains("\\\"grüße\\\": 1");
        byte[] binary = {(byte) 0xFF, 0};
        cli().runWithInput(binary, "push", "binary", "-").exits(0);
        assertThat(cli().run("pull", "binary", "--json").exits(0).out()).contains("\"contentBase64\":\"/wA=\"");
    }

    @Test
    void listsHaveOneKeyToALineAndAreBoundedByTheirPrefix() {
        push(Texts.state(1, ""));
        cli().runWithInput(new byte[] {1}, "push", "other", "-").exits(0);
        assertThat(cli().run("ls").exits(0).out()).isEqualTo("other\n" + KEY + "\n");
        assertThat(cli().run("ls", "prod/").exits(0).out()).isEqualTo(KEY + "\n");
        assertThat(cli().run("ls", "none/").exits(0).out()).isEmpty();
        assertThat(cli().run("ls", "--json", "o").exits(0).out())
                .isEqualTo("{\"states\":[\"other\"],\"skipped\":[]}\n");
    }

    @Test
    void aStateFileMustFollowTheStoredOneUnlessItIsForced() {
        push(Texts.state(5, "")).exits(0);
        push(Texts.state(5, "")).exits(0);
        Cli.Result lower = push(Texts.state(4, "")).exits(5);
        assertThat(lower.err()).contains("its serial is 4, lower than the stored state's 5");
        assertThat(lower.out()).isEmpty();
        push(Texts.state(5, "\"other\": 1")).exits(5);
        push(Texts.state(6, "").replace(Texts.LINEAGE, "another")).exits(5);
        assertThat(cli().run("pull", KEY).out()).isEqualTo(Texts.state(5, ""));
        push(Texts.state(4, ""), "--force").exits(0);
        assertThat(cli().run("pull", KEY).out()).isEqualTo(Texts.state(4, ""));
    }

    @Test
    void aMissingFileAndAnEmptyOneChangeNothing() {
        Cli.Result missing =
                cli().run("push", KEY, folder.resolve("none").toString()).exits(1);
        assertThat(missing.err()).isEqualTo("statelock: There is no file " + folder.resolve("none") + ".\n");
        assertThat(cli().run("push", KEY, folder.toString()).exits(1).err())
                .isEqualTo("statelock: " + folder + " cannot be read: Is a directory\n");
        assertThat(cli().run("push", KEY, "-").exits(2).err()).contains("There is nothing to write");
        assertThat(cli().run("pull", KEY).exits(1).err()).isEqualTo("statelock: There is no state \"" + KEY + "\".\n");
        assertThat(cli().run("locks").exits(0).out()).isEmpty();
    }

    @Test
    void aFileThatIsTooLargeIsRefusedInWords() throws Exception {
        Path huge = folder.resolve("huge");
        try (RandomAccessFile sparse = new RandomAccessFile(huge.toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        assertThat(cli().run("push", KEY, huge.toString()).exits(1).err())
                .startsWith("statelock: " + huge + " has 3221225472 bytes; no store takes more than")
                .doesNotContain("\tat ");
    }

    @Test
    void tooLittleMemoryIsAFailureInWords() throws Exception {
        Path large = folder.resolve("large");
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(100L << 20);
        }
        for (String file : new String[] {large.toString(), "-"}) {
            Cli.Result result = cli().withOption("-Xmx48m")
                    .runRedirected("<" + large, "push", KEY, file)
                    .exits(1);
            assertThat(result.err())
                    .startsWith("statelock: There is not enough memory: ")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void theStateIsShownWithItsLockAndWithoutItsContent() {
        push(Texts.state(7, "\"secret\": 1"));
        String id = cli().run("acquire", KEY, "--operation", "deploy", "--info", "build 7")
                .exits(0)
                .out()
                .strip();
        String text = cli().run("show", KEY).exits(0).out();
        assertThat(text)
                .contains("ID:        " + id, "Operation: deploy", "Info:      build 7")
                .contains("Lease:     none: held until released or forced")
                .contains("Serial:    7", "Lineage:   " + Texts.LINEAGE)
                .doesNotContain("secret");
        String json = cli().run("show", KEY, "--json").exits(0).out();
        assertThat(json)
                .contains("\"lock\":{\"key\":\"" + KEY + "\",\"id\":\"" + id + "\"", "\"leaseMillis\":null")
                .contains("\"serial\":7,\"lineage\":\"" + Texts.LINEAGE + "\"")
                .doesNotContain("secret");
    }

    @Test
    void whatIsNotThereIsToldByTheExitCode() {
        Cli.Result json = cli().run("show", "none", "--json").exits(1);
        assertThat(json.out()).isEqualTo("{\"key\":\"none\",\"lock\":null,\"state\":null}\n");
        assertThat(json.err()).startsWith("{\"error\":{\"kind\":\"failure\",\"exitCode\":1,");
        Cli.Result text = cli().run("show", "none").exits(1);
        assertThat(text.out()).isEqualTo("Key:   none\nLock:  free\nState: none\n");
        assertThat(text.err()).isEqualTo("statelock: There is no state \"none\", and it is not locked.\n");
        cli().run("acquire", "locked").exits(0);
        Cli.Result locked = cli().run("show", "locked").exits(0);
        assertThat(locked.out()).startsWith("Key:   locked\nLock:  held\n").endsWith("\nState: none\n");
        assertThat(locked.err()).isEmpty();
        push(Texts.state(1, "")).exits(0);
        cli().run("show", KEY).exits(0);
    }

    @Test
    void aDamagedStateIsReplacedByAForcedPushOrRemovedAndItsLockIsShown() throws Exception {
        push(Texts.state(1, "")).exits(0);
        damage();
        assertThat(cli().run("pull", KEY).exits(1).err())
                .contains("is not what was written", "statelock push " + KEY + " FILE --force");
        String id = cli().run("acquire", KEY).exits(0).out().strip();
        Cli.Result shown = cli().run("show", KEY).exits(1);
        assertThat(shown.out()).contains(id, "State: cannot be trusted");
        assertThat(shown.err()).contains("is not what was written");
        cli().run("unlock", KEY, id).exits(0);
        push(Texts.state(2, "")).exits(1);
        push(Texts.state(2, ""), "--force").exits(0);
        assertThat(cli().run("pull", KEY).exits(0).out()).isEqualTo(Texts.state(2, ""));
        damage();
        assertThat(cli().run("rm", KEY).exits(0).out()).contains("Deleted");
        assertThat(cli().run("ls").exits(0).out()).isEmpty();
    }

    /** Appends to the newest content. */
    private void damage() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            Path newest = files.filter(file -> file.getFileName().toString().startsWith("state."))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
            Files.writeString(newest, "x", StandardOpenOption.APPEND);
        }
    }

    /** The store takes connections and answers nothing; a command that holds nothing has nothing to give back. */
    @Test
    void aSignalEndsAReadAtOnce() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Cli.Running pull = Cli.on(
                                "gs://bucket/p?call_timeout=5m&endpoint=http://127.0.0.1:" + silent.getLocalPort())
                        .start("pull", KEY)) {
            silent.setSoTimeout(120_000);
            try (Socket request = silent.accept()) {
                pull.signal("TERM");
                assertThat(pull.process().waitFor(20, TimeUnit.SECONDS))
                        .as("ends before the patience with a command that has something to give back is over")
                        .isTrue();
                pull.result().exits(143);
            }
        }
    }

    @Test
    void aRollbackWritesTheOldContentWithASerialAboveTheNewest() {
        push(Texts.state(1, "\"first\": 1"));
        String first = newestVersion();
        push(Texts.state(8, "\"second\": 2"));
        Cli.Result rolledBack = cli().run("rollback", KEY, first).exits(0);
        assertThat(rolledBack.out()).contains("Serial:    9");
        assertThat(cli().run("pull", KEY).out()).isEqualTo(Texts.state(9, "\"first\": 1"));
        assertThat(cli().run("history", KEY).out().lines()).hasSize(3);
        assertThat(cli().run("pull", KEY, "--version-id", first).out()).isEqualTo(Texts.state(1, "\"first\": 1"));
        assertThat(cli().run("pull", KEY, "--version-id", "none").exits(1).err())
                .contains("The version none of \"" + KEY + "\" is not kept. 'statelock history' lists");
    }

    @Test
    void aRollbackUndoesAForcedPushOfAnotherLineage() {
        push(Texts.state(3, "\"mine\": 1"));
        String mine = newestVersion();
        push(Texts.state(7, "").replace(Texts.LINEAGE, "another"), "--force").exits(0);
        cli().run("rollback", KEY, mine).exits(0);
        assertThat(cli().run("pull", KEY).out()).isEqualTo(Texts.state(8, "\"mine\": 1"));
    }

    @Test
    void aSerialThatCannotBeRaisedIsAFailureInWords() {
        String highest = Texts.state(1, "").replace("\"serial\": 1", "\"serial\": " + Long.MAX_VALUE);
        push(highest).exits(0);
        assertThat(cli().run("rollback", KEY, newestVersion()).exits(1).err())
                .isEqualTo("statelock: The serial " + Long.MAX_VALUE
                        + " is the highest that there is: none can be above it.\n");
    }

    @Test
    void aDeletedStateCanBeRolledBackTo() {
        push(Texts.state(3, "\"old\": 1"));
        String old = newestVersion();
        push(Texts.state(4, ""));
        assertThat(cli().run("rm", KEY).exits(0).out()).isEqualTo("Deleted \"" + KEY + "\".\n");
        assertThat(cli().run("rm", KEY).exits(0).out()).isEqualTo("There was no state \"" + KEY + "\".\n");
        assertThat(cli().run("ls").out()).isEmpty();
        cli().run("rollback", KEY, old).exits(0);
        assertThat(cli().run("pull", KEY).out()).isEqualTo(Texts.state(5, "\"old\": 1"));
    }

    @Test
    void aRollbackOfAnEncryptedStateOrToAVersionThatIsNotKeptIsRefused() {
        push("{\"serial\":1,\"lineage\":\"L\",\"meta\":{},\"encrypted_data\":\"AAAA\",\"encryption_version\":\"v0\"}");
        String encrypted = newestVersion();
        push("{\"serial\":2,\"lineage\":\"L\",\"meta\":{},\"encrypted_data\":\"BBBB\",\"encryption_version\":\"v0\"}");
        assertThat(cli().run("rollback", KEY, encrypted).exits(1).err()).contains("The state is encrypted");
        push("{\"meta\":{},\"encrypted_data\":\"CCCC\",\"encryption_version\":\"v0\"}", "--force")
                .exits(0);
        String withoutSerial = newestVersion();
        push("{\"serial\":2,\"lineage\":\"L\",\"meta\":{},\"encrypted_data\":\"BBBB\",\"encryption_version\":\"v0\"}");
        assertThat(cli().run("rollback", KEY, withoutSerial).exits(1).err()).contains("The state is encrypted");
        assertThat(cli().run("rollback", KEY, "9-none").exits(1).err()).contains("is not kept");
        assertThat(cli().run("pull", KEY).out()).contains("BBBB");
        assertThat(cli().run("locks").out()).isEmpty();
    }

    @Test
    void resultsAreJsonWhereThatIsAskedFor() {
        String pushed = push(Texts.state(1, ""), "--json").exits(0).out();
        String fields = "\"size\":\\d+,\"serial\":1,\"lineage\":\"" + Texts.LINEAGE + "\"}}\n";
        assertThat(pushed).matches("\\{\"key\":\"" + KEY + "\",\"state\":\\{\"version\":\"[^\"]+\"," + fields);
        String first = newestVersion();
        assertThat(cli().run("history", KEY, "--json").exits(0).out())
                .matches("\\{\"revisions\":\\[\\{\"version\":\"" + first
                        + "\",\"written\":\"[0-9T:.-]+Z\",\"size\":\\d+}]}\n");
        push(Texts.state(4, "")).exits(0);
        assertThat(cli().run("rollback", KEY, first, "--json").exits(0).out())
                .startsWith("{\"key\":\"" + KEY + "\",\"from\":\"" + first + "\",\"state\":{\"version\":\"")
                .contains("\"serial\":5,");
    }

    @Test
    void aResultThatCannotBeWrittenIsAFailure() {
        push(Texts.state(1, ""));
        for (String redirection : new String[] {">/dev/full", ">&-"}) {
            for (String[] args : new String[][] {{"pull", KEY}, {"ls"}, {"show", KEY, "--json"}, {"--help"}}) {
                Cli.Result result = cli().runRedirected(redirection, args).exits(1);
                assertThat(result.err()).contains("tandard output could not be written");
            }
        }
        assertThat(cli().runRedirected(">/dev/full", "pull", "none").exits(1).err())
                .isEqualTo("statelock: There is no state \"none\".\n");
    }

    private String newestVersion() {
        List<String> lines = cli().run("history", KEY).exits(0).out().lines().toList();
        return lines.get(0).substring(0, lines.get(0).indexOf(' '));
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamedAndExitsAsDenied() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        Cli.Result result = Cli.on(file.toUri().toString()).run("ls");
        assertThat(result.code()).isIn(1, 2, 6);
        assertThat(result.err())
                .startsWith("statelock: ")
                .contains(file.toString())
                .doesNotContain("\tat ");
    }
}
