package io.github.statelock.engine;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.StateDriver;
import io.github.statelock.spi.StateWrite;
import io.github.statelock.spi.StoredState;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** The state store of every backend. Safe for use by several threads. */
final class DriverStateStore implements StateStore {

    private final StateDriver driver;
    private final EngineOptions options;
    private final EngineThreads threads;
    private final KeyRules keys;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    /**
     * A state store.
     *
     * @param keys the lock driver's: it names the object of a state in all of the JVM, too
     */
    DriverStateStore(StateDriver driver, EngineOptions options, EngineThreads threads, KeyRules keys) {
        this.keys = keys;
        this.driver = driver;
        this.options = options;
        this.threads = threads;
    }

    @Override
    public Optional<State> read(StateKey key) {
        keys.require(key);
        return call(options.transferTimeout(), () -> driver.read(key)).map(StoredState::state);
    }

    /** As the public method, for the holder of the key's lock. */
    Optional<State> readUnderLock(StateKey key, String lockId) {
        return call(options.transferTimeout(), () -> driver.readUnderLock(key, lockId))
                .map(StoredState::state);
    }

    @Override
    public StateVersion write(StateKey key, byte[] content, WriteCondition condition) {
        return write(key, content, condition, Optional.empty());
    }

    /** As the public method; with the ID of the lock under which the state is written. */
    StateVersion write(StateKey key, byte[] content, WriteCondition condition, Optional<String> lockId) {
        Objects.requireNonNull(content, "content");
        if (content.length == 0) {
            throw new IllegalArgumentException("A state has at least one byte; to remove \"" + key + "\", delete it");
        }
        if (content.length > options.maxStateBytes()) {
            throw new BackendMisconfiguredException(
                    "The state \"" + key + "\" has " + content.length + " bytes, the most is " + options.maxStateBytes()
                            + " (maxStateBytes)",
                    null);
        }
        return change(newWrite(key, content, condition, lockId)).write();
    }

    @Override
    public void delete(StateKey key, WriteCondition condition) {
        delete(key, condition, Optional.empty());
    }

    /** As the public method; with the ID of the lock under which the state is deleted. */
    void delete(StateKey key, WriteCondition condition, Optional<String> lockId) {
        change(newWrite(key, new byte[0], condition, lockId)).delete();
    }

    @Override
    public List<StateKey> list(String prefix) {
        return call(options.transferTimeout(), () -> driver.list(prefix));
    }

    @Override
    public List<LeftOut> leftOut(String prefix) {
        return call(options.transferTimeout(), () -> driver.leftOut(prefix));
    }

    @Override
    public List<Revision> history(StateKey key) {
        keys.require(key);
        return call(options.callTimeout(), () -> driver.history(key));
    }

    @Override
    public Optional<State> read(StateKey key, StateVersion version) {
        keys.require(key);
        return call(options.transferTimeout(), () -> driver.read(key, version));
    }

    /** Whether old versions can be read, which only the store may know. */
    boolean keepsHistory() {
        return call(options.callTimeout(), driver::keepsHistory);
    }

    private StateChange change(StateWrite write) {
        threads.requireOpen();
        keys.require(write.key());
        Pace.Change object = new Pace.Change("state of " + keys.lockPath(write.key()), false);
        return new StateChange(driver, options, threads, closed, write, object);
    }

    /** The clients are closed: whoever still waits for an answer is told that none will come. */
    void close() {
        closed.complete(null);
    }

    private static StateWrite newWrite(
            StateKey key, byte[] content, WriteCondition condition, Optional<String> lockId) {
        return new StateWrite(key, content, condition, UUID.randomUUID().toString(), lockId);
    }

    private <T> T call(Duration timeout, Supplier<T> request) {
        threads.requireOpen();
        try {
            return answer(threads.stateCalls.start(timeout, request), closed);
        } catch (DriverCalls.OverrunException | ClosedException e) {
            throw new BackendUnavailableException("The store did not answer a read: " + e.getMessage(), e);
        }
    }

    /** The answer to a call; none where the clients are closed before it comes. */
    static <T> T answer(DriverCalls.Call<T> call, CompletableFuture<Void> closed) {
        Waits.getUninterruptibly(CompletableFuture.anyOf(call.answer(), closed));
        if (!call.answer().isDone()) {
            throw new ClosedException();
        }
        return Waits.getUninterruptibly(call.answer()).value();
    }

    /** The clients were closed while a request was under way. */
    static final class ClosedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ClosedException() {
            super("the backend was closed");
        }
    }
}
