package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.HeldLock;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateCorruptException;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.terraform.StateSuccession;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** The state under a lock, of every backend. Safe for use by several threads. */
final class DriverLockedState implements LockedState {

    private final HeldLock lock;
    private final DriverStateStore states;
    private final ReentrantLock turn = new ReentrantLock();

    /** The state as last read or written under this lock. */
    @GuardedBy("turn")
    private Optional<StateBase> base = Optional.empty();

    /** Whether the base was read. */
    @GuardedBy("turn")
    private boolean baseKnown;

    /** A change was refused or unanswered; to go on from here would overwrite somebody's work. */
    @GuardedBy("turn")
    private boolean baseIsBehind;

    DriverLockedState(HeldLock lock, DriverStateStore states) {
        this.lock = lock;
        this.states = states;
    }

    @Override
    public HeldLock lock() {
        return lock;
    }

    @Override
    public Optional<State> read() {
        turn.lock();
        try {
            baseKnown = false;
            baseIsBehind = false;
            Optional<State> state = lock.status() == LockStatus.LOST
                    ? states.read(lock.key())
                    : states.readUnderLock(lock.key(), lock.info().id());
            base = state.map(StateBase::read);
            baseKnown = true;
            return state;
        } finally {
            turn.unlock();
        }
    }

    @Override
    public StateVersion write(byte[] content) {
        return write(content, true);
    }

    @Override
    public StateVersion overwrite(byte[] content) {
        return write(content, false);
    }

    private StateVersion write(byte[] content, boolean mustFollow) {
        Objects.requireNonNull(content, "content");
        turn.lock();
        try {
            lock.ensureHeld();
            WriteCondition condition = mustFollow ? ifBase() : ifBaseWhateverItIs();
            if (mustFollow) {
                base.ifPresent(
                        stored -> StateSuccession.check(lock.key(), stored.header(), content, stored.isContent()));
            }
            StateVersion version = change(id -> states.write(lock.key(), content, condition, id));
            base = Optional.of(StateBase.written(version, content));
            baseKnown = true;
            return version;
        } finally {
            turn.unlock();
        }
    }

    @Override
    public void delete() {
        turn.lock();
        try {
            lock.ensureHeld();
            WriteCondition condition = ifBaseWhateverItIs();
            if (condition instanceof WriteCondition.IfVersion) {
                change(id -> {
                    states.delete(lock.key(), condition, id);
                    return id;
                });
                base = Optional.empty();
                baseKnown = true;
            }
        } finally {
            turn.unlock();
        }
    }

    /** Sends a change, unless the lock is lost. The store refuses it if the base is not the newest version any more. */
    @GuardedBy("turn")
    private <T> T change(Function<Optional<String>, T> request) {
        // After the base was read: a lock that is there now was there then, so the base is not another holder's work.
        lock.ensureHeld();
        try {
            return request.apply(Optional.of(lock.info().id()));
        } catch (StateConflictException | OutcomeUnknownException e) {
            baseIsBehind = true;
            throw e;
        }
    }

    @Override
    public void close() {
        lock.close();
    }

    /** The condition that the base is still the newest version. */
    @GuardedBy("turn")
    private WriteCondition ifBase() {
        if (baseIsBehind) {
            throw new IllegalStateException("The last change of \"" + lock.key()
                    + "\" did not succeed, so its base is not known any more: read() it before the next write");
        }
        if (!baseKnown) {
            read();
        }
        return base.map(stored -> WriteCondition.ifVersion(stored.version())).orElseGet(WriteCondition::ifAbsent);
    }

    /** The same, also where the base cannot be trusted: what cannot be read can still be replaced or deleted. */
    @GuardedBy("turn")
    private WriteCondition ifBaseWhateverItIs() {
        try {
            return ifBase();
        } catch (StateCorruptException e) {
            return WriteCondition.ifVersion(e.version().orElseThrow(() -> e));
        }
    }
}
