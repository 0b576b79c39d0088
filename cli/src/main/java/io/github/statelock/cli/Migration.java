package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockInfo;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.State;
import io.github.statelock.cli.Errors.Problem;
import io.github.statelock.cli.MigrationStore.Place;
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
     * @param move which state, and to where
     * @param size the content's length in bytes, where it was read
     * @param problem what went wrong
     */
    record Result(Move move, Outcome outcome, Optional<Integer> size, Optional<Problem> problem) {

        static Result done(Move move, State source, Outcome outcome) {
            return new Result(move, outcome, Optional.of(source.size()), Optional.empty());
        }

        static Result failed(Move move, Problem problem) {
            return new Result(move, Outcome.FAILED, Optional.empty(), Optional.of(problem));
        }

        /** Whether the failure says nothing of the key, but that a store does not serve. */
        boolean isUnreachable() {
            return problem.map(p -> p.exitCode() == ExitCodes.UNREACHABLE).orElse(false);
        }
    }

    private final MigrationStore from;
    private final MigrationStore to;
    private final WaitOptions waiting;
    private final Output output;
    private final boolean force;

    /** The store that is being asked, for the commands in error messages. */
    private URI at;

    /** Whether the two stores were found to be two. */
    private boolean different;

    Migration(MigrationStore from, MigrationStore to, WaitOptions waiting, Output output, boolean force) {
        this.from = from;
        this.to = to;
        this.waiting = waiting;
        this.output = output;
        this.force = force;
        this.at = from.uri();
    }

    /**
     * Copies one state.
     *
     * @param listed whether the source has listed the key. Otherwise it is looked for first: some stores would make an empty
     *     object to lock a key that they do not have
     * @throws UsageException if both stores are one
     */
    Result copy(Move move, boolean listed) throws InterruptedException {
        return withProblems(move, () -> {
            Place source = from.place(move.from());
            Place target = to.place(move.to());
            at = source.uri();
            return listed || read(source).isPresent() ? copyUnderLocks(new Work(move, source, target)) : absent(move);
        });
    }

    /** One state, and the two places where it is and is to be. */
    private record Work(Move move, Place source, Place target) {}

    private static Optional<State> read(Place place) {
        return place.backend().states().read(place.key());
    }

    private Result copyUnderLocks(Work work) throws InterruptedException {
        Place source = work.source();
        try (HeldLock sourceLock = waiting.take(
                waiting.builder("migrate").info("to " + StorePlaces.name(to.uri())),
                output,
                options -> source.backend().locks().acquire(source.key(), options))) {
            at = work.target().uri();
            requireTwoStores(work.target(), sourceLock);
            Result result = copyUnderSourceLock(work, sourceLock);
            at = source.uri();
            sourceLock.ensureHeld();
            return result;
        }
    }

    private Result copyUnderSourceLock(Work work, HeldLock sourceLock) throws InterruptedException {
        Place place = work.target();
        try (LockedState target = waiting.take(
                waiting.builder("migrate").info("from " + StorePlaces.name(from.uri())),
                output,
                options -> place.backend().lock(place.key(), options))) {
            at = work.source().uri();
            // Not as the lock's holder, whose read might put a digest right: the source stays as it is.
            Optional<State> source = read(work.source());
            at = place.uri();
            if (source.isEmpty()) {
                return absent(work.move());
            }
            Optional<State> before = target.read();
            byte[] content = source.get().bytes();
            if (before.isPresent() && before.get().hasContent(content)) {
                return Result.done(work.move(), source.get(), Outcome.ALREADY_THERE);
            }
            if (before.isPresent() && !force) {
                return conflict(work.move(), source.get(), before.get());
            }
            sourceLock.ensureHeld();
            target.overwrite(content);
            verify(place, content);
            return Result.done(work.move(), source.get(), before.isPresent() ? Outcome.OVERWRITTEN : Outcome.COPIED);
        }
    }

    private static void verify(Place target, byte[] content) {
        Optional<State> written = read(target);
        if (written.isEmpty() || !written.get().hasContent(content)) {
            throw new FailureException("What was read back of \"" + target.key() + "\" from the target is not what was"
                    + " written: " + content.length + " bytes were written, "
                    + written.map(state -> state.size() + " were read").orElse("nothing was read")
                    + ". Do not use the copy; the source is as it was.");
        }
    }

    /** Says what would happen. Takes no lock and writes nothing. */
    Result rehearse(Move move, boolean targetExists) throws InterruptedException {
        return withProblems(move, () -> {
            Place source = from.place(move.from());
            Optional<Place> target = targetExists ? Optional.of(to.place(move.to())) : Optional.empty();
            Optional<Problem> held = held(source).or(() -> target.flatMap(this::held));
            if (held.isPresent()) {
                return Result.failed(move, held.get());
            }
            at = source.uri();
            Optional<State> copied = read(source);
            at = to.uri();
            Optional<State> there = target.flatMap(Migration::read);
            return copied.map(state -> foreseen(move, state, there)).orElseGet(() -> absent(move));
        });
    }

    private Result foreseen(Move move, State source, Optional<State> target) {
        if (target.isEmpty()) {
            return Result.done(move, source, Outcome.WOULD_COPY);
        }
        if (target.get().hasContent(source.bytes())) {
            return Result.done(move, source, Outcome.ALREADY_THERE);
        }
        return force ? Result.done(move, source, Outcome.WOULD_OVERWRITE) : conflict(move, source, target.get());
    }

    private Optional<Problem> held(Place place) {
        at = place.uri();
        return place.backend()
                .locks()
                .inspect(place.key())
                .filter(lock -> !lock.expired())
                .map(Migration::held);
    }

    private static Problem held(ObservedLock lock) {
        String text = "\"" + lock.key() + "\" is locked by " + Locks.line(lock) + ".";
        return new Problem("held", ExitCodes.HELD, text, Json.object().with("holder", Locks.json(lock)));
    }

    /** One place by two names shows itself by the lock that was just taken there. */
    private void requireTwoStores(Place target, HeldLock sourceLock) {
        if (different) {
            return;
        }
        LockInfo ours = sourceLock.info();
        if (target.backend()
                .locks()
                .inspect(target.key())
                .filter(lock -> lock.hasId(ours.id()))
                .isPresent()) {
            throw new UsageException("--from and --to are the same store: the lock of \"" + target.key()
                    + "\" that was taken in the one is in the other too.");
        }
        different = true;
    }

    private static Result absent(Move move) {
        return Result.failed(
                move,
                Problem.of("failure", ExitCodes.FAILURE, "There is no state \"" + move.from() + "\" at the source."));
    }

    private static Result conflict(Move move, State source, State target) {
        String text = "The target has another state \"" + move.to()
                + "\". It was not overwritten; --force does that." + "\nAt the source:\n" + States.describe(source)
                + "\nAt the target:\n" + States.describe(target);
        return Result.failed(
                move,
                new Problem(
                        "conflict",
                        ExitCodes.CONFLICT,
                        text,
                        Json.object().with("source", States.json(source)).with("target", States.json(target))));
    }

    /** One state's steps. */
    @FunctionalInterface
    private interface Steps {
        Result run() throws InterruptedException;
    }

    /** What goes wrong with one state is its result; the others go on. */
    private Result withProblems(Move move, Steps steps) throws InterruptedException {
        try {
            return steps.run();
        } catch (UsageException e) { // of the whole run
            throw e;
        } catch (RuntimeException e) {
            output.trace(e);
            Supplier<String> store = () -> at.toString();
            return Result.failed(move, new Errors(output, store).explain(e));
        }
    }
}
