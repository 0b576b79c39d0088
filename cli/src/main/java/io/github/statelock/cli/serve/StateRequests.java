package io.github.statelock.cli.serve;

import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockedState;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StatelockException;
import io.github.statelock.engine.Ticker;
import io.github.statelock.terraform.StateHeader;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * GET, POST and DELETE. Safe for use by several threads.
 *
 * <p>A change is made under a lock: the client's, which is taken up and left as it is, or, where the client names none, one that
 * lasts as long as the request. Each is conditional on the version that was read under that lock. A repeated POST writes the
 * same bytes once more. One that comes after a newer POST under the same lock is found out by its serial, and one that comes
 * after the UNLOCK by its lock.
 */
final class StateRequests {

    static final String OPERATION = "http-backend write";

    private final StateBackend backend;
    private final ReleasedIds released;
    private final Turns turns;
    private final boolean strict;

    /** The newest state that was sent under each lock. */
    private final Recent<LockName, StateHeader> newest;

    StateRequests(StateBackend backend, ReleasedIds released, Turns turns, boolean strict, Ticker ticker) {
        this.backend = backend;
        this.released = released;
        this.turns = turns;
        this.strict = strict;
        this.newest = new Recent<>(ReleasedIds.MOST, ReleasedIds.REMEMBERED, ticker);
    }

    Answer read(StateKey key) {
        return backend.states()
                .read(key)
                .map(Answer::state)
                .orElseGet(() -> Answer.text(404, "There is no state \"" + key + "\"."));
    }

    Answer write(StateKey key, Optional<String> lockId, byte[] content) throws InterruptedException {
        if (content.length == 0) {
            throw new Refusal(400, "The body is empty; a state has at least one byte.");
        }
        return change(key, lockId, locked -> {
            Optional<StateHeader> header = StateHeader.of(content);
            if (header.isPresent()) {
                lockId.ifPresent(id -> refuseOlder(new LockName(key, id), header.get()));
            } else {
                refuseOverState(locked);
            }
            if (strict) {
                locked.write(content);
            } else {
                locked.overwrite(content);
            }
        });
    }

    Answer delete(StateKey key, Optional<String> lockId) throws InterruptedException {
        return change(key, lockId, LockedState::delete);
    }

    private Answer change(StateKey key, Optional<String> lockId, Consumer<LockedState> change)
            throws InterruptedException {
        return turns.take(
                key, () -> lockId.isPresent() ? underLock(key, lockId.get(), change) : underOwnLock(key, change));
    }

    private Answer underLock(StateKey key, String id, Consumer<LockedState> change) {
        LockedState locked; // not to be closed: that would release the client's lock
        try {
            locked = backend.attach(key, id);
        } catch (LockLostException e) {
            throw new Refusal(409, e.getMessage() + ". The state was not changed.");
        } catch (LockIdMismatchException e) {
            throw new Refusal(Answer.holder(
                    423, e.actual(), "the lock has another ID than the request names; the state was not changed"));
        }
        try {
            change.accept(locked);
        } finally {
            detach(locked);
        }
        return Answer.done();
    }

    /** Leaves the client's lock in the store, and knows no more of it. */
    private static void detach(LockedState locked) {
        try {
            locked.lock().detach();
        } catch (LockLostException e) {
            // The change was made, or says itself that it was not.
        }
    }

    /** Within one lock the serial only grows; {@code state push -force} lowers it with its only write. */
    private void refuseOlder(LockName lock, StateHeader next) {
        Optional<StateHeader> before = newest.get(lock)
                .filter(sent -> sent.lineage().equals(next.lineage()))
                .filter(sent -> sent.serial() > next.serial());
        if (before.isPresent()) {
            throw new Refusal(
                    409,
                    "The state has the serial " + next.serial() + ", and under the same lock the serial "
                            + before.get().serial() + " was sent already. This request is a late duplicate.");
        }
        newest.put(lock, next);
    }

    /** The clients write state files only. Anything else over a state file was sent here by mistake. */
    private static void refuseOverState(LockedState locked) {
        if (locked.read().flatMap(StateHeader::of).isPresent()) {
            throw new Refusal(
                    409,
                    "The body is not a state file, and a state file is stored. The state was not changed."
                            + " To replace it, delete it first.");
        }
    }

    private Answer underOwnLock(StateKey key, Consumer<LockedState> change) throws InterruptedException {
        LockedState locked = lock(key);
        Optional<String> notReleased = Optional.empty();
        try {
            change.accept(locked);
        } finally { // also after an Error: the lock would be renewed as long as this process lives
            notReleased = close(locked);
        }
        // Whatever becomes of the lock: the state is changed, and that is what the client asks.
        return notReleased.map(Answer.done()::because).orElseGet(Answer::done);
    }

    private LockedState lock(StateKey key) throws InterruptedException {
        LockOptions.Builder how = LockOptions.builder().operation(OPERATION);
        LockOptions options = (backend.capabilities().leases() ? how : how.noLease()).build();
        try {
            return backend.lock(key, options);
        } catch (LockHeldException e) {
            if (!released.removeLeftover(e.holder())) {
                throw e;
            }
            return backend.lock(key, options);
        }
    }

    /** Releases the server's own lock; says why it could not, where it could not: a lease then ends it. */
    private static Optional<String> close(LockedState locked) {
        try {
            locked.close();
            return Optional.empty();
        } catch (StatelockException e) {
            return Optional.of("the server's own lock was not released: " + e.getMessage());
        }
    }
}
