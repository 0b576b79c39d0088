package io.github.statelock.engine;

import io.github.statelock.BackendMisconfiguredException;
import io.github.statelock.BackendUnavailableException;
import io.github.statelock.HeldLock;
import io.github.statelock.LockAttempt;
import io.github.statelock.LockHeldException;
import io.github.statelock.LockIdMismatchException;
import io.github.statelock.LockLostException;
import io.github.statelock.LockManager;
import io.github.statelock.LockOptions;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.LeaseBounds;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.OwnedLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock manager of every backend. Safe for use by several threads.
 *
 * <p>How a lock is taken: {@link DriverBackend#lock} → {@link #acquire} → {@link AcquireLoop} → {@link LockDriver#tryAcquire}.
 */
final class DriverLockManager implements LockManager, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DriverLockManager.class);

    private final Engine engine;
    private final KeyRules keys;
    private final ShutdownHook shutdownHook = new ShutdownHook(this::close);

    /** Held by the one thread that closes; the others wait for its end. */
    private final ReentrantLock closing = new ReentrantLock();

    DriverLockManager(LockDriver driver, EngineOptions options, EngineThreads threads) {
        this.engine = new Engine(driver, options, threads);
        this.keys = KeyRules.of(driver);
        if (options.releaseOnShutdown()) {
            shutdownHook.add();
        }
    }

    @Override
    public LockAttempt tryAcquire(StateKey key, LockOptions options) throws InterruptedException {
        return attempt(key, options, Duration.ZERO);
    }

    @Override
    public HeldLock acquire(StateKey key, LockOptions options) throws InterruptedException {
        LockAttempt attempt = attempt(key, options, options.waitUpTo());
        if (attempt instanceof LockAttempt.Acquired acquired) {
            return acquired.lock();
        }
        throw held(((LockAttempt.Held) attempt).holder());
    }

    private LockHeldException held(ObservedLock holder) {
        if (holder.info()
                .flatMap(info -> HeldLocks.inThisJvm(holder.key(), info.id()))
                .isPresent()) {
            return new LockHeldException(holder, Duration.ZERO, true); // its renewals are not watched
        }
        long now = engine.ticker.nanos();
        Duration unchangedFor = Duration.ofNanos(now - engine.observations.see(holder, now));
        if (engine.driver.leaseBounds().expiresByService()) {
            // A renewal does not show, but without one the service would have ended the lease by then.
            boolean renewed = holder.lease()
                    .filter(lease -> !holder.expired() && unchangedFor.compareTo(lease) > 0)
                    .isPresent();
            return new LockHeldException(holder, Duration.ZERO, renewed);
        }
        return new LockHeldException(holder, unchangedFor, engine.observations.isSeenRenewed(holder));
    }

    private LockAttempt attempt(StateKey key, LockOptions options, Duration wait) throws InterruptedException {
        engine.threads.requireOpen();
        keys.require(key);
        requireLease(options.lease());
        return new AcquireLoop(
                        engine, key, options, wait, () -> Holder.propose(engine.driver, key, options, engine.ticker))
                .run();
    }

    @Override
    public HeldLock attach(StateKey key, String lockId) {
        ObservedLock observed = named(key, lockId);
        if (observed.lease().isPresent()) {
            throw held(observed);
        }
        OwnedLock owned = new OwnedLock(key, observed.info().get(), Optional.empty(), observed.version());
        return new EngineLock(
                engine,
                LockOptions.builder().noLease().build(),
                new Callbacks(engine.threads.callbacks()),
                new Confirmation.Confirmed(owned, 0, 0, Optional.empty()),
                () -> {},
                () -> {});
    }

    /** As {@link DriverBackend#borrow}. */
    BorrowedLock borrow(StateKey key, String lockId) {
        return new BorrowedLock(this, requireLive(key, lockId), new Callbacks(engine.threads.callbacks()));
    }

    /** The record of a key's lock, if it has that ID and is not known to be a dead holder's. */
    ObservedLock requireLive(StateKey key, String lockId) {
        ObservedLock observed = named(key, lockId);
        if (observed.expired()) {
            throw new LockLostException(key, lockId, "its holder is gone or did not renew it");
        }
        return observed;
    }

    /** The record of a key's lock, if it is the one with that ID and excludes all others. */
    private ObservedLock named(StateKey key, String lockId) {
        ObservedLock observed =
                inspect(key).orElseThrow(() -> new LockLostException(key, lockId, "the key is not locked"));
        if (observed.info().isEmpty() || !engine.driver.identifies(observed, lockId)) {
            throw new LockIdMismatchException(lockId, observed, engine.driver.idHint());
        }
        if (!engine.driver.isWhole(observed)) {
            throw new LockLostException(key, lockId, "a part of its record is gone or somebody else's");
        }
        return observed;
    }

    /** Whether the store takes leases, which only a proof of its conditions may tell. */
    boolean keepsLeases() {
        if (!engine.threads.firstChange.hasPassed()) {
            call(() -> {
                engine.threads.firstChange.require();
                return true;
            });
        }
        return engine.driver.leaseBounds().leases();
    }

    private void requireLease(Optional<Duration> lease) {
        LeaseBounds bounds = engine.driver.leaseBounds();
        if (lease.isEmpty()) {
            if (!bounds.noLease()) {
                throw new BackendMisconfiguredException("This backend takes no lock without a lease", null);
            }
            return;
        }
        if (!bounds.leases()) {
            throw new BackendMisconfiguredException(
                    "This backend keeps no leases, since its store cannot delete conditionally: use noLease()", null);
        }
        if (lease.get().compareTo(bounds.shortest()) < 0 || lease.get().compareTo(bounds.longest()) > 0) {
            throw new BackendMisconfiguredException(
                    "A lease of " + inWords(lease.get()) + " is outside what this backend keeps: from "
                            + inWords(bounds.shortest()) + " to " + inWords(bounds.longest()),
                    null);
        }
    }

    private static String inWords(Duration time) {
        if (time.toMillisPart() != 0) {
            return time.toMillis() + " ms";
        }
        return time.toSeconds() % 3600 == 0 ? time.toHours() + " h" : time.toSeconds() + " s";
    }

    @Override
    public Optional<ObservedLock> inspect(StateKey key) {
        keys.require(key);
        return call(() -> engine.driver.observe(key));
    }

    @Override
    public List<ObservedLock> list(String prefix) {
        engine.threads.requireOpen();
        return new RecordReads(engine, prefix)
                .all(Waits::getUninterruptibly).stream().map(Timed::value).toList();
    }

    @Override
    public boolean forceUnlock(StateKey key, String lockId) {
        Optional<ObservedLock> seen = inspect(key);
        if (seen.isEmpty()) {
            return false;
        }
        ObservedLock observed = seen.get();
        if (!engine.driver.identifies(observed, lockId)) {
            throw new LockIdMismatchException(lockId, observed, engine.driver.idHint());
        }
        Removal.Result removed = Waits.getUninterruptibly(Removal.ofNamed(engine, observed, lockId));
        if (removed.verdict() == Removal.Verdict.OTHER) {
            throw new LockIdMismatchException(lockId, removed.actual().orElse(observed), engine.driver.idHint());
        }
        engine.observations.forget(key);
        observed.info().flatMap(info -> HeldLocks.inThisJvm(key, info.id())).ifPresent(EngineLock::force);
        return removed.verdict() == Removal.Verdict.REMOVED;
    }

    @Override
    public void sweep(String prefix, Consumer<ObservedLock> onRemoved) throws InterruptedException {
        engine.threads.requireOpen();
        new Sweep(engine).run(prefix, onRemoved);
    }

    /** Runs a read on the engine's threads, so that its deadline holds and an interrupt cannot cut it. */
    private <T> T call(Supplier<T> request) {
        engine.threads.requireOpen();
        try {
            return Waits.getUninterruptibly(engine.threads
                            .lookCalls
                            .start(engine.options.callTimeout(), request)
                            .answer())
                    .value();
        } catch (DriverCalls.OverrunException e) {
            throw new BackendUnavailableException("The store did not answer a read: " + e.getMessage(), e);
        }
    }

    /**
     * Releases what is held, side by side, bounded by the call timeout, and takes no more locks. A second caller waits for the
     * end of the first: it goes on to close what the releases need.
     */
    @Override
    public void close() {
        closing.lock();
        try {
            if (!engine.threads.isClosed()) {
                engine.threads.close();
                engine.waits.endAll();
                releaseAllAtClose();
            }
        } finally {
            // Not before: a JVM that shuts down meanwhile waits for its hook, and the hook waits for us.
            shutdownHook.remove();
            closing.unlock();
        }
    }

    /** Once for what is held now, and once more for what an acquisition under way has just come to hold. */
    private void releaseAllAtClose() {
        Waits.getUninterruptibly(CompletableFuture.allOf(releaseAll(), engine.acquisitionsEnd())
                .thenCompose(ended -> releaseAll())
                .completeOnTimeout(null, engine.options.callTimeout().toMillis(), TimeUnit.MILLISECONDS));
    }

    private CompletableFuture<Void> releaseAll() {
        List<CompletableFuture<Void>> releases = new ArrayList<>();
        for (EngineLock lock : engine.held.all()) {
            releases.add(lock.closeAsync().exceptionally(failure -> {
                LOG.warn("The lock {} of \"{}\" was not released", lock.info().id(), lock.key(), failure);
                return null;
            }));
        }
        return CompletableFuture.allOf(releases.toArray(CompletableFuture<?>[]::new));
    }
}
