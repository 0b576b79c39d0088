package io.github.statelock.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.github.statelock.LockLostException;
import io.github.statelock.OutcomeUnknownException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The release of one held lock. It ends the hold once; only where the store refused and nothing was applied may it be tried
 * again. Safe for use by several threads: those that release at the same time share one release.
 */
final class LockRelease {

    private final Engine engine;
    private final EngineLock held;
    private final LeaseKeeper keeper;
    private final Object lock = new Object();

    /** The newest release; null before the first. */
    @GuardedBy("lock")
    private @Nullable CompletableFuture<Void> newest;

    /** Whether a release has ended the hold. Written before that release's future completes. */
    private volatile boolean ended;

    LockRelease(Engine engine, EngineLock held, LeaseKeeper keeper) {
        this.engine = engine;
        this.held = held;
        this.keeper = keeper;
    }

    /** Starts the release, or joins the one under way. Once one has ended the hold, later calls have nothing to do. */
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

    /** Ends the hold without removing the record, unless a release came first. */
    void giveUpTo(Runnable leave) {
        synchronized (lock) {
            if (ended || newest != null) {
                throw new IllegalStateException(
                        "The lock " + held.info().id() + " of \"" + held.key() + "\" was released");
            }
            ended = true;
        }
        leave.run();
    }

    /** A lost lock's record is removed too, if it is still ours: that frees it for others sooner. */
    private CompletableFuture<Void> remove() {
        boolean wasLost = keeper.giveUp();
        return Removal.ofOwn(engine, keeper.owned()).handle((removed, failure) -> {
            held.end();
            if (wasLost) {
                ended = true;
                throw held.lostException();
            }
            if (removed == null) {
                throw failed(Waits.unwrap(Objects.requireNonNull(failure)));
            }
            ended = true;
            tell(removed);
            return null;
        });
    }

    private void tell(Removal.Result removed) {
        if (removed.verdict() == Removal.Verdict.REMOVED) {
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

    /** Where it is not known whether the record is gone, the ghost hunt goes on. */
    private RuntimeException failed(Throwable failure) {
        if (failure instanceof OutcomeUnknownException) {
            ended = true;
            engine.ghosts.watch(held.key(), held.info().id(), engine.ticker.nanos());
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }
}
