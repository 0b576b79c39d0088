package io.github.statelock.engine;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.ObservedLock;
import io.github.statelock.StateKey;
import io.github.statelock.engine.DriverCalls.Call;
import io.github.statelock.engine.DriverCalls.Timed;
import io.github.statelock.spi.LockListing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads many lock records: lists them, and reads those that the listing only names, a bounded number side by side. Each read has
 * the call timeout, the whole the transfer timeout. Belongs to the thread that reads.
 */
final class RecordReads {

    /** How many requests of one listing or sweep are under way at once. */
    static final int SIDE_BY_SIDE = 16;

    /** How the calling thread waits: {@link Waits#get} or {@link Waits#getUninterruptibly}. */
    interface Wait<E extends Exception> {
        <T> T on(CompletableFuture<T> future) throws E;
    }

    private final Engine engine;
    private final String prefix;
    private final long deadline;

    RecordReads(Engine engine, String prefix) {
        this.engine = engine;
        this.prefix = prefix;
        this.deadline = engine.ticker.nanos() + engine.options.transferTimeout().toNanos();
    }

    /** The records, ordered by key, each with the times of the answer that showed it. */
    <E extends Exception> List<Timed<ObservedLock>> all(Wait<E> wait) throws E {
        Timed<LockListing> listing = list(wait);
        List<Timed<ObservedLock>> all = new ArrayList<>();
        listing.value().shown().forEach(lock -> all.add(of(lock, listing)));
        List<StateKey> named = listing.value().named();
        for (int from = 0; from < named.size(); from += SIDE_BY_SIDE) {
            readSome(named.subList(from, Math.min(named.size(), from + SIDE_BY_SIDE)), wait, all);
        }
        all.sort(Comparator.comparing(lock -> lock.value().key()));
        return all;
    }

    private <E extends Exception> Timed<LockListing> list(Wait<E> wait) throws E {
        try {
            return wait.on(engine.threads
                    .stateCalls
                    .start(left(), () -> engine.driver.list(prefix))
                    .answer());
        } catch (DriverCalls.OverrunException e) {
            throw tooLong(e);
        }
    }

    private <E extends Exception> void readSome(List<StateKey> keys, Wait<E> wait, List<Timed<ObservedLock>> to)
            throws E {
        engine.threads.requireOpen();
        Duration left = left();
        if (left.isZero()) {
            throw tooLong(null);
        }
        List<Call<Optional<ObservedLock>>> calls = new ArrayList<>();
        for (StateKey key : keys) {
            calls.add(start(engine, key, left));
        }
        for (Call<Optional<ObservedLock>> call : calls) {
            try {
                Timed<Optional<ObservedLock>> answer = answer(call, wait);
                answer.value().ifPresent(lock -> to.add(of(lock, answer)));
            } catch (BackendUnavailableException e) {
                throw left().isZero() ? tooLong(e) : e;
            }
        }
    }

    /** Starts the read of one record; it may take as long as the call timeout, and no longer than that. */
    static Call<Optional<ObservedLock>> start(Engine engine, StateKey key, Duration most) {
        Duration timeout = engine.options.callTimeout();
        return engine.threads.lookCalls.start(
                timeout.compareTo(most) < 0 ? timeout : most, () -> engine.driver.observe(key));
    }

    /** The answer to the read of one record. */
    static <E extends Exception> Timed<Optional<ObservedLock>> answer(Call<Optional<ObservedLock>> call, Wait<E> wait)
            throws E {
        try {
            return wait.on(call.answer());
        } catch (DriverCalls.OverrunException e) {
            throw new BackendUnavailableException("The store did not answer the read of a lock: " + e.getMessage(), e);
        }
    }

    private static <T> Timed<T> of(T lock, Timed<?> answer) {
        return new Timed<>(lock, answer.sent(), answer.sentWall(), answer.received());
    }

    private BackendUnavailableException tooLong(@Nullable Throwable cause) {
        return new BackendUnavailableException(
                "The locks below \"" + prefix + "\" could not be listed within "
                        + engine.options.transferTimeout().toMillis() + " ms (transferTimeout)",
                cause);
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(0, deadline - engine.ticker.nanos()));
    }
}
