package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.LockOptions;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.WriteCondition;
import io.github.statelock.local.FileBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Migrations between folders. */
class MigrateIT {

    private static final StateKey NETWORK = StateKey.of("prod/network.tfstate");

    @TempDir
    Path folder;

    private Path from = Path.of("");
    private Path to = Path.of("");

    @BeforeEach
    void nameFolders() throws IOException {
        from = Files.createDirectory(folder.resolve("from"));
        to = Files.createDirectory(folder.resolve("to"));
    }

    private Cli.Result migrate(String... more) {
        return Cli.bare().run(args(from, to, more));
    }

    private static String[] args(Path from, Path to, String... more) {
        return Stream.concat(
                        Stream.of(
                                "migrate",
                                "--from",
                                from.toUri().toString(),
                                "--to",
                                to.toUri().toString()),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    private static void put(Path store, String key, String content) {
        try (StateBackend backend = FileBackend.open(store)) {
            backend.states().write(StateKey.of(key), content.getBytes(UTF_8), WriteCondition.unconditional());
        }
    }

    private static void putMany(Path store, int count) {
        try (StateBackend backend = FileBackend.open(store)) {
            for (int i = 0; i < count; i++) {
                byte[] content = Texts.state(i, "").getBytes(UTF_8);
                backend.states().write(StateKey.of(String.format("many/%03d", i)), content, WriteCondition.ifAbsent());
            }
        }
    }

    private static Map<StateKey, String> states(Path store) {
        Map<StateKey, String> found = new TreeMap<>();
        try (StateBackend backend = FileBackend.open(store)) {
            for (StateKey key : backend.states().list("")) {
                found.put(key, backend.states().read(key).map(State::utf8).orElseThrow());
            }
        }
        return found;
    }

    private static boolean hasNoLock(Path store) {
        try (StateBackend backend = FileBackend.open(store)) {
            return backend.locks().list("").isEmpty();
        }
    }

    private static String lockForEver(Path store, StateKey key) throws InterruptedException {
        try (StateBackend backend = FileBackend.open(store)) {
            var lock = backend.locks()
                    .acquire(
                            key,
                            LockOptions.builder().operation("deploy").noLease().build());
            lock.detach();
            return lock.info().id();
        }
    }

    private static Map<String, String> files(Path root) {
        try (Stream<Path> paths = Files.walk(root)) {
            Map<String, String> found = new TreeMap<>();
            for (Path path : (Iterable<Path>) paths::iterator) {
                found.put(path.toString(), Files.isDirectory(path) ? "" : Files.readString(path));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(String name, String json) {
        Matcher matcher = Pattern.compile("\"" + name + "\":([0-9]+)").matcher(json);
        assertThat(matcher.find()).as("%s in %s", name, json).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    @Test
    void allStatesOfAFolderAreCopiedByteForByteAndTheSourceStays() {
        putMany(from, 12);
        put(from, "grüße/ä.tfstate", "no state file");
        Map<StateKey, String> before = states(from);
        Cli.Result result = migrate("--all").exits(0);
        assertThat(result.out()).isEqualTo("States: 13. 13 copied, 0 already there, 0 failed.\n");
        assertThat(result.err()).contains("(13/13) copied many/011").doesNotContain("[#");
        assertThat(states(to)).isEqualTo(before);
        assertThat(states(from)).isEqualTo(before);
        assertThat(hasNoLock(from)).isTrue();
        assertThat(hasNoLock(to)).isTrue();
    }

    @Test
    void aRunThatWasKilledIsCompletedByTheSameCommand() {
        putMany(from, 300);
        try (Cli.Running first = Cli.bare().start(args(from, to, "--all"))) {
            first.awaitErr("(5/300)").signal("KILL");
            assertThat(first.result().code()).isEqualTo(137);
        }
        int copiedBefore = states(to).size();
        assertThat(copiedBefore).isBetween(5, 299);
        Cli.Result second = migrate("--all", "--json").exits(0);
        assertThat(number("alreadyThere", second.out())).isEqualTo(copiedBefore);
        assertThat(number("copied", second.out())).isEqualTo(300 - copiedBefore);
        assertThat(states(to)).hasSize(300).isEqualTo(states(from));
        assertThat(hasNoLock(from)).isTrue();
        assertThat(hasNoLock(to)).isTrue();
    }

    @Test
    void aRunThatIsAskedToStopEndsAfterTheStateItIsAtAndReleasesBothLocks() {
        putMany(from, 300);
        Cli.Result stopped;
        try (Cli.Running run = Cli.bare().start(args(from, to, "--all"))) {
            run.awaitErr("(5/300)").signal("TERM");
            stopped = run.result();
        }
        assertThat(stopped.code()).isEqualTo(143);
        assertThat(stopped.out()).contains(" not tried.");
        assertThat(hasNoLock(from)).isTrue();
        assertThat(hasNoLock(to)).isTrue();
    }

    @Test
    void aDryRunSaysWhatWouldHappenAndChangesNothing() throws Exception {
        put(from, "a", "1");
        put(from, "b", "2");
        put(to, "b", "2");
        put(from, "c", "3");
        put(to, "c", "other");
        String id = lockForEver(from, StateKey.of("d"));
        put(from, "d", "4");
        Map<String, String> before = files(folder);
        Cli.Result result = migrate("--all", "--dry-run").exits(5);
        assertThat(result.out()).isEqualTo("States: 4. 1 to copy, 1 already there, 2 failed. Nothing was changed.\n");
        assertThat(result.err())
                .contains(
                        "would copy a", "already there: b", "failed c: The target has another state", "failed d: ", id);
        assertThat(migrate("--all", "--dry-run", "--force").exits(3).out()).contains("1 to overwrite");
        assertThat(files(folder)).isEqualTo(before);
        assertThat(Cli.bare()
                        .run(args(from, folder.resolve("new"), "--dry-run", "a"))
                        .exits(0)
                        .out())
                .contains("1 to copy");
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void aStateThatDiffersAtTheTargetIsLeftAndTheOthersGoOn() {
        put(from, "a", "1");
        put(from, NETWORK.value(), Texts.state(7, ""));
        put(from, "z", "3");
        put(to, NETWORK.value(), Texts.state(5, ""));
        Cli.Result result = migrate("--all").exits(5);
        assertThat(result.err())
                .contains("failed prod/network.tfstate: The target has another state", "Serial:    7", "Serial:    5")
                .contains("--force");
        assertThat(states(to)).containsEntry(NETWORK, Texts.state(5, "")).containsEntry(StateKey.of("z"), "3");
        assertThat(migrate("--all", "--force").exits(0).out())
                .isEqualTo("States: 3. 0 copied, 2 already there, 1 overwritten, 0 failed.\n");
        assertThat(states(to)).isEqualTo(states(from));
    }

    @Test
    void aStateThatSomebodyHoldsOnEitherSideIsRefusedAndTheOthersGoOn() throws Exception {
        put(from, "a", "1");
        put(from, "b", "2");
        put(from, "c", "3");
        String atSource = lockForEver(from, StateKey.of("a"));
        String atTarget = lockForEver(to, StateKey.of("c"));
        Cli.Result result = migrate("--all").exits(3);
        assertThat(result.err())
                .contains("Operation: deploy")
                .contains("statelock force-unlock a " + atSource + " --store " + from.toUri())
                .contains("statelock force-unlock c " + atTarget + " --store " + to.toUri());
        assertThat(states(to)).containsOnlyKeys(StateKey.of("b"));
        try (StateBackend source = FileBackend.open(from)) {
            assertThat(source.locks().list(""))
                    .as("the lock that was there, and none of the run's")
                    .singleElement()
                    .satisfies(lock -> assertThat(lock.hasId(atSource)).isTrue());
        }
    }

    @Test
    void withJsonThereIsARowForEachStateAndOneObjectInTheEnd() {
        put(from, "a", "1");
        put(from, "b", "2");
        put(to, "b", "other");
        Cli.Result result = migrate("b", "a", "b", "--json").exits(5);
        assertThat(result.out().lines()).hasSize(1);
        assertThat(result.out())
                .startsWith("{\"dryRun\":false,\"total\":2,\"copied\":1,\"overwritten\":0,\"alreadyThere\":0")
                .contains(
                        "\"failed\":1,\"notTried\":0,\"keys\":[{\"key\":\"b\",\"target\":\"b\",\"outcome\":\"failed\"")
                .contains("\"error\":{\"kind\":\"conflict\",\"exitCode\":5,\"message\":")
                .contains("{\"key\":\"a\",\"target\":\"a\",\"outcome\":\"copied\",\"size\":1,\"error\":null}");
        assertThat(result.err().lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("{\"done\":").contains("\"total\":2"));
    }

    @Test
    void aKeyThatTheSourceDoesNotHaveFails() {
        put(from, "a", "1");
        assertThat(migrate("missing", "a").exits(1).err()).contains("There is no state \"missing\" at the source.");
        assertThat(states(to)).containsOnlyKeys(StateKey.of("a"));
    }

    @Test
    void whatMakesNoSenseIsRefusedBeforeAnythingIsDone() throws Exception {
        put(from, "a", "1");
        Path link = Files.createSymbolicLink(folder.resolve("link"), from);
        migrate().exits(2);
        migrate("--all", "a").exits(2);
        assertThat(Cli.bare().run(args(from, from, "--all")).exits(2).err()).contains("the same store");
        assertThat(Cli.bare().run(args(from, link, "--all")).exits(2).err()).contains("the same store");
        assertThat(Cli.bare()
                        .run(args(folder.resolve("missing"), to, "--all"))
                        .exits(2)
                        .err())
                .contains("There is no folder");
        assertThat(folder.resolve("missing")).doesNotExist();
        Cli.bare().run("migrate", "--from", from.toUri().toString(), "--all").exits(2);
        assertThat(states(to)).isEmpty();
    }

    @Test
    void whereNothingIsFoundThatIsSaidAndIsNoSuccess() {
        assertThat(migrate("--all").exits(1).out())
                .isEqualTo("States: 0. 0 copied, 0 already there, 0 failed. There is no state at the source.\n");
        assertThat(migrate("--all", "--dry-run").exits(1).out()).contains("There is no state at the source.");
    }

    @Test
    void aThirdStoreIsRefusedAndNotIgnored() {
        put(from, "a", "1");
        assertThat(migrate("--all", "--store", "file:///elsewhere").exits(2).err())
                .contains("leave --store out");
        assertThat(states(to)).isEmpty();
    }

    @Test
    void statesGetTheNamesThatTheyAreGiven() throws Exception {
        put(from, "a", "1");
        put(from, "b=c", "2");
        put(from, "d", "3");
        Path map = Files.writeString(folder.resolve("map"), "# names\n\na=one\nb\\=c=two\n");
        Cli.Result result = migrate("--all", "--map", map.toString(), "d=three").exits(0);
        assertThat(result.err()).contains("copied a as one", "copied b=c as two", "copied d as three");
        assertThat(states(to))
                .isEqualTo(Map.of(StateKey.of("one"), "1", StateKey.of("two"), "2", StateKey.of("three"), "3"));
        assertThat(migrate("a", "d=three", "--json").exits(0).out())
                .contains("{\"key\":\"a\",\"target\":\"a\",\"outcome\":\"copied\"")
                .contains("{\"key\":\"d\",\"target\":\"three\",\"outcome\":\"alreadyThere\"");
        migrate("--map", folder.resolve("missing").toString()).exits(1);
        migrate("--map", Files.writeString(map, "no equals sign").toString()).exits(2);
    }

    @Test
    void aFolderOfTheToolsOwnStatesIsRecognized() throws Exception {
        Files.writeString(from.resolve("terraform.tfstate"), Texts.state(3, ""));
        Cli.Result refused = migrate("--all").exits(2);
        assertThat(refused.err()).contains("local backend").contains("tfdir://" + from);
        Cli.bare().run("doctor", "--store", from.toUri().toString()).exits(1);
        Cli.Result copied = Cli.bare()
                .run("migrate", "--from", "tfdir://" + from, "--to", to.toUri().toString(), "--all")
                .exits(0);
        assertThat(copied.out()).startsWith("States: 1. 1 copied");
        assertThat(states(to)).containsEntry(StateKey.of("terraform.tfstate"), Texts.state(3, ""));
    }

    @Test
    void onATerminalThereIsABarAndALineOnlyForWhatFails() throws Exception {
        put(from, "a", "1");
        put(from, "b", "2");
        put(to, "a", "other");
        try (Cli.Running run = Cli.bare().startAtTerminal(args(from, to, "--all"))) {
            String shown = run.result().exits(5).out();
            assertThat(shown)
                    .containsPattern("\r\u001B\\[K(\u001B\\[\\?7l)?\\[\\.{30}] 0/2 a")
                    .containsPattern("\r\u001B\\[K(\u001B\\[\\?7l)?\\[#{15}\\.{15}] 1/2 b")
                    .contains("failed a: The target has another state", "1 copied")
                    .doesNotContain("(2/2)");
        }
    }

    @Test
    void twoMigrationsInOppositeDirectionsBothEnd() {
        put(from, "a", "1");
        put(to, "a", "2");
        for (int round = 0; round < 3; round++) {
            try (Cli.Running there = Cli.bare().start(args(from, to, "a", "--wait", "2s"));
                    Cli.Running back = Cli.bare().start(args(to, from, "a", "--wait", "2s"))) {
                assertThat(there.result().code()).isIn(3, 5);
                assertThat(back.result().code()).isIn(3, 5);
            }
        }
        assertThat(states(from)).containsEntry(StateKey.of("a"), "1");
        assertThat(states(to)).containsEntry(StateKey.of("a"), "2");
        assertThat(hasNoLock(from)).isTrue();
        assertThat(hasNoLock(to)).isTrue();
    }
}
