package io.github.statelock.cli.serve;

import io.github.statelock.LockManager;
import io.github.statelock.ObservedLock;
import io.github.statelock.StatelockException;
import io.github.statelock.engine.Ticker;
import java.time.Duration;

/**
 * The locks whose clients have asked to unlock them. Their IDs are used up: a LOCK under one of them is a duplicate that was
 * delayed on its way, and a record under one of them was left by such a duplicate, here or on the way to the store. Kept in
 * memory only; a restart forgets them. Safe for use by several threads.
 */
final class ReleasedIds {

    /** Longer than any request was seen to stay on its way. */
    static final Duration REMEMBERED = Duration.ofHours(1);

    static final int MOST = 10_000;

    private enum Stage {
        ASKED,
        DONE
    }

    private final LockManager locks;
    private final Recent<LockName, Stage> stages;

    ReleasedIds(LockManager locks, Ticker ticker) {
        this.locks = locks;
        this.stages = new Recent<>(MOST, REMEMBERED, ticker);
    }

    /** Before the store is asked to release it: a duplicate of its LOCK may come at any moment from then on. */
    void asked(LockName name) {
        if (!isReleased(name)) {
            stages.put(name, Stage.ASKED);
        }
    }

    /** The store has released it, or did not have it. */
    void released(LockName name) {
        stages.put(name, Stage.DONE);
    }

    /** Whether its client has asked to unlock it. */
    boolean contains(LockName name) {
        return stages.get(name).isPresent();
    }

    /** Whether it was released, so that an UNLOCK is a repetition. */
    boolean isReleased(LockName name) {
        return stages.get(name).filter(Stage.DONE::equals).isPresent();
    }

    /** Removes a record whose client has asked to unlock it; false if it is somebody's, or could not be removed now. */
    boolean removeLeftover(ObservedLock record) {
        if (record.info().isEmpty()) {
            return false;
        }
        LockName name = new LockName(record.key(), record.info().get().id());
        if (!contains(name)) {
            return false;
        }
        try {
            locks.forceUnlock(name.key(), name.id());
            return true;
        } catch (StatelockException e) {
            return false;
        }
    }
}
