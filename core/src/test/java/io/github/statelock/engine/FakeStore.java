package io.github.statelock.engine;

import io.github.statelock.LockInfo;
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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A store in memory whose requests a test can make fail in every way. */
final class FakeStore implements LockDriver {

    /** What a driver may be asked for. */
    enum Op {
        CREATE,
        TAKE_OVER,
        RENEW,
        RELEASE,
        BREAK,
        OBSERVE,
        FENCE,
        PATH,
        IDENTIFY,
        LIST
    }

    /** Applies it, and gives its answer. */
    interface Request {
        Object send();
    }

    /** Runs the request or not, and answers what it likes. */
    interface Fault {
        Object answer(Request request);
    }

    private final Map<StateKey, ObservedLock> records = new ConcurrentSkipListMap<>();
    private final Map<Op, Queue<Fault>> faults = new ConcurrentHashMap<>();
    private final Map<Op, Fault> always = new ConcurrentHashMap<>();
    private final Map<Op, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final AtomicLong beat = new AtomicLong();
    private final AtomicLong fence = new AtomicLong();
    private final AtomicInteger running = new AtomicInteger();
    volatile boolean listsNames;
    volatile LeaseBounds bounds = LeaseBounds.watched(Duration.ofSeconds(5));

    /** The next request of that kind meets the fault; several are met one after the other. */
    FakeStore fault(Op op, Fault fault) {
        faults.computeIfAbsent(op, o -> new ConcurrentLinkedQueue<>()).add(fault);
        return this;
    }

    /** Applied, and the answer lost. */
    static Fault lost(Object unknown) {
        return request -> {
            request.send();
            return unknown;
        };
    }

    /** Never arrived, and no answer. */
    static Fault cut(Object unknown) {
        return request -> unknown;
    }

    /** Waits for the latch before it is applied. */
    static Fault hang(CountDownLatch until) {
        return request -> {
            awaitLatch(until);
            return request.send();
        };
    }

    /** Refused with that exception, not applied. */
    static Fault refused(RuntimeException failure) {
        return request -> {
            throw failure;
        };
    }

    /** Every request of that kind meets the fault, until the faults are cleared. */
    FakeStore faultAll(Op op, Fault fault) {
        always.put(op, fault);
        return this;
    }

    /** The store is well again. */
    void heal() {
        always.clear();
    }

    /** Applied, and then the driver failed in a way that it does not know. */
    static Fault broken(Error failure) {
        return request -> {
            request.send();
            throw failure;
        };
    }

    int count(Op op) {
        return counts.getOrDefault(op, new AtomicInteger()).get();
    }

    boolean isIdle() {
        return running.get() == 0;
    }

    Optional<ObservedLock> record(StateKey key) {
        return Optional.ofNullable(records.get(key));
    }

    /** A record as another process writes it. */
    ObservedLock put(StateKey key, String id, Optional<Duration> lease) {
        LockInfo info = new LockInfo(id, "apply", "", "them@there", "1.9.0", Instant.EPOCH, "fake/" + key);
        ObservedLock record = new ObservedLock(key, Optional.of(info), lease, id + "/" + beat.incrementAndGet(), false);
        records.put(key, record);
        return record;
    }

    void remove(StateKey key) {
        records.remove(key);
    }

    /** The service ends the lease of a record, which it shows from then on. */
    void expire(StateKey key) {
        records.computeIfPresent(key, (k, r) -> new ObservedLock(k, r.info(), r.lease(), r.version(), true));
    }

    @Override
    public String lockPath(StateKey key) {
        return (String) run(Op.PATH, () -> "fake/" + key);
    }

    @Override
    public boolean identifies(ObservedLock observed, String lockId) {
        return (Boolean) run(Op.IDENTIFY, () -> LockDriver.super.identifies(observed, lockId));
    }

    @Override
    public LeaseBounds leaseBounds() {
        return bounds;
    }

