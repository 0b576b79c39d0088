package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.StatelockException;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.engine.DriverCalls.Timed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Removes the leased locks of dead holders. One look at all of them, one more at each when its time has passed, and one
 * conditional delete of each that did not change: in the order in which their time passes, so that a long lease keeps no short
 * one waiting. Belongs to the thread that sweeps.
 */
final class Sweep {

    /**
     * A record that may be dead.
     *
     * @param seen the record
     * @param since the moment from which it has been unchanged
     * @param death the moment from which it is dead if it is still unchanged
     */
    private record Suspect(ObservedLock seen, long since, long death) {}

    /** A store that is gone would keep each record waiting for its deadline. */
    private static final int MOST_UNREACHABLE = 3;

    private final Engine engine;
    private final List<StatelockException> failures = new ArrayList<>();
    private final PriorityQueue<Suspect> suspects =
            new PriorityQueue<>(((Comparator<Suspect>) (a, b) -> Long.signum(a.death() - b.death()))
                    .thenComparing(suspect -> suspect.seen().key()));

    /** How many records in a row the store did not serve. */
    private int unreachable;

    Sweep(Engine engine) {
        this.engine = engine;
    }

    /** Runs once. */
    void run(String prefix, Consumer<ObservedLock> onRemoved) throws InterruptedException {
        for (Timed<ObservedLock> found : new RecordReads(engine, prefix).all(Waits::get)) {
            suspect(found);
        }
        while (!suspects.isEmpty() && unreachable < MOST_UNREACHABLE) {
            remove(dead(nextDue())).forEach(onRemoved);
        }
        if (!failures.isEmpty()) {
            StatelockException first = failures.get(0);
            failures.stream().filter(other -> other != first).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** Watches a record from now on, unless it has no lease or this manager holds it. */
    private void suspect(Timed<ObservedLock> found) {
        ObservedLock seen = found.value();
        Optional<LockInfo> info = seen.info();
        if (info.isEmpty()
                || seen.lease().isEmpty()
                || engine.held.holds(seen.key(), info.get().id())) {
            return;
        }
        long since = engine.observations.see(seen, found.received());
        long dead = seen.expired() ? 0 : new Lease(seen.lease().get()).deadNanos();
        suspects.add(new Suspect(seen, since, since + dead));
    }

    /** Waits for the record that is due next; that one, and others that are due by then. */
    private List<Suspect> nextDue() throws InterruptedException {
        long left = suspects.element().death() - engine.ticker.nanos();
        if (left > 0) {
            engine.waits.pause(Duration.ofNanos(left));
        }
        engine.threads.requireOpen();
        long now = engine.ticker.nanos();
        List<Suspect> due = new ArrayList<>();
        while (due.size() < RecordReads.SIDE_BY_SIDE
                && !suspects.isEmpty()
                && suspects.element().death() - now <= 0) {
            due.add(suspects.remove());
        }
        return due;
    }

    /** Those whose holder is dead by a look that was sent when their time had passed, or by what the store knew before. */
    private List<ObservedLock> dead(List<Suspect> due) throws InterruptedException {
        List<ObservedLock> dead = new ArrayList<>();
        Map<Suspect, Call<Optional<ObservedLock>>> looks = new LinkedHashMap<>();
        for (Suspect suspect : due) {
            if (suspect.seen().expired()) {
                dead.add(suspect.seen());
            } else {
                looks.put(suspect, RecordReads.start(engine, suspect.seen().key(), engine.options.callTimeout()));
            }
        }
        for (Map.Entry<Suspect, Call<Optional<ObservedLock>>> look : looks.entrySet()) {
            try {
                Timed<Optional<ObservedLock>> now = RecordReads.answer(look.getValue(), Waits::get);
                unreachable = 0;
                now.value()
                        .filter(lock -> isDead(look.getKey(), lock, now.sent()))
                        .ifPresent(dead::add);
            } catch (StatelockException e) {
                failed(e);
            }
        }
        return dead;
    }

    private boolean isDead(Suspect suspect, ObservedLock now, long sent) {
        boolean unchanged = now.version().equals(suspect.seen().version());
        // Where the service ends leases, a renewal does not show in the record: only the service knows.
        return unchanged
                && (engine.driver.leaseBounds().expiresByService() ? now.expired() : sent - suspect.death() >= 0);
    }

    /** Those that were removed. What goes wrong with one is no reason to leave the others. */
    private List<ObservedLock> remove(List<ObservedLock> dead) {
        Map<ObservedLock, CompletableFuture<Removal.Result>> removals = new LinkedHashMap<>();
        for (ObservedLock lock : dead) {
            engine.observations.forget(lock.key());
            removals.put(
                    lock, Removal.ofDead(engine, lock, lock.info().orElseThrow().id()));
        }
        List<ObservedLock> removed = new ArrayList<>();
        removals.forEach((lock, removal) -> {
            try {
                if (Waits.getUninterruptibly(removal).verdict() == Removal.Verdict.REMOVED) {
                    removed.add(lock);
                }
                unreachable = 0;
            } catch (StatelockException e) {
                failed(e);
            }
        });
        return removed;
    }

    private void failed(StatelockException e) {
        unreachable = e instanceof BackendUnavailableException ? unreachable + 1 : 0;
        failures.add(e);
    }
}
