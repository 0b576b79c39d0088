package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockInfo;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.cli.Errors.Problem;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Copies states from one store to another, one key at a time. Of each key:
 *
 * <ol>
 *   <li>take the source's lock;
 *   <li>take the target's lock;
 *   <li>read the source, then the target;
 *   <li>if the target has the same content, the key is already there; if it has another, that is a conflict, unless it is to
 *       be overwritten;
 *   <li>write the target, on condition that it is still what was read: absent, or that version;
 *   <li>read the target again and compare every byte; the store's own digests and checksums are compared by this read;
 *   <li>make sure that the source's lock was held all the time, so that what was copied is the newest;
 *   <li>release the target's lock, then the source's.
 * </ol>
 *
 * <p>Both locks have leases and are renewed. The source is read and locked, and never changed.
 *
 * <p>What is left if the process stops:
 *
 * <ul>
 *   <li>before the write: at most two locks, which end with their leases. The next run takes them over, for which it waits
 *       as long as a lease and its margin. No copy was begun.
 *   <li>during the write: a write is one conditional request, and the store applies all of it or nothing. On S3 with a table
 *       the digest is written after the state; where the writer stopped between the two, the target's next read under the
 *       lock puts the digest right, and that is step 3 of the next run.
 *   <li>after the write: the same as before, and the next run finds the key already there, which it concludes from the bytes.
 * </ul>
 *
 * <p>So a run that was stopped is completed by the same command. There is no file that remembers how far it came.
 *
 * <p>Two migrations in opposite directions may each hold the lock that the other wants. Every wait has an end: one of them, or
 * both, find the lock held and leave, with nothing copied for that key. It would be wrong to let either pass: they want
 * contrary things.
 */
final class Migration {

    /** How one key ended. */
    enum Outcome {
        COPIED("copied"),
        OVERWRITTEN("overwritten"),
        ALREADY_THERE("alreadyThere"),
        WOULD_COPY("wouldCopy"),
        WOULD_OVERWRITE("wouldOverwrite"),
        FAILED("failed");

        final String name;

        Outcome(String name) {
            this.name = name;
        }
    }

    /**
     * The end of one key.
     *
     * @param size the content's length in bytes, where it was read
     * @param problem what went wrong
     */
    record Result(StateKey key, Outcome outcome, Optional<Integer> size, Optional<Problem> problem) {

        static Result done(State source, Outcome outcome) {
            return new Result(source.key(), outcome, Optional.of(source.size()), Optional.empty());
        }

        static Result failed(StateKey key, Problem problem) {
            return new Result(key, Outcome.FAILED, Optional.empty(), Optional.of(problem));
        }

        /** Whether the failure says nothing of the key, but that a store does not serve. */
        boolean isUnreachable() {
            return problem.map(p -> p.exitCode() == ExitCodes.UNREACHABLE).orElse(false);
        }
    }

    /** A store and its name. */
    record Side(URI uri, StateBackend backend) {}

    private final Side from;
    private final Side to;
    private final WaitOptions waiting;
    private final Output output;
    private final boolean force;

    /** The store that is being asked, for the commands in error messages. */
    private URI at;

    /** Whether the two stores were found to be two. */
    private boolean different;

    Migration(Side from, Side to, WaitOptions waiting, Output output, boolean force) {
        this.from = from;
        this.to = to;
        this.waiting = waiting;
        this.output = output;
        this.force = force;
        this.at = from.uri();
    }

    /**
     * Copies one key.
     *
     * @param listed whether the source has listed the key. Otherwise it is looked for first: some stores would make an empty
     *     object to lock a key that they do not have
     * @throws UsageException if both stores are one
     */
    Result copy(StateKey key, boolean listed) throws InterruptedException {
        return withProblems(key, () -> {
            at = from.uri();
            return listed || from.backend().states().read(key).isPresent() ? copyUnderLocks(key) : absent(key);
        });
    }

    private Result copyUnderLocks(StateKey key) throws InterruptedException {
        try (HeldLock sourceLock = waiting.take(
                waiting.builder("migrate").info("to " + StorePlaces.name(to.uri())),
                output,
                options -> from.backend().locks().acquire(key, options))) {
            at = to.uri();
            requireTwoStores(key, sourceLock);
            Result result = copyUnderSourceLock(key, sourceLock);
            at = from.uri();
            sourceLock.ensureHeld();
            return result;
        }
    }

