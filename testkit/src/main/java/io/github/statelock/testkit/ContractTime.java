package io.github.statelock.testkit;

import io.github.statelock.engine.Scheduler;
import io.github.statelock.engine.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The time of one scenario: moved by hand where the store looks at no clock, else the machine's. */
abstract class ContractTime {

    /** Further than any scenario goes: what is not done by then never will be. */
    static final Duration LIMIT = Duration.ofMinutes(3);

    abstract Ticker ticker();

    abstract Scheduler scheduler();

    /** Lets time go by until the condition holds or the limit is over; says whether it came to hold. */
    abstract boolean passUntil(BooleanSupplier condition, Duration limit);

    /** The ticker to jump, where time is moved by hand. */
    Optional<ManualTicker> manual() {
        return Optional.empty();
    }

    /** What a deadline may be missed by. */
    abstract Duration slack();

    final long nanos() {
        return ticker().nanos();
    }

    final Duration since(long nanos) {
        return Duration.ofNanos(nanos() - nanos);
    }

    /**
     * Whether the condition comes to hold by the time that has gone by at the limit. Threads that have something to do then are
     * waited for with the clock standing still, since a busy machine runs them late. The machine's own clock cannot stand
     * still: there it is only waited for.
     */
    abstract boolean holdsBy(Duration limit, BooleanSupplier condition);

    /** As {@link #passUntil}, so slowly that other threads keep pace with a clock moved by hand. */
    boolean passSlowlyUntil(BooleanSupplier condition, Duration limit) {
        return passUntil(condition, limit);
    }

    final void pass(Duration time) {
        passUntil(() -> false, time);
    }

    final void await(String what, BooleanSupplier condition) {
        await(what, LIMIT, condition);
    }

    final void await(String what, Duration limit, BooleanSupplier condition) {
        if (!passUntil(condition, limit)) {
            throw new AssertionError("Within " + limit.toSeconds() + " s there was no " + what);
        }
    }

    static ContractTime manual(BooleanSupplier busy) {
        return new Manual(busy);
    }

    static ContractTime real() {
        return new Real();
    }

    private static final class Manual extends ContractTime {

        private static final Duration SLOW_STEP = Duration.ofMillis(20);

        private final ManualTicker ticker = new ManualTicker();
        private final ManualScheduler scheduler;

        private Manual(BooleanSupplier busy) {
            BooleanSupplier working = new WorkingThreads();
            scheduler = new ManualScheduler(ticker).pausedWhile(() -> busy.getAsBoolean() || working.getAsBoolean());
        }

        @Override
        Ticker ticker() {
            return ticker;
        }

        @Override
        Scheduler scheduler() {
            return scheduler;
        }

        @Override
        Optional<ManualTicker> manual() {
            return Optional.of(ticker);
        }

        @Override
        Duration slack() {
            return Duration.ofMillis(500);
        }

        @Override
        boolean passUntil(BooleanSupplier condition, Duration limit) {
            return scheduler.advanceUntil(condition, limit);
        }

        @Override
        boolean holdsBy(Duration limit, BooleanSupplier condition) {
            return passUntil(condition, limit)
                    || RealTime.passUntil(
                            () -> {
                                scheduler.advance(Duration.ZERO); // what is due now
                                return condition.getAsBoolean();
                            },
                            LIMIT);
        }

        @Override
        boolean passSlowlyUntil(BooleanSupplier condition, Duration limit) {
            long start = ticker.nanos();
            while (ticker.nanos() - start < limit.toNanos()) {
                scheduler.advance(SLOW_STEP);
                if (RealTime.passUntil(condition, SLOW_STEP.multipliedBy(20))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final class Real extends ContractTime {

        @Override
        Ticker ticker() {
            return Ticker.system();
        }

        @Override
        Scheduler scheduler() {
            return Scheduler.system();
        }

        @Override
        Duration slack() {
            return Duration.ofSeconds(1);
        }

        @Override
        boolean passUntil(BooleanSupplier condition, Duration limit) {
            return RealTime.passUntil(condition, limit);
        }

        @Override
        boolean holdsBy(Duration limit, BooleanSupplier condition) {
            return RealTime.passUntil(condition, LIMIT);
        }
    }
}
