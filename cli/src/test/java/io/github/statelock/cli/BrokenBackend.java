package io.github.statelock.cli;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.LockedState;
import io.github.statelock.ObservedLock;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.Inspectable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A backend with one thing wrong. */
final class BrokenBackend implements StateBackend, Inspectable {

    /** What is wrong. */
    enum Defect {
        NONE,
        CREATES_OVER_ANYTHING,
        REPLACES_ANYTHING,
        DELETES_ANYTHING,
        GIVES_LOCKS_TWICE,
        DENIES_LOCKS,
        DENIES_RELEASE,
        RELEASES_ANYTHING,
        NEVER_RENEWS,
        KEEPS_NO_HISTORY,
        CLOCK_IS_BEHIND,
        STOPS_ANSWERING,
        DENIES_EVERYTHING,
        IS_UNREACHABLE,
        HAS_BAD_SETTINGS,
        KEEPS_OLD_VERSIONS,
        ALTERS_CONTENT,
        WRITES_WITHOUT_ANSWER,
        BREAKS_DOWN,
        DENIES_WRITES,
        SWEEPS_IN_PART
    }

    private final StateBackend inner;
    private final Defect defect;

    BrokenBackend(StateBackend inner, Defect defect) {
        this.inner = inner;
        this.defect = defect;
    }

    private boolean is(Defect which) {
        return defect == which;
    }

    @Override
    public StateStore states() {
        return new Store(inner.states());
    }

    @Override
    public LockManager locks() {
        return new Locks(inner.locks());
    }

    @Override
    public LockedState lock(StateKey key, LockOptions options) throws InterruptedException {
        LockedState locked = inner.lock(key, options);
        return switch (defect) {
            case ALTERS_CONTENT -> Writing.altered(locked);
            case WRITES_WITHOUT_ANSWER ->
                Writing.failing(locked, new OutcomeUnknownException("Whether it was written is not known.", null));
            case BREAKS_DOWN -> Writing.failing(locked, new IllegalStateException("a bug"));
            default -> locked;
        };
    }

    @Override
    public LockedState attach(StateKey key, String lockId) {
        return inner.attach(key, lockId);
    }

    @Override
    public LockedState borrow(StateKey key, String lockId) {
        return inner.borrow(key, lockId);
    }

    @Override
    public Capabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public List<Finding> inspect() {
        return is(Defect.HAS_BAD_SETTINGS)
                ? List.of(
                        Finding.fail("global table", "two regions"),
                        Finding.notChecked("retention", "needs the permission look"))
                : List.of(Finding.ok("settings", "fine"));
    }

    @Override
    public List<String> purge(StateKey key) {
        return is(Defect.KEEPS_OLD_VERSIONS) ? List.of("the version 1: needs the permission purge") : List.of();
    }

    @Override
    public void close() {
        inner.close();
    }

    private final class Store implements StateStore {
        private final StateStore states;

        Store(StateStore states) {
            this.states = states;
        }

        @Override
        public Optional<State> read(StateKey key) {
            if (is(Defect.DENIES_EVERYTHING)) {
                throw new BackendDeniedException("The policy must allow reads.", null);
            }
            if (is(Defect.IS_UNREACHABLE)) {
                throw new BackendUnavailableException("No route.", null);
            }
            return states.read(key);
        }

        @Override
        public StateVersion write(StateKey key, byte[] content, WriteCondition condition) {
            denyWrites();
            boolean creates = condition instanceof WriteCondition.IfAbsent;
            boolean ignores = is(creates ? Defect.CREATES_OVER_ANYTHING : Defect.REPLACES_ANYTHING);
            return states.write(key, content, ignores ? WriteCondition.unconditional() : condition);
        }

        @Override
        public void delete(StateKey key, WriteCondition condition) {
            denyWrites();
            states.delete(key, is(Defect.DELETES_ANYTHING) ? WriteCondition.unconditional() : condition);
        }

        private void denyWrites() {
            if (is(Defect.DENIES_WRITES)) {
                throw new BackendDeniedException("The policy must allow writes.", null);
            }
        }

        @Override
        public List<StateKey> list(String prefix) {
            return states.list(prefix);
        }

        @Override
        public List<Revision> history(StateKey key) {
            List<Revision> all = states.history(key);
            if (is(Defect.KEEPS_NO_HISTORY) && !all.isEmpty()) {
                return all.subList(0, 1);
            }
            return is(Defect.CLOCK_IS_BEHIND)
                    ? all.stream()
                            .map(r -> new Revision(r.version(), r.written().minusSeconds(7200), r.size()))
                            .toList()
                    : all;
        }

