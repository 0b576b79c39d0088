package io.github.statelock.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.OwnedLock;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The mutex between threads, class loaders and processes. */
class FileMutexTest {

    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path root;

    private Path file;

    @BeforeEach
    void name() {
        file = Folders.real(root).resolve("m");
    }

    /** Says whether it gets the mutex at once. */
    static final class Prober {

        private Prober() {}

        public static void main(String[] arguments) throws IOException {
            try {
                new FileMutex(Path.of(arguments[0]), SHORT).holding(() -> "");
                System.out.println("free");
            } catch (BackendUnavailableException e) {
                System.out.println("busy");
            }
        }
    }

    /** Takes the mutex and keeps it until killed. */
    static final class Holder {

        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            new FileMutex(Path.of(arguments[0]), LONG).holding(() -> {
                System.out.println("held");
                return System.in.read();
            });
        }
    }

    private String probe() throws IOException {
        try (Child child = Child.start(Prober.class, file.toString())) {
            return child.line();
        }
    }

    @Test
    void anotherProcessIsKeptOutAndFreesTheMutexByDying() throws Exception {
        FileMutex mutex = new FileMutex(file, SHORT);
        try (Child holder = Child.start(Holder.class, file.toString())) {
            assertThat(holder.line()).isEqualTo("held");
            assertThatThrownBy(() -> mutex.holding(() -> ""))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("another process")
                    .hasMessageContaining(file.toString());
            holder.kill();
        }
        assertThat(mutex.<String>holding(() -> "in")).isEqualTo("in");
    }

    @Test
    void closingAnotherChannelOfTheFileDropsTheOsLock() throws IOException {
        try (FileChannel held = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(held.tryLock()).isNotNull();
            assertThat(probe()).isEqualTo("busy");

            FileChannel.open(file, StandardOpenOption.WRITE).close();
            assertThat(probe())
                    .as("the trap: the lock is gone, though nobody released it")
                    .isEqualTo("free");
        }
    }

    @Test
    void ourMutexSurvivesOtherThreadsAndClassLoadersOfTheJvm() throws Exception {
        new FileMutex(file, LONG).holding(() -> {
            assertThat(probe()).isEqualTo("busy");
            assertThat(inAnotherThread(() -> new FileMutex(file, SHORT).holding(() -> "in")))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("another thread of this process");
            assertThat(inAnotherThread(() -> inAnotherClassLoader()).toString())
                    .contains(BackendUnavailableException.class.getName())
                    .contains("another thread of this process");
            assertThat(probe()).isEqualTo("busy");
            return "";
        });
        assertThat(probe()).isEqualTo("free");
    }

    /** As in a folder that is mounted in two places: two paths, and one file. */
    @Test
    void ourMutexSurvivesAThreadThatComesByAnotherPathOfTheSameFile() throws Exception {
        new FileMutex(file, LONG).holding(() -> {
            Path other = Files.createLink(file.resolveSibling("other"), file);
            assertThat(inAnotherThread(() -> new FileMutex(other, SHORT).holding(() -> "in")))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("another thread of this process");
            assertThat(probe()).as("the OS lock is still there").isEqualTo("busy");
            return "";
        });
    }

    /** With one folder under two names: holds the mutex by the one, tries it by the other, and looks from a third process. */
    static final class TwoMounts {

        private TwoMounts() {}

        public static void main(String[] arguments) throws IOException {
            Path one = Path.of(arguments[0]);
            Path two = Path.of(arguments[1]);
            new FileMutex(one, LONG).holding(() -> {
                System.out.println(Files.isSameFile(one, two) ? "one file" : "two files");
                System.out.println(inAnotherThread(() -> new FileMutex(two, SHORT).holding(() -> "in")));
                try (Child prober = Child.start(Prober.class, one.toString())) {
                    System.out.println(prober.line());
                }
                return "";
            });
        }
    }

    @Test
    void aFolderUnderTwoMountPointsHasOneMutex() throws Exception {
        Path one = Files.createDirectory(Folders.real(root).resolve("one"));
        Path two = Files.createDirectory(Folders.real(root).resolve("two"));
        assumeTrue(run("unshare", "-rm", "mount", "--bind", one.toString(), two.toString()) == 0, "no bind mounts");
        String script = "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"";
        try (Child child = Child.start(
                List.of("unshare", "-rm", "sh", "-c", script, one.toString(), two.toString()),
                TwoMounts.class,
                one.resolve("m").toString(),
                two.resolve("m").toString())) {
            assertThat(child.line()).isEqualTo("one file");
            assertThat(child.line()).contains("another thread of this process");
            assertThat(child.line()).isEqualTo("busy");
        }
    }

    private static int run(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            return 127;
        }
    }

    private static Throwable inAnotherThread(IoAction<?> action) {
        return CompletableFuture.supplyAsync(() -> {
                    try {
                        throw new AssertionError("let in: " + action.run());
                    } catch (IOException | RuntimeException e) {
                        return e;
                    }
                })
                .join();
    }

    /** Takes the mutex with a second copy of the class; throws what that throws. */
    private Object inAnotherClassLoader() throws IOException {
        URL[] classPath = Arrays.stream(
                        System.getProperty("java.class.path").split(System.getProperty("path.separator")))
                .map(FileMutexTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
            Class<?> copy = loader.loadClass(FileMutex.class.getName());
            assertThat(copy).isNotEqualTo(FileMutex.class);
            Constructor<?> constructor = copy.getDeclaredConstructor(Path.class, Duration.class);
            constructor.setAccessible(true);
            Method holding = copy.getDeclaredMethod("holding", loader.loadClass(IoAction.class.getName()));
            holding.setAccessible(true);
            return holding.invoke(constructor.newInstance(file, SHORT), new Object[] {null});
        } catch (InvocationTargetException e) {
            throw new IOException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    private static URL url(String entry) {
        try {
            return Path.of(entry).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aFolderThatWasMadeAnewWhileWeWaitedIsLockedAnew() throws Exception {
        CompletableFuture<String> waiter;
        CountDownLatch entered = new CountDownLatch(1);
        try (FileChannel foreign = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            foreign.lock();
            waiter = CompletableFuture.supplyAsync(() -> {
                try {
                    entered.countDown();
                    return new FileMutex(file, LONG).holding(this::probe);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            entered.await();
            awaitOpenChannels(2);
            Files.delete(file);
            Files.createFile(file);
        }
        assertThat(waiter.get(30, TimeUnit.SECONDS))
                .as("the file that others see is locked")
                .isEqualTo("busy");
    }

    /** Until this process has that many descriptors of the file. */
    private void awaitOpenChannels(int count) throws IOException {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (openChannels() < count) {
            assertThat(System.nanoTime() - deadline)
                    .as("the mutex is never opened")
                    .isNegative();
            Thread.onSpinWait();
        }
    }

    private long openChannels() throws IOException {
        long count = 0;
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)
                        && Files.readSymbolicLink(descriptor).equals(file)) {
                    count++;
                }
            }
        }
        return count;
    }

    @Test
    void anInterruptEndsTheWaitAndNothingRuns() throws IOException {
        new FileMutex(file, LONG).holding(() -> {
            assertThat(inAnotherThread(() -> {
                        Thread.currentThread().interrupt();
                        try {
                            return new FileMutex(file, LONG).holding(() -> "in");
                        } finally {
                            assertThat(Thread.interrupted()).isTrue();
                        }
                    }))
                    .isInstanceOf(BackendUnavailableException.class)
                    .hasMessageContaining("Interrupted");
            return "";
        });
    }

    @Test
    void enteringTwiceIsRefusedSinceASecondChannelWouldDropTheLock() throws IOException {
        FileMutex mutex = new FileMutex(file, LONG);
        mutex.holding(() -> {
            assertThatThrownBy(() -> mutex.holding(() -> "")).isInstanceOf(IllegalStateException.class);
            assertThat(probe()).isEqualTo("busy");
            return "";
        });
    }

    @Test
    void anActionThatFailsFreesTheMutex() throws IOException {
        FileMutex mutex = new FileMutex(file, SHORT);
        assertThatThrownBy(() -> mutex.holding(() -> {
                    throw new IOException("broken");
                }))
                .hasMessage("broken");
        assertThat(probe()).isEqualTo("free");
    }

    /** Draws a token with both drivers, the first paused between its read and its write until the second is through. */
    private boolean bothDrawTheSame(Function<Path, Mutex> mutexes) {
        Executor threadOfItsOwn = task -> new Thread(task).start(); // the common pool may have one thread only
        CountDownLatch secondStarted = new CountDownLatch(1);
        CountDownLatch secondDone = new CountDownLatch(1);
        CountDownLatch firstHasRead = new CountDownLatch(1);
        FileOps slow = new FailingOps((operation, path) -> {
            if (operation.equals("create")) {
                firstHasRead.countDown();
                await(secondStarted, LONG);
                boolean unused = await(secondDone, SHORT); // with a mutex it cannot be done yet
            }
        });
        Path real = Folders.real(root);
        LocalLockDriver sound = new LocalLockDriver(new FileRecords(Folders.of(root)), Processes.unknown());
        OwnedLock lock = Locks.taken(sound, Locks.leased(sound, Locks.KEY));
        CompletableFuture<FenceOutcome> first = CompletableFuture.supplyAsync(
                () -> new LocalLockDriver(
                                new FileRecords(new Folder(real, slow, mutexes, Processes.unknown())),
                                Processes.unknown())
                        .drawFence(lock),
                threadOfItsOwn);
        CompletableFuture<FenceOutcome> second = CompletableFuture.supplyAsync(
                () -> {
                    await(firstHasRead, LONG);
                    secondStarted.countDown();
                    FenceOutcome drawn = new LocalLockDriver(
                                    new FileRecords(new Folder(real, FileOps.system(), mutexes, Processes.unknown())),
                                    Processes.unknown())
                            .drawFence(lock);
                    secondDone.countDown();
                    return drawn;
                },
                threadOfItsOwn);
        return first.join().equals(second.join());
    }

    private static boolean await(CountDownLatch latch, Duration limit) {
        try {
            return latch.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void nobodyChangesARecordBetweenReadAndWrite() {
        assertThat(bothDrawTheSame(path -> new FileMutex(path, LONG))).isFalse();
    }

    @Test
    void withoutTheMutexTwoWouldDrawTheSameToken() {
        assertThat(bothDrawTheSame(path -> new Mutex() {
                    @Override
                    public <T> T holding(IoAction<T> action) throws IOException {
                        return action.run();
                    }
                }))
                .isTrue();
    }
}
