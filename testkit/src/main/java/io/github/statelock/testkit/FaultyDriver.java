package io.github.statelock.testkit;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.spi.AcquireOutcome;
import io.github.statelock.spi.FenceOutcome;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.LockListing;
import io.github.statelock.spi.LockProposal;
import io.github.statelock.spi.OwnedLock;
import io.github.statelock.spi.ReleaseOutcome;
import io.github.statelock.spi.RenewOutcome;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A lock driver whose requests and answers get lost, delayed, doubled or refused as a test asks. Works over any driver.
 * Safe for use by several threads.
 */
public final class FaultyDriver implements LockDriver {

    /** The requests that a fault can hit. */
    public enum Operation {
        /** {@link LockDriver#tryAcquire}. */
        ACQUIRE,
        /** {@link LockDriver#takeOver}. */
        TAKE_OVER,
        /** {@link LockDriver#renew}. */
        RENEW,
        /** {@link LockDriver#release}. */
        RELEASE,
        /** {@link LockDriver#observe}. */
        OBSERVE,
        /** {@link LockDriver#list}. */
        LIST,
        /** {@link LockDriver#breakLock}. */
        BREAK,
        /** {@link LockDriver#drawFence}. */
        FENCE
    }

    private final LockDriver inner;
    private final FaultPlan<Operation> faults = new FaultPlan<>(Operation.class);

    /**
     * A driver without faults yet.
     *
     * @param inner the driver that reaches the store
     */
    public FaultyDriver(LockDriver inner) {
        this.inner = inner;
    }

    /**
     * The faults to come and the requests so far.
     *
     * @return the plan, the same object every time
     */
    public FaultPlan<Operation> faults() {
        return faults;
    }

    @Override
    public String lockPath(StateKey key) {
        return inner.lockPath(key);
    }

    @Override
    public Optional<String> keyProblem(StateKey key) {
        return inner.keyProblem(key);
    }

    @Override
    public LeaseBounds leaseBounds() {
        return inner.leaseBounds();
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return change(Operation.ACQUIRE, () -> inner.tryAcquire(proposal), AcquireOutcome.Unknown::new);
    }

    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return change(Operation.TAKE_OVER, () -> inner.takeOver(proposal, stale), AcquireOutcome.Unknown::new);
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        return faults.run(
                Operation.RENEW, () -> inner.renew(lock), RenewOutcome.Unknown::new, RenewOutcome.Refused::new);
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        return change(Operation.RELEASE, () -> inner.release(lock), ReleaseOutcome.Unknown::new);
    }

    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return read(Operation.OBSERVE, () -> inner.observe(key));
    }

    @Override
    public List<String> watchedParts(ObservedLock observed) {
        return inner.watchedParts(observed);
    }

    @Override
    public LockListing list(String prefix) {
        return read(Operation.LIST, () -> inner.list(prefix));
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        return change(Operation.BREAK, () -> inner.breakLock(observed, lockId), ReleaseOutcome.Unknown::new);
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        return change(Operation.FENCE, () -> inner.drawFence(lock), FenceOutcome.Unknown::new);
    }

    @Override
    public boolean isWhole(ObservedLock observed) {
        return inner.isWhole(observed);
    }

    @Override
    public boolean identifies(ObservedLock observed, String lockId) {
        return inner.identifies(observed, lockId);
    }

    @Override
    public String idHint() {
        return inner.idHint();
    }

    private <T> T change(Operation operation, Supplier<T> send, Function<Throwable, T> unanswered) {
        return faults.run(operation, send, unanswered, refusal -> {
            throw refusal;
        });
    }

    private <T> T read(Operation operation, Supplier<T> send) {
        return change(operation, send, cause -> {
            throw new BackendUnavailableException("no answer", cause);
        });
    }
}
