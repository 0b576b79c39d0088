package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.ObservedLock;
import io.github.statelock.StatelockException;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.engine.DriverCalls.Timed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Removes the leased locks of dead holders: one look at all of them, and one more at each when its time has passed. */
final class Sweep {

    /** A record and the moment from which it has been unchanged. */
    private record Suspect(ObservedLock seen, long since) {}

    /** A store that is gone would keep each record waiting for its deadline. */
    private static final int MOST_UNREACHABLE = 3;

    private final Engine engine;
    private final List<StatelockException> failures = new ArrayList<>();

    /** How many records in a row the store did not serve. */
    private int unreachable;

    Sweep(Engine engine) {
        this.engine = engine;
    }

    /** Runs once. */
    void run(String prefix, Consumer<ObservedLock> onRemoved) throws InterruptedException {
        Timed<List<ObservedLock>> all = answer(
                engine.threads.stateCalls.start(engine.options.transferTimeout(), () -> engine.driver.list(prefix)));
        List<Suspect> suspects = new ArrayList<>();
        for (ObservedLock seen : all.value()) {
            if (seen.info().isPresent() && seen.lease().isPresent()) {
                suspects.add(new Suspect(seen, engine.observations.see(seen, all.received())));
            }
        }
        for (Suspect suspect : suspects) {
            if (unreachable < MOST_UNREACHABLE) {
                removed(suspect).ifPresent(onRemoved);
            }
        }
        if (!failures.isEmpty()) {
            StatelockException first = failures.get(0);
            failures.stream().filter(other -> other != first).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** The record if it was removed. What goes wrong with one is no reason to leave the others. */
    private Optional<ObservedLock> removed(Suspect suspect) throws InterruptedException {
        try {
            Optional<ObservedLock> removed = awaitDeath(suspect).filter(this::remove);
            unreachable = 0;
            return removed;
        } catch (StatelockException e) {
            unreachable = e instanceof BackendUnavailableException ? unreachable + 1 : 0;
            failures.add(e);
            return Optional.empty();
        }
    }

    /** Waits until the record has been unchanged for its lease and margin, and reads it once more; empty if its holder lives. */
    private Optional<ObservedLock> awaitDeath(Suspect suspect) throws InterruptedException {
        ObservedLock seen = suspect.seen();
        if (seen.expired()) {
            return Optional.of(seen);
        }
        long dead = new Lease(seen.lease().orElseThrow()).deadNanos();
        while (true) {
            long left = suspect.since() + dead - engine.ticker.nanos();
            if (left > 0) {
                engine.waits.pause(Duration.ofNanos(left));
            }
            engine.threads.requireOpen();
            Timed<Optional<ObservedLock>> now = answer(engine.threads.lookCalls.start(
                    engine.options.callTimeout(), () -> engine.driver.observe(seen.key())));
            Optional<ObservedLock> unchanged =
                    now.value().filter(lock -> lock.version().equals(seen.version()));
            if (engine.driver.leaseBounds().expiresByService()) {
                // A renewal does not show in such a record: only the service knows.
                return unchanged.filter(ObservedLock::expired);
            }
            if (unchanged.isEmpty() || now.sent() - suspect.since() >= dead) {
                return unchanged;
            }
        }
    }

    private static <T> Timed<T> answer(Call<T> call) throws InterruptedException {
        try {
            return Waits.get(call.answer());
        } catch (DriverCalls.OverrunException e) {
            throw new BackendUnavailableException("The store did not answer a read: " + e.getMessage(), e);
        }
    }

    private boolean remove(ObservedLock dead) {
        String id = dead.info().orElseThrow().id();
        engine.observations.forget(dead.key());
        return Waits.getUninterruptibly(Removal.ofDead(engine, dead, id)).verdict() == Removal.Verdict.REMOVED;
    }
}
