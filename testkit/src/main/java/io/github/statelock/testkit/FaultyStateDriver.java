package io.github.statelock.testkit;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A state driver whose requests and answers get lost, delayed, doubled or refused as a test asks. Works over any driver.
 * Safe for use by several threads.
 */
public final class FaultyStateDriver implements StateDriver {

    /** The requests that a fault can hit. */
    public enum Operation {
        /** {@link StateDriver#read(StateKey)} and {@link StateDriver#readUnderLock}. */
        READ,
        /** {@link StateDriver#write}. */
        WRITE,
        /** {@link StateDriver#delete}. */
        DELETE,
        /** {@link StateDriver#list}. */
        LIST,
        /** {@link StateDriver#history} and {@link StateDriver#read(StateKey, StateVersion)}. */
        HISTORY
    }

    private final StateDriver inner;
    private final FaultPlan<Operation> faults = new FaultPlan<>(Operation.class);

    /**
     * A driver without faults yet.
     *
     * @param inner the driver that reaches the store
     */
    public FaultyStateDriver(StateDriver inner) {
        this.inner = inner;
    }

    /**
     * The faults to come and the requests so far.
     *
     * @return the plan, the same object every time
     */
    public FaultPlan<Operation> faults() {
        return faults;
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        return read(Operation.READ, () -> inner.read(key));
    }

    @Override
    public Optional<StoredState> readUnderLock(StateKey key, String lockId) {
        return read(Operation.READ, () -> inner.readUnderLock(key, lockId));
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        return change(Operation.WRITE, () -> inner.write(write));
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        return change(Operation.DELETE, () -> inner.delete(delete));
    }

    @Override
    public List<StateStore.LeftOut> leftOut(String prefix) {
        return read(Operation.LIST, () -> inner.leftOut(prefix));
    }

    @Override
    public List<StateKey> list(String prefix) {
        return read(Operation.LIST, () -> inner.list(prefix));
    }

    @Override
    public boolean keepsHistory() {
        return inner.keepsHistory();
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return read(Operation.HISTORY, () -> inner.history(key));
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        return read(Operation.HISTORY, () -> inner.read(key, version));
    }

    private WriteOutcome change(Operation operation, Supplier<WriteOutcome> send) {
        return run(operation, send, WriteOutcome.Unknown::new);
    }

    private <T> T read(Operation operation, Supplier<T> send) {
        return run(operation, send, cause -> {
            throw new BackendUnavailableException("no answer", cause);
        });
    }

    private <T> T run(Operation operation, Supplier<T> send, Function<Throwable, T> unanswered) {
        return faults.run(operation, send, unanswered, refusal -> {
            throw refusal;
        });
    }
}
