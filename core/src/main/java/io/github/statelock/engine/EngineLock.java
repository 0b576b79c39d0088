package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.FencingToken;
import io.github.statelock.HeldLock;
import io.github.statelock.LockInfo;
import io.github.statelock.LockListener;
import io.github.statelock.LockLostException;
import io.github.statelock.LockOptions;
import io.github.statelock.LockStatus;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A lock that is held, as its holder sees it. What keeps it is {@link LeaseKeeper}; what ends it, {@link LockRelease}.
 */
final class EngineLock implements HeldLock {

    private final Engine engine;
    private final StateKey key;
    private final LockInfo info;
    private final Optional<FencingToken> token;
    private final Callbacks callbacks;
    private final LockListener listener;
    private final boolean clients;
    private final Runnable leaveQueue;
    private final Runnable huntGhost;
    private final LeaseKeeper keeper;
    private final LockRelease release;
    private final CompletableFuture<LockLostException> lost = new CompletableFuture<>();
    private final AtomicBoolean hasEnded = new AtomicBoolean();

    /**
     * A lock just taken.
     *
     * @param leaveQueue run once, when the hold ends
     * @param huntGhost run once, when the lock is released or lost
     */
    EngineLock(
            Engine engine,
            LockOptions options,
            Callbacks callbacks,
            Confirmation.Confirmed confirmed,
            Runnable leaveQueue,
            Runnable huntGhost) {
        this.engine = engine;
        this.key = confirmed.lock().key();
        this.info = confirmed.lock().info();
        this.token = confirmed.token();
        this.callbacks = callbacks;
        this.listener = options.listener();
        this.clients = options.recordedAs().isPresent();
        this.leaveQueue = leaveQueue;
        this.huntGhost = huntGhost;
        this.keeper = new LeaseKeeper(engine, options, confirmed, new Told());
        this.release = new LockRelease(engine, this, keeper);
    }

    /** Starts the timers and tells the listener. If that throws, {@link #abandon()} is due. */
    void start(Optional<ObservedLock> takenFrom) {
        takenFrom.ifPresent(from -> callbacks.run(() -> listener.takenOver(this, from)));
        callbacks.run(() -> listener.acquired(this));
        keeper.start();
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
        return keeper.status();
    }

    @Override
    public Optional<Duration> remaining() {
        return keeper.remaining();
    }

    @Override
    public Optional<FencingToken> fencingToken() {
        return token;
    }

    @Override
    public void ensureHeld() {
        if (!keeper.awaitDecision()) {
            throw new BackendUnavailableException(
                    "The machine was suspended while it held the lock " + info.id() + " of \"" + key
                            + "\", and "
                            + (keeper.heldTooLong()
                                    ? "maxHold is over: no renewal asks the store any more whether it still does"
                                    : "the store could not be asked whether it still does"),
                    null);
        }
        LockStatus status = status();
        if (status == LockStatus.LOST) {
            throw lostException();
        }
        if (status == LockStatus.RELEASED) {
            throw new IllegalStateException("The lock " + info.id() + " of \"" + key + "\" was released");
        }
    }

    @Override
    public void onLost(Consumer<LockLostException> callback) {
        lost.thenAccept(reason -> callbacks.runLoss(() -> callback.accept(reason)));
    }

    @Override
    public void release() {
        Waits.getUninterruptibly(releaseAsync());
    }

    @Override
    public void detach() {
        if (keeper.owned().lease().isPresent()) {
            throw new IllegalStateException("The lock " + info.id() + " of \"" + key
                    + "\" has a lease, which nobody would renew: only a lock without lease can be detached");
        }
        ensureHeld();
        if (!release.giveUpTo(this::leave)) {
            throw new IllegalStateException("The lock " + info.id() + " of \"" + key + "\" was released");
        }
    }

    /** The caller never gets this lock, since it could not be started. Whoever took it gives its record back. */
    void abandon() {
        leave();
        released();
    }

    private void leave() {
        keeper.giveUp();
        keeper.stop();
        if (hasEnded.compareAndSet(false, true)) {
            engine.held.remove(this);
            leaveQueue.run();
        }
    }

    @Override
    public void close() {
        release();
    }

    /** Starts the release, or joins the one under way. */
    CompletableFuture<Void> releaseAsync() {
        return release.start();
    }

    /** The backend is closed: gives the lock back, unless it is a client's, who did not ask for that yet. */
    CompletableFuture<Void> closeAsync() {
        return clients && release.giveUpTo(this::leave) ? CompletableFuture.completedFuture(null) : releaseAsync();
    }

    LockLostException lostException() {
        return new LockLostException(key, info.id(), keeper.reason());
    }

    /** The lock was given back. */
    void released() {
        callbacks.run(() -> listener.released(this));
    }

    /** The release found that the lock had been lost. */
    void foundLost(LockLostException reason) {
        callbacks.runLoss(() -> listener.lost(this, reason));
    }

    /** Frees the place in the local queue, once. */
    void end() {
        if (hasEnded.compareAndSet(false, true)) {
            keeper.stop();
            engine.held.remove(this);
            leaveQueue.run();
            huntGhost.run();
        }
    }

    /** This process has broken the lock by force. */
    void force() {
        callbacks.run(() -> listener.forced(this));
        keeper.lose("it was force-unlocked");
    }

    /** What becomes of the lease, for the listener and for those who asked to be told of a loss. */
    private final class Told implements LeaseKeeper.Events {
        @Override
        public void renewed() {
            callbacks.run(() -> listener.renewed(EngineLock.this));
        }

        @Override
        public void atRisk(String reason) {
            callbacks.run(() -> listener.atRisk(EngineLock.this, reason));
        }

        @Override
        public void lost(String reason) {
            LockLostException loss = new LockLostException(key, info.id(), reason);
            try {
                callbacks.runLoss(() -> listener.lost(EngineLock.this, loss));
                lost.complete(loss);
            } finally {
                end();
            }
        }
    }

    static String by(ObservedLock other) {
        return other.info().map(i -> ": " + i.who() + " holds " + i.id()).orElse("");
    }
}