        @Override
        public Optional<State> read(StateKey key, StateVersion version) {
            return states.read(key, version);
        }
    }

    private final class Locks implements LockManager {
        private final LockManager locks;

        Locks(LockManager locks) {
            this.locks = locks;
        }

        @Override
        public LockAttempt tryAcquire(StateKey key, LockOptions options) throws InterruptedException {
            LockAttempt attempt = locks.tryAcquire(key, options);
            if (is(Defect.GIVES_LOCKS_TWICE) && attempt instanceof LockAttempt.Held held) {
                locks.forceUnlock(key, held.holder().info().orElseThrow().id());
                return locks.tryAcquire(key, options);
            }
            return attempt;
        }

        @Override
        public HeldLock acquire(StateKey key, LockOptions options) throws InterruptedException {
            if (is(Defect.DENIES_LOCKS) || is(Defect.DENIES_WRITES)) {
                throw new BackendDeniedException("The policy must allow locks.", null);
            }
            if (is(Defect.STOPS_ANSWERING)) {
                throw new BackendUnavailableException("No answer.", null);
            }
            // A lock without lease is never renewed, which is what this is about.
            LockOptions how =
                    is(Defect.NEVER_RENEWS) ? options.toBuilder().noLease().build() : options;
            return new Lock(locks.acquire(key, how), locks);
        }

        @Override
        public HeldLock attach(StateKey key, String lockId) {
            return locks.attach(key, lockId);
        }

        @Override
        public Optional<ObservedLock> inspect(StateKey key) {
            return locks.inspect(key);
        }

        @Override
        public List<ObservedLock> list(String prefix) {
            return locks.list(prefix);
        }

        @Override
        public boolean forceUnlock(StateKey key, String lockId) {
            return locks.forceUnlock(key, lockId);
        }

        @Override
        public void sweep(String prefix, Consumer<ObservedLock> onRemoved) throws InterruptedException {
            if (is(Defect.SWEEPS_IN_PART)) {
                locks.list(prefix).stream().limit(1).forEach(onRemoved);
                throw new BackendDeniedException("The policy must allow deletes.", null);
            }
            locks.sweep(prefix, onRemoved);
        }
    }

    private final class Lock implements HeldLock {
        private final HeldLock lock;
        private final LockManager locks;

        Lock(HeldLock lock, LockManager locks) {
            this.lock = lock;
            this.locks = locks;
        }

        @Override
        public StateKey key() {
            return lock.key();
        }

        @Override
        public LockInfo info() {
            return lock.info();
        }

        @Override
        public LockStatus status() {
            return lock.status();
        }

        @Override
        public Optional<Duration> remaining() {
            return lock.remaining();
        }

        @Override
        public void ensureHeld() {
            lock.ensureHeld();
        }

        @Override
        public void onLost(Consumer<LockLostException> callback) {
            lock.onLost(callback);
        }

        @Override
        public Optional<FencingToken> fencingToken() {
            return lock.fencingToken();
        }

        @Override
        public void release() {
            if (is(Defect.DENIES_RELEASE)) {
                throw new BackendDeniedException("The policy must allow deletes.", null);
            }
            if (is(Defect.RELEASES_ANYTHING)) {
                locks.inspect(key()).flatMap(ObservedLock::info).ifPresent(i -> locks.forceUnlock(key(), i.id()));
            }
            lock.release();
        }

        @Override
        public void detach() {
            lock.detach();
        }

        @Override
        public void close() {
            release();
        }
    }

    /**
     * Says that it wrote, and wrote something else; or fails when it has written.
     *
     * @param content what becomes of the content
     * @param then what happens after the write
     */
    private record Writing(LockedState locked, UnaryOperator<byte[]> content, Runnable then) implements LockedState {

        static LockedState altered(LockedState locked) {
            return new Writing(
                    locked,
                    content -> {
                        byte[] other = content.clone();
                        other[0]++;
                        return other;
                    },
                    () -> {});
        }

        static LockedState failing(LockedState locked, RuntimeException failure) {
            return new Writing(locked, content -> content, () -> {
                throw failure;
            });
        }

        @Override
        public HeldLock lock() {
            return locked.lock();
        }

        @Override
        public Optional<State> read() {
            return locked.read();
        }

        @Override
        public StateVersion write(byte[] bytes) {
            StateVersion version = locked.write(content.apply(bytes));
            then.run();
            return version;
        }

        @Override
        public StateVersion overwrite(byte[] bytes) {
            StateVersion version = locked.overwrite(content.apply(bytes));
            then.run();
            return version;
        }

        @Override
        public void delete() {
            locked.delete();
        }

        @Override
        public void close() {
            locked.close();
        }
    }
}
