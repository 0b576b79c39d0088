package io.github.statelock.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * How an engine treats its store: deadlines, polling, clocks. Immutable and safe for use by several threads. What a
 * backend's user may choose, the backend's own builder offers.
 */
public final class EngineOptions {

    private final Duration callTimeout;
    private final Duration transferTimeout;
    private final long maxStateBytes;
    private final Duration pollFrom;
    private final Duration pollTo;
    private final Duration changeInterval;
    private final boolean releaseOnShutdown;
    private final Ticker ticker;
    private final Scheduler scheduler;

    private EngineOptions(Builder builder) {
        this.callTimeout = builder.callTimeout;
        this.transferTimeout = builder.transferTimeout;
        this.maxStateBytes = builder.maxStateBytes;
        this.pollFrom = builder.pollFrom;
        this.pollTo = builder.pollTo;
        this.changeInterval = builder.changeInterval;
        this.releaseOnShutdown = builder.releaseOnShutdown;
        this.ticker = builder.ticker;
        this.scheduler = builder.scheduler;
    }

    /**
     * A builder with the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * How long one request for a lock, or for a state's history, may take.
     *
     * @return by default 10 s
     */
    public Duration callTimeout() {
        return callTimeout;
    }

    /**
     * How long reading or writing a state, or listing the states or the locks, may take, repeated sends included.
     *
     * @return by default 5 min
     */
    public Duration transferTimeout() {
        return transferTimeout;
    }

    /**
     * How long a client may be busy with one request that writes or deletes a state. It must not go on for longer than the
     * engine waits for it: a request that was given up and sent again could arrive after a later delete, and bring the state back.
     *
     * @return half the transfer timeout, so that a lost answer leaves time to ask
     */
    public Duration changeTimeout() {
        return transferTimeout.dividedBy(2);
    }

    /**
     * The largest state.
     *
     * @return bytes, by default 512 MiB
     */
    public long maxStateBytes() {
        return maxStateBytes;
    }

    Duration pollFrom() {
        return pollFrom;
    }

    Duration pollTo() {
        return pollTo;
    }

    Duration changeInterval() {
        return changeInterval;
    }

    boolean releaseOnShutdown() {
        return releaseOnShutdown;
    }

    Ticker ticker() {
        return ticker;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /** Builds {@link EngineOptions}. Not safe for use by several threads; what it builds is. */
    public static final class Builder {

        private Duration callTimeout = Duration.ofSeconds(10);
        private Duration transferTimeout = Duration.ofMinutes(5);
        private long maxStateBytes = 512L << 20;
        private Duration pollFrom = Duration.ofMillis(250);
        private Duration pollTo = Duration.ofSeconds(2);
        private Duration changeInterval = Duration.ZERO;
        private boolean releaseOnShutdown;
        private Ticker ticker = Ticker.system();
        private Scheduler scheduler = Scheduler.system();

        private Builder() {}

        /**
         * How long one request may take before it is abandoned and its outcome unknown.
         *
         * @param timeout by default 10 s
         * @return this builder
         */
        public Builder callTimeout(Duration timeout) {
            this.callTimeout = positive(timeout, "callTimeout");
            return this;
        }

        /**
         * How long reading or writing a state, or listing the states or the locks, may take, repeated sends included.
         *
         * @param timeout by default 5 min
         * @return this builder
         */
        public Builder transferTimeout(Duration timeout) {
            this.transferTimeout = positive(timeout, "transferTimeout");
            return this;
        }

        /**
         * The largest state that is written.
         *
         * @param bytes by default 512 MiB; at most 2 GiB less 1 KiB, the largest array
         * @return this builder
         */
        public Builder maxStateBytes(long bytes) {
            if (bytes < 1 || bytes > Integer.MAX_VALUE - 1024) {
                throw new IllegalArgumentException("maxStateBytes is not between 1 and 2 GiB - 1 KiB: " + bytes);
            }
            this.maxStateBytes = bytes;
            return this;
        }

        /**
         * How often a waiter looks: the pause grows by half from the first to the last, with full jitter.
         *
         * @param from the first pause, by default 250 ms
         * @param to the longest pause, by default 2 s
         * @return this builder
         */
        public Builder poll(Duration from, Duration to) {
            this.pollFrom = positive(from, "from");
            this.pollTo = positive(to, "to");
            return this;
        }

        /**
         * The least time between two changes of one object, for a store that limits them. All backends of this JVM together
         * keep it for each object, from the answer to one change to the next one's send; what has to wait counts on its call
         * timeout. A waiter pauses for a random part of it when the record it watched is gone.
         *
         * @param interval by default zero
         * @return this builder
         */
        public Builder changeInterval(Duration interval) {
            this.changeInterval = Objects.requireNonNull(interval, "interval");
            return this;
        }

        /**
         * Whether held locks are released when the JVM shuts down in an orderly way.
         *
         * @param release by default false: no shutdown hook
         * @return this builder
         */
        public Builder releaseOnShutdown(boolean release) {
            this.releaseOnShutdown = release;
            return this;
        }

        /**
         * The clocks.
         *
         * @param ticker by default the system's
         * @return this builder
         */
        public Builder ticker(Ticker ticker) {
            this.ticker = Objects.requireNonNull(ticker, "ticker");
            return this;
        }

        /**
         * What runs tasks later; must keep the same time as the ticker.
         *
         * @param scheduler by default one thread for the whole JVM
         * @return this builder
         */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * The options as they stand.
         *
         * @return new options
         */
        public EngineOptions build() {
            return new EngineOptions(this);
        }

        private static Duration positive(Duration duration, String name) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(name + " is not positive: " + duration);
            }
            return duration;
        }
    }
}
