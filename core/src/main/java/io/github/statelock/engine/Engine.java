package io.github.statelock.engine;

import io.github.statelock.StateKey;
import io.github.statelock.spi.LockDriver;
import io.github.statelock.spi.OwnedLock;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the parts of one lock manager share. */
final class Engine {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    final LockDriver driver;
    final EngineOptions options;
    final EngineThreads threads;
    final Ticker ticker;
    final Scheduler scheduler;
    final Waits waits;
    final LocalQueue queue = new LocalQueue();
    final Observations observations;
    final Fairness fairness;
    final HeldLocks held = new HeldLocks();
    final Renewals renewals = new Renewals(this);
    final Ghosts ghosts = new Ghosts(this);
    private final Map<AcquireLoop, CompletableFuture<Void>> acquisitions = new ConcurrentHashMap<>();

    Engine(LockDriver driver, EngineOptions options, EngineThreads threads) {
        this.driver = driver;
        this.options = options;
        this.threads = threads;
        this.ticker = options.ticker();
        this.scheduler = options.scheduler();
        this.waits = new Waits(scheduler);
        this.observations = new Observations(driver);
        this.fairness = new Fairness(options);
    }

    /** A create or takeover of the lock record. */
    Pace.Change create(StateKey key) {
        return new Pace.Change(driver.lockPath(key), true);
    }

    /** A change of the lock record by its holder, or its removal. */
    Pace.Change change(StateKey key) {
        return new Pace.Change(driver.lockPath(key), false);
    }

    /** A change of the fence counter. */
    Pace.Change fence(StateKey key) {
        return new Pace.Change("fence of " + driver.lockPath(key), false);
    }

    /** Removes a record of ours that nobody relies on, in the background. */
    void removeQuietly(OwnedLock owned) {
        Removal.ofOwn(this, owned).whenComplete((removed, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "The lock {} of \"{}\" could not be given back",
                        owned.info().id(),
                        owned.key(),
                        failure);
            }
        });
    }

    /** Notes that an acquisition starts, so that a close waits for its end. */
    void start(AcquireLoop acquisition) {
        acquisitions.put(acquisition, new CompletableFuture<>());
    }

    /** The acquisition has given back all that it will not hold. */
    void end(AcquireLoop acquisition) {
        CompletableFuture<Void> ended = acquisitions.remove(acquisition);
        if (ended != null) {
            ended.complete(null);
        }
    }

    /** Completed when the acquisitions of this moment have ended. */
    CompletableFuture<Void> acquisitionsEnd() {
        return CompletableFuture.allOf(acquisitions.values().toArray(CompletableFuture<?>[]::new));
    }
}
