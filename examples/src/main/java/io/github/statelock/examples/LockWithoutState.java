package io.github.statelock.examples;

import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.StateKey;

/** A lock and nothing else: a job that one machine of many runs, and the others skip. */
final class LockWithoutState {

    private static final StateKey NIGHTLY = StateKey.of("jobs/nightly-report");

    private LockWithoutState() {}

    /** Runs the job if nobody else does, and says whether it did. */
    static boolean runOnce(LockManager locks, Runnable job) throws InterruptedException {
        LockAttempt attempt = locks.tryAcquire(NIGHTLY, LockOptions.operation("report"));
        if (attempt instanceof LockAttempt.Acquired acquired) {
            try (HeldLock lock = acquired.lock()) {
                job.run();
                return true;
            }
        }
        return false;
    }
}
