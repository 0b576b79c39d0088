package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.BackendDeniedException;
import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockLostException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The release of one held lock. The first ends the hold. Where the store did not serve or did not answer, the record may still
 * be there, and until it is known to be gone it is removed by whatever comes first: the ghost hunt, a repeated release, the
 * close of the backend. Safe for use by several threads: those that release at the same time share one release.
 */
final class LockRelease {

    private static final Logger LOG = LoggerFactory.getLogger(LockRelease.class);

    private final Engine engine;
    private final EngineLock held;
    private final LeaseKeeper keeper;
    private final Object lock = new Object();

    /** The newest release; null before the first. */
    @GuardedBy("lock")
    private @Nullable CompletableFuture<Void> newest;

    /** Outlasts the ghost hunt, so that a lock without lease is not left behind by a store that was away for longer. */
    @GuardedBy("lock")
    private Scheduler.Scheduled nextTry = () -> {};

    /** Whether nothing is left to be released. Written before the future of the release that found it completes. */
    private volatile boolean ended;

    /** Whether the record may have been removed by an earlier release or by the hunt. */
    private volatile boolean maybeRemoved;

    LockRelease(Engine engine, EngineLock held, LeaseKeeper keeper) {
        this.engine = engine;
        this.held = held;
        this.keeper = keeper;
    }

    /** Starts the release, or joins the one under way. Once nothing is left to be released, later calls have nothing to do. */
    CompletableFuture<Void> start() {
        synchronized (lock) {
            if (ended) {
                return CompletableFuture.completedFuture(null);
            }
            if (newest == null || newest.isDone()) {
                newest = remove();
            }
            return newest;
        }
    }

    /** Ends the hold without removing the record; false if a release came first. */
    boolean giveUpTo(Runnable leave) {
        synchronized (lock) {
            if (ended || newest != null) {
                return false;
            }
            ended = true;
        }
        leave.run();
        return true;
    }

    /** A lost lock's record is removed too, if it is still ours: that frees it for others sooner. */
    private CompletableFuture<Void> remove() {
        boolean wasLost = keeper.giveUp();
        return Removal.ofOwn(engine, keeper.owned()).handle((removed, failure) -> {
            if (removed == null && !wasLost) {
                RuntimeException told = failed(Waits.unwrap(Objects.requireNonNull(failure)));
                held.end();
                throw told;
            }
            end();
            held.end();
            if (wasLost) {
                throw held.lostException();
            }
            tell(Objects.requireNonNull(removed));
            return null;
        });
    }

    private void end() {
        ended = true;
        engine.held.removeUnreleased(held);
        synchronized (lock) {
            nextTry.cancel();
        }
    }

    private void tell(Removal.Result removed) {
        if (removed.verdict() == Removal.Verdict.REMOVED || maybeRemoved) {
            held.released();
            return;
        }
        LockLostException reason = new LockLostException(
                held.key(),
                held.info().id(),
                "when it was released, its record was "
                        + removed.actual()
                                .map(other -> "somebody else's" + EngineLock.by(other))
                                .orElse("gone"));
        held.foundLost(reason);
        throw reason;
    }

    /** A denied release is the caller's to repeat: the store would go on denying it. */
    private RuntimeException failed(Throwable failure) {
        if (failure instanceof BackendDeniedException || failure instanceof BackendMisconfiguredException) {
            engine.held.removeUnreleased(held);
            return (RuntimeException) failure;
        }
        maybeRemoved = true;
        engine.held.addUnreleased(held); // before the hold ends, so that a close finds the lock in one of the two
        tryAgainLater();
        if (failure instanceof BackendUnavailableException) {
            return new BackendUnavailableException(
                    "The lock " + held.info().id() + " of \"" + held.key() + "\" is not released yet: "
                            + failure.getMessage()
                            + ". This process goes on trying until the backend is closed. Releasing it again is safe.",
                    failure);
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }

    private void tryAgainLater() {
        if (engine.threads.isClosed()) {
            return;
        }
        engine.ghosts.watch(held.key(), held.info().id(), engine.ticker.nanos());
        Scheduler.Scheduled next;
        try {
            next = engine.scheduler.schedule(Ghosts.REMEMBERED, this::tryAgain);
        } catch (RejectedExecutionException e) { // the hold ends all the same; the close of the backend tries again
            LOG.warn(
                    "The release of the lock {} of \"{}\" is not repeated",
                    held.info().id(),
                    held.key(),
                    e);
            return;
        }
        synchronized (lock) {
            nextTry.cancel();
            nextTry = next;
        }
    }

    private void tryAgain() {
        if (!engine.threads.isClosed()) {
            start().exceptionally(failure -> {
                LOG.warn(
                        "The lock {} of \"{}\" is not released yet", held.info().id(), held.key(), failure);
                return null;
            });
        }
    }
}
