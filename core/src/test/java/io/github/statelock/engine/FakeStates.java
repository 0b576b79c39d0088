package io.github.statelock.engine;

import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import io.github.statelock.spi.WriteOutcome;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** One state in memory; its writes can be made to fail. */
final class FakeStates implements StateDriver {

    private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
    private final Queue<Supplier<Optional<StoredState>>> reads = new ConcurrentLinkedQueue<>();
    private volatile Optional<StoredState> stored = Optional.empty();
    private int version;
    final AtomicInteger writes = new AtomicInteger();

    interface Apply {
        WriteOutcome run();
    }

    interface Fault {
        WriteOutcome answer(Apply apply);
    }

    void meet(Fault fault) {
        faults.add(fault);
    }

    /** The next read is answered like that. */
    void meetRead(Supplier<Optional<StoredState>> fault) {
        reads.add(fault);
    }

    void overwrite(byte[] content) {
        put(content, "theirs");
    }

    void overwriteKeepingMetadata(byte[] content) {
        put(content, stored.flatMap(StoredState::writeId).orElseThrow());
    }

    private StateVersion put(byte[] content, String writeId) {
        StateVersion next = new StateVersion(Integer.toString(++version));
        stored = Optional.of(new StoredState(State.ofOwned(EngineTest.KEY, next, content), Optional.of(writeId)));
        return next;
    }

    private boolean holds(WriteCondition condition) {
        Optional<StateVersion> current = stored.map(s -> s.state().version());
        return condition instanceof WriteCondition.Unconditional
                || (condition instanceof WriteCondition.IfAbsent && current.isEmpty())
                || (condition instanceof WriteCondition.IfVersion v && current.equals(Optional.of(v.version())));
    }

    @Override
    public Optional<StoredState> read(StateKey key) {
        Supplier<Optional<StoredState>> fault = reads.poll();
        return fault == null ? stored : fault.get();
    }

    @Override
    public WriteOutcome write(StateWrite write) {
        writes.incrementAndGet();
        Fault fault = faults.poll();
        return fault == null ? apply(write) : fault.answer(() -> apply(write));
    }

    private WriteOutcome apply(StateWrite write) {
        return holds(write.condition())
                ? new WriteOutcome.Written(put(write.content(), write.writeId()))
                : new WriteOutcome.Refused();
    }

    @Override
    public WriteOutcome delete(StateWrite delete) {
        if (stored.isPresent() && !holds(delete.condition())) {
            return new WriteOutcome.Refused();
        }
        stored = Optional.empty();
        return new WriteOutcome.Deleted();
    }

    @Override
    public List<StateKey> list(String prefix) {
        return List.of();
    }

    @Override
    public boolean keepsHistory() {
        return false;
    }

    @Override
    public List<StateStore.Revision> history(StateKey key) {
        return List.of();
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion old) {
        return Optional.empty();
    }
}
