package io.github.statelock.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * How an engine treats its store: deadlines, polling, clocks. Immutable and safe for use by several threads. What a
 * backend's user may choose, the backend's own builder offers.
 */
public final class EngineOptions {

    private static final Duration LONGEST = Duration.ofDays(1);

    private final Duration callTimeout;
    private final Duration transferTimeout;
    private final long maxStateBytes;
    private final int maxRequestsInFlight;
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
        this.maxRequestsInFlight = builder.maxRequestsInFlight;
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

    /**
     * How many requests of one kind may be in flight at the same time.
     *
     * @return by default 64
     */
    public int maxRequestsInFlight() {
        return maxRequestsInFlight;
    }

    /**
     * How many connections a client needs at most, so that no request waits for one.
     *
     * @return the requests of all kinds together
     */
    public int maxConnections() {
        return 4 * maxRequestsInFlight + Renewals.MAX_IN_FLIGHT;
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
        private int maxRequestsInFlight = 64;
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
         * @param timeout by default 10 s, at most 24 hours
         * @return this builder
         */
        public Builder callTimeout(Duration timeout) {
            this.callTimeout = positive(timeout, "callTimeout");
            return this;
        }

        /**
         * How long reading or writing a state, or listing the states or the locks, may take, repeated sends included.
         *
         * @param timeout by default 5 min, at most 24 hours
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
         * How many requests of one kind may be in flight at the same time. The kinds are: requests that take a lock, that look
         * at one, that remove one, and that read or write a state. Renewals have a bound of their own. A request beyond the
         * bound waits for its turn, which counts against its timeout.
         *
         * @param requests by default 64; from 1 to 4096
         * @return this builder
         */
        public Builder maxRequestsInFlight(int requests) {
            if (requests < 1 || requests > 4096) {
                throw new IllegalArgumentException("maxRequestsInFlight is not between 1 and 4096: " + requests);
            }
            this.maxRequestsInFlight = requests;
            return this;
        }

        /**
         * How often a waiter looks: the pause grows by half from the first to the last, with full jitter.
         *
         * @param from the first pause, by default 250 ms, at most 24 hours
         * @param to the longest pause, by default 2 s, at most 24 hours
         * @return this builder
         */
        public Builder poll(Duration from, Duration to) {
            this.pollFrom = positive(from, "poll from");
            this.pollTo = positive(to, "poll to");
            return this;
        }

        /**
         * The least time between two changes of one object after the store has throttled one of them, for a store that limits
         * how often an object is changed. All backends of this JVM together keep it for each object, from the answer to one
         * change to the next one's send, until a minute has passed without such an answer. Time spent waiting counts against
         * the call timeout. A driver says that a change was throttled by
         * {@link io.github.statelock.BackendUnavailableException#retryAfter()}.
         *
         * @param interval by default zero, at most 24 hours
         * @return this builder
         */
        public Builder changeInterval(Duration interval) {
            if (interval.isNegative()) {
                throw new IllegalArgumentException("changeInterval is negative: " + interval);
            }
            this.changeInterval = bounded(interval, "changeInterval");
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
            return bounded(duration, name);
        }

        private static Duration bounded(Duration duration, String name) {
            if (duration.compareTo(LONGEST) > 0) {
                throw new IllegalArgumentException(name + " is longer than 24 hours: " + duration);
            }
            return duration;
        }
    }
}
