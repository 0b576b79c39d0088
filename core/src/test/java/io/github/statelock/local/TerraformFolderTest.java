package io.github.statelock.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateBackends;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tools' own states, their locks, and what other processes see of ours. */
class TerraformFolderTest {

    private static final StateKey KEY = StateKey.of("net/terraform.tfstate");
    private static final LockOptions OPTIONS = LockOptions.operation("test");
    private static final String THEIRS =
            "{\"ID\":\"6f1f2c1e-8b3d-4c57-9b43-0f5a3a4f2f10\",\"Operation\":\"OperationTypeApply\","
                    + "\"Info\":\"\",\"Who\":\"me@here\",\"Version\":\"1.12.6\",\"Created\":\"2026-11-20T09:14:03.512Z\",\"Path\":\"x\"}";

    @TempDir
    Path root;

    private TerraformFolderBackend backend;
    private Path file;
    private Path info;

    @BeforeEach
    void open() {
        backend = TerraformFolderBackend.open(root);
        file = Folders.real(root).resolve("net/terraform.tfstate");
        info = file.resolveSibling(".terraform.tfstate.lock.info");
    }

    @AfterEach
    void close() {
        backend.close();
    }

    /** Holds the OS lock on a file, as a tool does, until it is killed; or says whether it could. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws Exception {
            FileChannel channel = FileChannel.open(
                    Path.of(arguments[0]),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            System.out.println(lock == null ? "busy" : "held");
            if (lock != null && arguments.length > 1) {
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }

    private boolean isFreeToOthers() throws IOException {
        try (Child other = Child.start(Holder.class, file.toString())) {
            return other.line().equals("held");
        }
    }

    private void put(String content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private Optional<String> content() {
        return backend.states().read(KEY).map(State::utf8);
    }

    @Test
    void whileWeHoldNoOtherProcessGetsTheFileWhateverWeReadOrWrite() throws Exception {
        put("one");
        try (LockedState state = backend.lock(KEY, OPTIONS)) {
            assertThat(state.read().map(State::utf8)).contains("one");
            state.write("two".getBytes(UTF_8));
            assertThat(content()).contains("two");
            assertThat(backend.locks().inspect(KEY)).isPresent();
            assertThat(backend.locks().list("")).hasSize(1);
            assertThat(backend.states().list("")).containsExactly(KEY);
            assertThat(backend.states().history(KEY)).hasSize(1);
            try (TerraformFolderBackend second = TerraformFolderBackend.open(root)) {
                assertThat(second.states().read(KEY)).isPresent();
                assertThatThrownBy(() -> second.locks().acquire(KEY, OPTIONS)).isInstanceOf(LockHeldException.class);
                assertThatThrownBy(() ->
                                second.states().write(KEY, "three".getBytes(UTF_8), WriteCondition.unconditional()))
                        .isInstanceOf(LockHeldException.class);
            }
            assertThat(isFreeToOthers()).isFalse();
            assertThat(Files.readString(info)).contains("\"Operation\":\"test\"");
        }
        assertThat(info).doesNotExist();
        assertThat(isFreeToOthers()).isTrue();
        assertThat(Files.readString(file)).isEqualTo("two");
        assertThat(Files.readString(file.resolveSibling("terraform.tfstate.backup")))
                .isEqualTo("one");
    }

    @Test
    void whileAnotherProcessHoldsWeAreRefusedAndToldWhoItIs() throws Exception {
        put("one");
        try (Child other = Child.start(Holder.class, file.toString(), "hold")) {
            assertThat(other.line()).isEqualTo("held");
            assertThat(backend.locks().inspect(KEY))
                    .as("before it says who it is")
                    .isEmpty();
            assertThatThrownBy(() -> backend.locks().acquire(KEY, OPTIONS)).isInstanceOf(LockHeldException.class);
            Files.writeString(info, THEIRS);
            assertThatThrownBy(() -> backend.locks().acquire(KEY, OPTIONS))
                    .isInstanceOf(LockHeldException.class)
                    .hasMessageContaining("OperationTypeApply");
            assertThat(backend.locks().list(""))
                    .singleElement()
                    .satisfies(lock -> assertThat(lock.key()).isEqualTo(KEY));
            assertThat(content()).contains("one");
            assertThatThrownBy(() -> backend.states().write(KEY, "two".getBytes(UTF_8), WriteCondition.unconditional()))
                    .isInstanceOf(LockHeldException.class);
            assertThatThrownBy(() -> backend.locks().forceUnlock(KEY, "6f1f2c1e-8b3d-4c57-9b43-0f5a3a4f2f10"))
                    .isInstanceOf(BackendMisconfiguredException.class)
                    .hasMessageContaining("end that process");
            other.kill();
        }
        assertThat(backend.locks().inspect(KEY)).as("what a killed one left").isEmpty();
        backend.locks().acquire(KEY, OPTIONS).close();
        assertThat(info).doesNotExist();
    }

    @Test
    void aFileThatWasReplacedUnderOurLockIsALostLock() throws Exception {
        put("one");
        LockedState state = backend.lock(KEY, OPTIONS);
        state.read();
        Files.delete(file);
        put("another");
        assertThatThrownBy(() -> state.write("two".getBytes(UTF_8))).isInstanceOf(LockLostException.class);
        assertThatThrownBy(state::close).isInstanceOf(LockLostException.class);
        assertThat(Files.readString(file)).isEqualTo("another");
    }

    @Test
    void writesAreConditionalAndADeletedStateIsAnEmptyFile() throws Exception {
        StateVersion one = backend.states().write(KEY, "one".getBytes(UTF_8), WriteCondition.ifAbsent());
        assertThatThrownBy(() -> backend.states().write(KEY, "x".getBytes(UTF_8), WriteCondition.ifAbsent()))
                .isInstanceOf(StateConflictException.class);
        StateVersion two = backend.states().write(KEY, "shorter".getBytes(UTF_8), WriteCondition.ifVersion(one));
        assertThatThrownBy(() -> backend.states().delete(KEY, WriteCondition.ifVersion(one)))
                .isInstanceOf(StateConflictException.class);
        backend.states().write(KEY, "s".getBytes(UTF_8), WriteCondition.ifVersion(two));
        assertThat(content()).contains("s");
        backend.states().delete(KEY, WriteCondition.unconditional());
        backend.states().delete(KEY, WriteCondition.unconditional());
        assertThat(content()).isEmpty();
        assertThat(file).isEmptyFile();
        assertThat(backend.states().list("")).isEmpty();
        StateKey never = StateKey.of("never/there.tfstate");
        backend.states().delete(never, WriteCondition.unconditional());
        assertThat(root.resolve("never")).doesNotExist();
    }

    @Test
    void whatTheToolsKeepBesidesIsNoState() throws Exception {
        put("one");
        for (String other : new String[] {
            ".terraform/terraform.tfstate",
            "terraform.tfstate.backup",
            "main.tf",
            "terraform.tfstate.d/dev/terraform.tfstate"
        }) {
            Path path = root.resolve(other);
            Files.createDirectories(path.getParent());
            Files.writeString(path, "content");
        }
        assertThat(backend.states().list(""))
                .containsExactly(KEY, StateKey.of("terraform.tfstate.d/dev/terraform.tfstate"));
        assertThat(backend.states().list("net")).containsExactly(KEY);
    }

    @Test
    void aLinkIsRefused() throws Exception {
        put("one");
        Files.createSymbolicLink(root.resolve("link.tfstate"), file);
        assertThatThrownBy(() -> backend.locks().acquire(StateKey.of("link.tfstate"), OPTIONS))
                .isInstanceOf(BackendMisconfiguredException.class);
        assertThatThrownBy(() -> backend.states().read(StateKey.of("link.tfstate")))
                .isInstanceOf(BackendMisconfiguredException.class);
    }

    @Test
    void thereAreNoLocksWithoutLease() {
        assertThatThrownBy(() -> backend.locks()
                        .acquire(
                                KEY,
                                LockOptions.builder().operation("x").noLease().build()))
                .isInstanceOf(BackendMisconfiguredException.class);
        assertThat(file).doesNotExist();
    }

    @Test
    void itIsOpenedByItsUri() throws Exception {
        put("one");
        URI uri = URI.create("tfdir://" + Folders.real(root) + "?call_timeout=5s");
        try (var opened = StateBackends.open(uri);
                HeldLock lock = opened.locks().acquire(KEY, OPTIONS)) {
            assertThat(lock.status()).isEqualTo(LockStatus.HELD);
            assertThat(lock.info().path()).isEqualTo(file.toString());
        }
    }
}