    private Result copyUnderSourceLock(StateKey key, HeldLock sourceLock) throws InterruptedException {
        try (LockedState target = waiting.take(
                waiting.builder("migrate").info("from " + StorePlaces.name(from.uri())),
                output,
                options -> to.backend().lock(key, options))) {
            at = from.uri();
            // Not as the lock's holder, whose read might put a digest right: the source stays as it is.
            Optional<State> source = from.backend().states().read(key);
            at = to.uri();
            if (source.isEmpty()) {
                return absent(key);
            }
            Optional<State> before = target.read();
            byte[] content = source.get().bytes();
            if (before.isPresent() && before.get().hasContent(content)) {
                return Result.done(source.get(), Outcome.ALREADY_THERE);
            }
            if (before.isPresent() && !force) {
                return conflict(source.get(), before.get());
            }
            sourceLock.ensureHeld();
            target.overwrite(content);
            verify(key, content);
            return Result.done(source.get(), before.isPresent() ? Outcome.OVERWRITTEN : Outcome.COPIED);
        }
    }

    private void verify(StateKey key, byte[] content) {
        Optional<State> written = to.backend().states().read(key);
        if (written.isEmpty() || !written.get().hasContent(content)) {
            throw new FailureException("What was read back of \"" + key + "\" from the target is not what was written: "
                    + content.length + " bytes were written, "
                    + written.map(state -> state.size() + " were read").orElse("nothing was read")
                    + ". Do not use the copy; the source is as it was.");
        }
    }

    /** Says what would happen. Takes no lock and writes nothing. */
    Result rehearse(StateKey key, boolean targetExists) throws InterruptedException {
        return withProblems(key, () -> {
            Optional<Problem> held = held(from, key);
            if (held.isEmpty() && targetExists) {
                held = held(to, key);
            }
            if (held.isPresent()) {
                return Result.failed(key, held.get());
            }
            at = from.uri();
            Optional<State> source = from.backend().states().read(key);
            at = to.uri();
            Optional<State> target = targetExists ? to.backend().states().read(key) : Optional.empty();
            return source.map(state -> foreseen(state, target)).orElseGet(() -> absent(key));
        });
    }

    private Result foreseen(State source, Optional<State> target) {
        if (target.isEmpty()) {
            return Result.done(source, Outcome.WOULD_COPY);
        }
        if (target.get().hasContent(source.bytes())) {
            return Result.done(source, Outcome.ALREADY_THERE);
        }
        return force ? Result.done(source, Outcome.WOULD_OVERWRITE) : conflict(source, target.get());
    }

    private Optional<Problem> held(Side side, StateKey key) {
        at = side.uri();
        return side.backend()
                .locks()
                .inspect(key)
                .filter(lock -> !lock.expired())
                .map(Migration::held);
    }

    private static Problem held(ObservedLock lock) {
        String text = "\"" + lock.key() + "\" is locked by " + Locks.line(lock) + ".";
        return new Problem("held", ExitCodes.HELD, text, Json.object().with("holder", Locks.json(lock)));
    }

    /** One place by two names shows itself by the lock that was just taken there. */
    private void requireTwoStores(StateKey key, HeldLock sourceLock) {
        if (different) {
            return;
        }
        LockInfo ours = sourceLock.info();
        if (to.backend()
                .locks()
                .inspect(key)
                .filter(lock -> lock.hasId(ours.id()))
                .isPresent()) {
            throw new UsageException("--from and --to are the same store: the lock of \"" + key
                    + "\" that was taken in the one is in the other too.");
        }
        different = true;
    }

    private static Result absent(StateKey key) {
        return Result.failed(
                key, Problem.of("failure", ExitCodes.FAILURE, "There is no state \"" + key + "\" at the source."));
    }

    private static Result conflict(State source, State target) {
        String text = "The target has another state \"" + source.key()
                + "\". It was not overwritten; --force does that." + "\nAt the source:\n" + States.describe(source)
                + "\nAt the target:\n" + States.describe(target);
        return Result.failed(
                source.key(),
                new Problem(
                        "conflict",
                        ExitCodes.CONFLICT,
                        text,
                        Json.object().with("source", States.json(source)).with("target", States.json(target))));
    }

    /** One key's work. */
    @FunctionalInterface
    private interface Work {
        Result run() throws InterruptedException;
    }

    /** What goes wrong with one key is its result; the others go on. */
    private Result withProblems(StateKey key, Work work) throws InterruptedException {
        try {
            return work.run();
        } catch (UsageException e) { // of the whole run
            throw e;
        } catch (RuntimeException e) {
            output.trace(e);
            Supplier<String> store = () -> at.toString();
            return Result.failed(key, new Errors(output, store).explain(e));
        }
    }
}
