package io.github.statelock.testkit;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * An {@link ExclusionOracle} for several JVMs of one machine: it lives in a folder. Who finds somebody inside who is alive
 * has found an overlap; somebody inside whose process is gone was killed there, and the lock was rightly taken over.
 *
 * <p>Safe for use by several threads and processes.
 */
public final class SharedExclusionOracle {

    private static final long WORK_NANOS = 200_000;

    private final Path folder;
    private final Path inside;
    private final Path count;
    private final Path token;
    private final Path violations;

    /**
     * The oracle of that folder.
     *
     * @param folder a folder that all take part with
     */
    public SharedExclusionOracle(Path folder) {
        this.folder = folder;
        this.inside = folder.resolve("inside");
        this.count = folder.resolve("count");
        this.token = folder.resolve("token");
        this.violations = folder.resolve("violations");
    }

    /**
     * Does a short piece of work inside, as the holder of that lock.
     *
     * @param held the lock
     */
    public void visit(HeldLock held) {
        visit(held.info().id(), held.fencingToken());
    }

    /**
     * Does a short piece of work inside.
     *
     * @param holder who does it
     * @param fencing its fencing token, if it has one
     */
    public void visit(String holder, Optional<FencingToken> fencing) {
        inside(holder, fencing, () -> {
            LockSupport.parkNanos(WORK_NANOS);
            return true;
        });
    }

    /**
     * Does a piece of work inside, and counts it.
     *
     * @param <T> what the work gives
     * @param holder who does it
     * @param fencing its fencing token, if it has one
     * @param work the work
     * @return what the work gave
     */
    public <T> T inside(String holder, Optional<FencingToken> fencing, Callable<T> work) {
        String name = ProcessHandle.current().pid() + " " + holder;
        try {
            enter(name);
            if (fencing.isPresent()) {
                checkToken(name, fencing.get().value());
            }
            long seen = number(count);
            T result = work.call();
            replace(count, Long.toString(seen + 1));
            leave(name);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("The work of " + holder + " failed", e);
        }
    }

    /**
     * How often somebody was inside and came out, as the count says: too few if two were inside at once.
     *
     * @return the count
     */
    public long count() {
        try {
            return number(count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * What was seen that must not be.
     *
     * @return one line each, naming both holders
     */
    public List<String> violations() {
        try {
            return Files.readAllLines(violations);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void enter(String name) throws IOException {
        Path mine = write(name);
        try {
            // A link appears with its content or not at all, so that a killed process leaves no empty file.
            Files.createLink(inside, mine);
        } catch (FileAlreadyExistsException e) {
            Optional<String> there = text(inside);
            if (there.isEmpty() || !isGone(there.get())) {
                violation("two holders at once: " + there.orElse("somebody who just left") + ", " + name);
            }
            Files.move(mine, inside, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(mine);
        }
    }

    private void leave(String name) throws IOException {
        if (text(inside).filter(name::equals).isPresent()) {
            Files.deleteIfExists(inside);
        } else {
            violation("somebody else came in: " + text(inside).orElse("and left") + ", " + name);
        }
    }

    private void checkToken(String name, long value) throws IOException {
        long highest = number(token);
        if (value <= highest) {
            violation("token " + value + " after " + highest + ": " + name);
        }
        replace(token, Long.toString(Math.max(highest, value)));
    }

    private void violation(String line) throws IOException {
        Files.writeString(violations, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("temp-" + UUID.randomUUID()), text);
    }

    private void replace(Path file, String text) throws IOException {
        Files.move(write(text), file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Optional<String> text(Path file) throws IOException {
        try {
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static long number(Path file) throws IOException {
        return text(file).map(Long::parseLong).orElse(0L);
    }

    /** Whether that process has ended; one that is not yet buried by its parent has ended too. */
    private static boolean isGone(String name) {
        long pid = Long.parseLong(name.substring(0, name.indexOf(' ')));
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty() || isZombie(pid);
    }

    private static boolean isZombie(long pid) {
        try {
            return text(Path.of("/proc", Long.toString(pid), "stat"))
                    .filter(stat -> stat.contains(") Z ") || stat.contains(") X "))
                    .isPresent();
        } catch (IOException e) {
            return true; // it ended while its entry was read
        }
    }
}