    @Override
    public AcquireOutcome tryAcquire(LockProposal proposal) {
        return (AcquireOutcome) run(Op.CREATE, () -> {
            ObservedLock ours = version(proposal.key(), proposal.info(), proposal.lease());
            ObservedLock there = records.putIfAbsent(proposal.key(), ours);
            return there == null ? new AcquireOutcome.Acquired(owned(ours)) : new AcquireOutcome.Held(there);
        });
    }

    @Override
    public AcquireOutcome takeOver(LockProposal proposal, ObservedLock stale) {
        return (AcquireOutcome) run(Op.TAKE_OVER, () -> {
            ObservedLock ours = version(proposal.key(), proposal.info(), proposal.lease());
            if (records.replace(proposal.key(), stale, ours)) {
                return new AcquireOutcome.Acquired(owned(ours));
            }
            ObservedLock there = records.get(proposal.key());
            return there == null ? new AcquireOutcome.HolderGone() : new AcquireOutcome.Held(there);
        });
    }

    @Override
    public RenewOutcome renew(OwnedLock lock) {
        return (RenewOutcome) run(Op.RENEW, () -> {
            ObservedLock next = version(lock.key(), lock.info(), lock.lease());
            return records.replace(lock.key(), lock.asObserved(), next)
                    ? new RenewOutcome.Renewed(owned(next))
                    : new RenewOutcome.Lost(record(lock.key()));
        });
    }

    @Override
    public ReleaseOutcome release(OwnedLock lock) {
        return (ReleaseOutcome) run(Op.RELEASE, () -> delete(lock.asObserved()));
    }

    @Override
    public ReleaseOutcome breakLock(ObservedLock observed, String lockId) {
        return (ReleaseOutcome) run(Op.BREAK, () -> delete(observed));
    }

    /** As a driver whose versions have a form of their own: what is no version cannot be taken apart. */
    @Override
    public List<String> watchedParts(ObservedLock observed) {
        String version = observed.version();
        int slash = version.indexOf('/');
        return List.of(version.substring(0, slash) + " in beat " + version.substring(slash + 1));
    }

    @SuppressWarnings("unchecked")
    @Override
    public Optional<ObservedLock> observe(StateKey key) {
        return (Optional<ObservedLock>) run(Op.OBSERVE, () -> record(key));
    }

    @Override
    public LockListing list(String prefix) {
        List<ObservedLock> found = records.values().stream()
                .filter(r -> r.key().value().startsWith(prefix))
                .toList();
        return (LockListing) run(
                Op.LIST,
                () -> listsNames
                        ? LockListing.named(
                                found.stream().map(ObservedLock::key).toList())
                        : LockListing.shown(found));
    }

    /** All records. */
    List<ObservedLock> all() {
        return List.copyOf(records.values());
    }

    @Override
    public FenceOutcome drawFence(OwnedLock lock) {
        return (FenceOutcome) run(Op.FENCE, () -> new FenceOutcome.Drawn(fence.incrementAndGet()));
    }

    static void awaitLatch(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private ReleaseOutcome delete(ObservedLock exactly) {
        if (records.remove(exactly.key(), exactly)) {
            return new ReleaseOutcome.Released();
        }
        return record(exactly.key())
                .<ReleaseOutcome>map(ReleaseOutcome.NotOwner::new)
                .orElseGet(ReleaseOutcome.AlreadyGone::new);
    }

    private Object run(Op op, Request request) {
        counts.computeIfAbsent(op, o -> new AtomicInteger()).incrementAndGet();
        running.incrementAndGet();
        try {
            Queue<Fault> queue = faults.get(op);
            Fault next = queue == null ? null : queue.poll();
            Fault fault = next == null ? always.get(op) : next;
            return fault == null ? request.send() : fault.answer(request);
        } finally {
            running.decrementAndGet();
        }
    }

    private ObservedLock version(StateKey key, LockInfo info, Optional<Duration> lease) {
        return new ObservedLock(key, Optional.of(info), lease, info.id() + "/" + beat.incrementAndGet(), false);
    }

    private static OwnedLock owned(ObservedLock lock) {
        return new OwnedLock(lock.key(), lock.info().orElseThrow(), lock.lease(), lock.version());
    }
}
