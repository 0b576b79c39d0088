package io.github.statelock.testkit;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Finds two holders inside one critical section, and a holder whose fencing token is not larger than an earlier one's. It
 * keeps a count that would lose increments if two were inside, and takes its time over each.
 *
 * <p>Safe for use by several threads of one JVM; {@code SharedExclusionOracle} is the one for several JVMs.
 */
public final class ExclusionOracle {

    private static final long WORK_NANOS = 200_000;

    /**
     * What must not be.
     *
     * @param what what happened
     * @param first who was there
     * @param second who came
     */
    public record Violation(String what, String first, String second) {}

    private final Object lock = new Object();
    /** Guarded by lock. */
    private final List<Violation> violations = new ArrayList<>();
    /** Guarded by lock. */
    private @Nullable String inside;
    /** Guarded by lock. */
    private String lastFenced = "nobody";
    /** Guarded by lock. */
    private long highestToken;
    /** Guarded by lock. */
    private int entries;

    /** Read and written by whoever is inside, on purpose without a guard: a lost increment shows an overlap. */
    private volatile int count;

    /** An oracle that has seen nobody. */
    public ExclusionOracle() {}

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
     * @param token its fencing token, if it has one
     */
    public void visit(String holder, Optional<FencingToken> token) {
        inside(holder, token, () -> {
            LockSupport.parkNanos(WORK_NANOS);
            return true;
        });
    }

    /**
     * Does a piece of work inside.
     *
     * @param <T> what the work gives
     * @param holder who does it
     * @param token its fencing token, if it has one
     * @param work the work
     * @return what the work gave
     */
    public <T> T inside(String holder, Optional<FencingToken> token, Callable<T> work) {
        enter(holder, token);
        try {
            int seen = count;
            T result = work.call();
            count = seen + 1;
            return result;
        } catch (Exception e) {
            throw new IllegalStateException("The work of " + holder + " failed", e);
        } finally {
            leave(holder);
        }
    }

    /**
     * What was seen that must not be.
     *
     * @return the violations so far, a lost increment among them
     */
    public List<Violation> violations() {
        synchronized (lock) {
            List<Violation> all = new ArrayList<>(violations);
            if (inside == null && count != entries) {
                all.add(new Violation((entries - count) + " of " + entries + " increments were lost", "", ""));
            }
            return all;
        }
    }

    /**
     * How often somebody was inside.
     *
     * @return the number
     */
    public int entries() {
        synchronized (lock) {
            return entries;
        }
    }

    /**
     * Fails if anything was seen that must not be, naming both holders.
     *
     * @throws AssertionError with all violations
     */
    public void assertNoViolation() {
        List<Violation> all = violations();
        if (!all.isEmpty()) {
            throw new AssertionError("The lock did not exclude: " + all);
        }
    }

    private void enter(String holder, Optional<FencingToken> token) {
        synchronized (lock) {
            String there = inside;
            if (there != null) {
                violations.add(new Violation("two holders at once", there, holder));
            }
            inside = holder;
            entries++;
            if (token.isPresent()) {
                checkToken(holder, token.get().value());
            }
        }
    }

    private void checkToken(String holder, long token) {
        if (token <= highestToken) {
            violations.add(new Violation("token " + token + " after " + highestToken, lastFenced, holder));
        }
        highestToken = Math.max(highestToken, token);
        lastFenced = holder;
    }

    private void leave(String holder) {
        synchronized (lock) {
            if (holder.equals(inside)) {
                inside = null;
            }
        }
    }
}
