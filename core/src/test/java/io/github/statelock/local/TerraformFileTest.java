package io.github.statelock.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.InvalidKeyException;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.State;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.WriteCondition;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a state file's lock and content when something else happens to the file. */
class TerraformFileTest {

    private static final StateKey KEY = StateKey.of("net/terraform.tfstate");
    private static final LockOptions OPTIONS = LockOptions.operation("test");

    @TempDir
    Path root;

    private TerraformFolderBackend backend;
    private Path file;

    @BeforeEach
    void open() throws IOException {
        backend = TerraformFolderBackend.open(root);
        file = Folders.real(root).resolve("net/terraform.tfstate");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "one");
    }

    @AfterEach
    void close() {
        backend.close();
    }

    private boolean isFreeToOthers() throws IOException {
        try (Child other = Child.start(TerraformFolderTest.Holder.class, file.toString())) {
            return other.line().equals("held");
        }
    }

    @Test
    void ourLockSurvivesAReadByAnotherNameOfTheFile() throws Exception {
        StateKey other = StateKey.of("other.tfstate");
        Files.createLink(root.resolve("other.tfstate"), file);
        try (HeldLock lock = backend.locks().acquire(KEY, OPTIONS)) {
            assertThatThrownBy(() -> backend.states().read(other))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("by another name");
            assertThat(isFreeToOthers()).isFalse();
            lock.ensureHeld();
        }
        assertThat(backend.states().read(other)).isPresent();
    }

    /** What a copy of the library in another class loader does to a file that this one has locked. */
    static final class Copy {

        private Copy() {}

        public static String use(String root) throws Exception {
            try (TerraformFolderBackend copy = TerraformFolderBackend.open(Path.of(root))) {
                LockAttempt attempt = copy.locks().tryAcquire(KEY, OPTIONS);
                return copy.locks()
                                .inspect(KEY)
                                .orElseThrow()
                                .info()
                                .orElseThrow()
                                .id() + " "
                        + (attempt instanceof LockAttempt.Held) + " "
                        + copy.states().read(KEY).map(State::utf8).orElseThrow();
            }
        }
    }

    @Test
    void ourLockSurvivesACopyOfTheLibraryInAnotherClassLoader() throws Exception {
        URL[] classPath = Arrays.stream(
                        System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .map(TerraformFileTest::url)
                .toArray(URL[]::new);
        try (HeldLock lock = backend.locks().acquire(KEY, OPTIONS);
                URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Method use = loader.loadClass(Copy.class.getName()).getDeclaredMethod("use", String.class);
            use.setAccessible(true);
            assertThat(use.invoke(null, root.toString())).isEqualTo(lock.info().id() + " true one");
            assertThat(isFreeToOthers()).isFalse();
        }
        assertThat(isFreeToOthers()).isTrue();
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void aFileThatReplacedALockedOneIsReadAndLockedByItself() throws Exception {
        HeldLock lost = backend.locks().acquire(KEY, OPTIONS);
        Files.delete(file);
        Files.writeString(file, "another");
        assertThat(backend.states().read(KEY).map(State::utf8)).contains("another");
        assertThat(backend.locks().inspect(KEY)).isEmpty();
        try (TerraformFolderBackend second = TerraformFolderBackend.open(root);
                HeldLock next = second.locks().acquire(KEY, OPTIONS)) {
            assertThatThrownBy(lost::release).isInstanceOf(LockLostException.class);
            next.ensureHeld();
            assertThat(isFreeToOthers()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"net/terraform.tfstate.backup", "net/.terraform.tfstate.lock.info", ".a.lock.info"})
    void whatTheToolsKeepBesideAStateIsNoKey(String name) {
        assertThatThrownBy(() -> backend.states()
                        .write(StateKey.of(name), "state".getBytes(UTF_8), WriteCondition.unconditional()))
                .isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> backend.locks().acquire(StateKey.of(name), OPTIONS))
                .isInstanceOf(InvalidKeyException.class);
    }

    @Test
    void theBackupIsReadByNobodyWhoMayNotReadTheState() throws Exception {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        backend.states().write(KEY, "two".getBytes(UTF_8), WriteCondition.unconditional());
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file.resolveSibling("terraform.tfstate.backup"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aStateThatNoKeyNamesIsLeftOutAndNamed() throws Exception {
        Files.createDirectories(root.resolve("dir."));
        for (String name : new String[] {"dir./terraform.tfstate", "a\\b.tfstate", "notes\\.txt"}) {
            Files.writeString(root.resolve(name), "content");
        }
        Files.createSymbolicLink(root.resolve("link.tfstate"), file);
        assertThat(backend.states().list("")).containsExactly(KEY);
        assertThat(backend.states().leftOut(""))
                .extracting(StateStore.LeftOut::name)
                .containsExactly("a\\b.tfstate", "dir./terraform.tfstate", "link.tfstate");
        assertThat(backend.states().leftOut("dir")).hasSize(1);
    }

    @Test
    void aWriteThatIsCutLeavesNothingThatReadsAsAState() throws Exception {
        String old = "{\"serial\":1,\"name\":\"aaa\"}";
        String next = "{\"serial\":2,\"name\":\"bbb\"}";
        for (int most = 1; most <= next.length() + 1; most++) {
            Files.writeString(file, old);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                TerraformFile.write(new Cut(channel, most), next.getBytes(UTF_8));
                assertThat(Files.readString(file)).isEqualTo(next);
            } catch (IOException e) {
                assertThat(Files.readString(file)).doesNotStartWith("{").isNotEmpty();
            }
        }
    }

    /** Else the next write would put the damaged bytes in the place of the only good copy. */
    @Test
    void whatAStoppedWriterLeftIsToldAndItsBackupIsKept() throws Exception {
        Path backup = file.resolveSibling("terraform.tfstate.backup");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "\0two");
        Files.writeString(backup, "one");
        assertThatThrownBy(() -> backend.states().read(KEY))
                .isInstanceOf(StateCorruptException.class)
                .hasMessageContaining("half written")
                .hasMessageContaining(backup.toString());
        try (LockedState state = backend.lock(KEY, OPTIONS)) {
            state.overwrite("three".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(backend.states().read(KEY).map(State::utf8)).contains("three");
        assertThat(Files.readString(backup)).isEqualTo("one");
    }

    /** Writes at most so many bytes to a file. */
    private static final class Cut extends FileChannel {

        private final FileChannel channel;
        private int left;

        Cut(FileChannel channel, int most) {
            this.channel = channel;
            this.left = most;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            if (left == 0) {
                throw new IOException("cut");
            }
            byte[] part = new byte[Math.min(left, source.remaining())];
            source.get(part);
            left -= part.length;
            return channel.write(ByteBuffer.wrap(part), position);
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            channel.truncate(size);
            return this;
        }

        @Override
        public void force(boolean metaData) throws IOException {
            channel.force(metaData);
        }

        @Override
        public int read(ByteBuffer target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int write(ByteBuffer source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long position() {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileChannel position(long position) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long size() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new UnsupportedOperationException();
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void implCloseChannel() {}
    }
}
