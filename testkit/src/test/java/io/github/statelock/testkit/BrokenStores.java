package io.github.statelock.testkit;

import io.github.statelock.testkit.BackendContract.Drivers;

/** The contracts over stores with one condition switched off. No test class by itself: {@link NegativeControlsTest} runs it. */
final class BrokenStores {

    private BrokenStores() {}

    private static Drivers broken(Drivers drivers, BrokenLockDriver.Defect defect) {
        return new Drivers(new BrokenLockDriver(drivers.locks(), defect), drivers.states());
    }

    private static Drivers broken(Drivers drivers, BrokenStateDriver.Defect defect) {
        return new Drivers(drivers.locks(), new BrokenStateDriver(drivers.states(), defect));
    }

    static final class CreatesUnconditionally extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.CREATES_UNCONDITIONALLY);
        }
    }

    static final class TakesOverUnconditionally extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.TAKES_OVER_UNCONDITIONALLY);
        }
    }

    static final class RenewsUnconditionally extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.RENEWS_UNCONDITIONALLY);
        }
    }

    static final class RenewsUnseen extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.RENEWS_UNSEEN);
        }
    }

    static final class ReleasesUnconditionally extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.RELEASES_UNCONDITIONALLY);
        }
    }

    static final class BreaksUnconditionally extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.BREAKS_UNCONDITIONALLY);
        }
    }

    static final class ChecksNoLease extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.CHECKS_NO_LEASE);
        }
    }

    static final class InventsLeases extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.INVENTS_LEASES);
        }
    }

    static final class ConfirmsEveryToken extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.CONFIRMS_EVERY_TOKEN);
        }
    }

    static final class DrawsOneToken extends MemoryLockManagerContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.DRAWS_ONE_TOKEN);
        }
    }

    static final class WritesUnconditionally extends MemoryStateStoreContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenStateDriver.Defect.WRITES_UNCONDITIONALLY);
        }
    }

    static final class DeletesUnconditionally extends MemoryStateStoreContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenStateDriver.Defect.DELETES_UNCONDITIONALLY);
        }
    }

    static final class KnowsWritesByContent extends MemoryStateStoreContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenStateDriver.Defect.KNOWS_WRITES_BY_CONTENT);
        }
    }

    static final class ReadsStale extends MemoryStateStoreContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenStateDriver.Defect.READS_STALE);
        }
    }

    static final class ClaimsRefusedWrites extends MemoryStateStoreContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenStateDriver.Defect.CLAIMS_REFUSED_WRITES);
        }
    }

    static final class WritesUnconditionallyUnderLocks extends MemoryLockedStateContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenStateDriver.Defect.WRITES_UNCONDITIONALLY);
        }
    }

    static final class DeletesUnconditionallyUnderLocks extends MemoryLockedStateContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenStateDriver.Defect.DELETES_UNCONDITIONALLY);
        }
    }

    static final class CreatesUnconditionallyUnderLocks extends MemoryLockedStateContractTest {
        @Override
        protected Drivers openDrivers() {
            return broken(super.openDrivers(), BrokenLockDriver.Defect.CREATES_UNCONDITIONALLY);
        }
    }
}
