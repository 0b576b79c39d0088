package io.github.statelock.testkit;

import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A driver with one condition switched off, for the twins of the safety tests. */
final class BrokenStateDriver implements StateDriver {

    /** What is broken. */
    enum Defect {
        /** Writes over whatever is there. */
        WRITES_UNCONDITIONALLY,
        /** Deletes whatever is there. */
        DELETES_UNCONDITIONALLY,
        /** Knows its own write by its content. */
        KNOWS_WRITES_BY_CONTENT,
        /** Answers now and then with what it read before. */
        READS_STALE,
        /** Says of a refused write that it was applied. */
        CLAIMS_REFUSED_WRITES
    }

    private final StateDriver inner;
    private final Defect defect;
    private final Map<StateKey, StateWrite> lastWrites = new ConcurrentHashMap<>();
    private final Map<StateKey, StoredState> lastReads = new ConcurrentHashMap<>();

    BrokenStateDriver(StateDriver inner, Defect defect) {
        this.inner = inner;
        this.defect = defect;
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        return seen(key, inner.read(key));
    }

    @Override
    public Optional<StoredState> readUnderLock(StateKey key, String lockId) {
        return seen(key, inner.readUnderLock(key, lockId));
    }

    private Optional<StoredState> seen(StateKey key, Optional<StoredState> now) {
        StateWrite mine = lastWrites.get(key);
        if (defect == Defect.KNOWS_WRITES_BY_CONTENT && mine != null) {
            return now.map(stored -> Arrays.equals(stored.state().bytes(), mine.content())
                    ? new StoredState(stored.state(), Optional.of(mine.writeId()))
                    : stored);
        }
        if (defect == Defect.READS_STALE && now.isPresent()) {
            StoredState before = lastReads.put(key, now.get());
            return before == null ? now : Optional.of(before);
        }
        return now;
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        lastWrites.put(write.key(), write);
        WriteOutcome outcome = inner.write(defect == Defect.WRITES_UNCONDITIONALLY ? unconditional(write) : write);
        return defect == Defect.CLAIMS_REFUSED_WRITES && outcome instanceof WriteOutcome.Refused
                ? new WriteOutcome.Written(new StateVersion("claimed"))
                : outcome;
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        return inner.delete(defect == Defect.DELETES_UNCONDITIONALLY ? unconditional(delete) : delete);
    }

    @Override
    public List<StateStore.LeftOut> leftOut(String prefix) {
        return inner.leftOut(prefix);
    }

    @Override
    public List<StateKey> list(String prefix) {
        return inner.list(prefix);
    }

    @Override
    public boolean keepsHistory() {
        return inner.keepsHistory();
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return inner.history(key);
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return inner.read(key, version);
    }

    private static StateWrite unconditional(StateWrite write) {
        return new StateWrite(
                write.key(), write.content(), WriteCondition.unconditional(), write.writeId(), write.lockId());
    }
}
