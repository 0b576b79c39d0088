package io.github.statelock.engine;

import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockInfo;
import io.github.statelock.LockLostException;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * A lock that another process holds and under which this one works. Its record is only read: the holder alone renews and
 * releases it. Safe for use by several threads.
 */
final class BorrowedLock implements HeldLock {

    private final DriverLockManager manager;
    private final StateKey key;
    private final LockInfo info;
    private final Optional<Duration> remaining;
    private final Callbacks callbacks;
    private final CompletableFuture<LockLostException> lost = new CompletableFuture<>();
    private volatile boolean ended;

    /**
     * A borrowed lock.
     *
     * @param record the holder's record, which has an info
     */
    BorrowedLock(DriverLockManager manager, ObservedLock record, Callbacks callbacks) {
        this.manager = manager;
        this.key = record.key();
        this.info = record.info().orElseThrow();
        this.remaining = record.lease().map(lease -> Duration.ZERO);
        this.callbacks = callbacks;
    }

    @Override
    public StateKey key() {
        return key;
    }

    @Override
    public LockInfo info() {
        return info;
    }

    @Override
    public LockStatus status() {
        if (ended) {
            return LockStatus.RELEASED;
        }
        return lost.isDone() ? LockStatus.LOST : LockStatus.HELD;
    }

    /** Nothing is certain: when the holder last renewed the lease is not known here. */
    @Override
    public Optional<Duration> remaining() {
        return remaining;
    }

    @Override
    public void ensureHeld() {
        if (ended) {
            throw new IllegalStateException("The lock " + info.id() + " of \"" + key + "\" is not borrowed any more");
        }
        if (!lost.isDone()) {
            look();
        }
        if (lost.isDone()) {
            throw lost.join();
        }
    }

    private void look() {
        try {
            manager.requireLive(key, info.id());
        } catch (LockLostException e) {
            lost.complete(e);
        } catch (LockIdMismatchException e) {
            lost.complete(new LockLostException(
                    key, info.id(), "somebody else has the lock now" + EngineLock.by(e.actual())));
        }
    }

    @Override
    public void onLost(Consumer<LockLostException> callback) {
        lost.thenAccept(reason -> callbacks.runLoss(() -> callback.accept(reason)));
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        return Optional.empty();
    }

    @Override
    public void release() {
        ended = true;
    }

    @Override
    public void detach() {
        release();
    }

    @Override
    public void close() {
        release();
    }
}
