package io.github.statelock;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to take one lock. Immutable, safe for use by several threads and for several acquisitions.
 *
 * <pre>{@code
 * LockOptions apply = LockOptions.operation("apply");
 * LockOptions patient = LockOptions.builder().operation("apply").waitUpTo(Duration.ofMinutes(5)).build();
 * }</pre>
 */
public final class LockOptions {

    /** The lease where none is chosen: 30 s. */
    public static final Duration DEFAULT_LEASE = Duration.ofSeconds(30);

    private static final Duration LEAST_MARGIN = Duration.ofSeconds(1);

    private final String operation;
    private final String info;
    private final Optional<String> who;
    private final Optional<Duration> lease;
    private final Duration waitUpTo;
    private final Optional<Duration> maxHold;
    private final boolean fencing;
    private final boolean takeOver;
    private final LockListener listener;
    private final Optional<LockInfo> recordedAs;

    private LockOptions(Builder builder) {
        this.operation = builder.operation;
        this.info = builder.info;
        this.who = Optional.ofNullable(builder.who);
        this.lease = Optional.ofNullable(builder.lease);
        this.waitUpTo = builder.waitUpTo;
        this.maxHold = Optional.ofNullable(builder.maxHold);
        this.fencing = builder.fencing;
        this.takeOver = builder.takeOver;
        this.listener = builder.listener;
        this.recordedAs = Optional.ofNullable(builder.recordedAs);
    }

    /**
     * The defaults with that operation.
     *
     * @param operation what the holder does, shown to everybody who is refused
     * @return the options
     */
    public static LockOptions operation(String operation) {
        return builder().operation(operation).build();
    }

    /**
     * What a holder gives up of its lease, and a waiter adds to it before a takeover, for clocks that run at different rates
     * and threads that wake up late.
     *
     * @param lease a lease
     * @return a tenth of it, at least a second
     */
    public static Duration safetyMargin(Duration lease) {
        Duration tenth = lease.dividedBy(10);
        return tenth.compareTo(LEAST_MARGIN) > 0 ? tenth : LEAST_MARGIN;
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
     * A builder that starts from these options.
     *
     * @return a new builder
     */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /**
     * What the holder does.
     *
     * @return the operation; by default empty
     */
    public String operation() {
        return operation;
    }

    /**
     * Anything more the holder wants to say.
     *
     * @return free text; by default empty
     */
    public String info() {
        return info;
    }

    /**
     * Who holds the lock.
     *
     * @return the name; empty for {@code user@host} of this process
     */
    public Optional<String> who() {
        return who;
    }

    /**
     * How long the lock outlives a holder that died.
     *
     * @return the lease; empty for a lock that is held until released
     */
    public Optional<Duration> lease() {
        return lease;
    }

    /**
     * How long to wait for a holder to go away.
     *
     * @return the wait; by default zero, as Terraform's {@code -lock-timeout}
     */
    public Duration waitUpTo() {
        return waitUpTo;
    }

    /**
     * When renewals stop although nobody released the lock.
     *
     * @return the longest hold; by default empty, renewals go on until release
     */
    public Optional<Duration> maxHold() {
        return maxHold;
    }

    /**
     * Whether a fencing token is drawn with the lock.
     *
     * @return by default false
     */
    public boolean fencing() {
        return fencing;
    }

    /**
     * Whether the lock of a holder that stopped renewing is taken over.
     *
     * @return by default true
     */
    public boolean takeOver() {
        return takeOver;
    }

    /**
     * Who is told what happens to the lock.
     *
     * @return the listener; by default one that does nothing
     */
    public LockListener listener() {
        return listener;
    }

    /**
     * The client for whom a lock service takes the lock.
     *
     * @return the client's lock info; by default empty, the lock is this process's own
     */
    public Optional<LockInfo> recordedAs() {
        return recordedAs;
    }

    /** Builds {@link LockOptions}. Not safe for use by several threads; what it builds is. */
    public static final class Builder {

        private String operation = "";
        private String info = "";
        private @Nullable String who;
        private @Nullable Duration lease = DEFAULT_LEASE;
        private Duration waitUpTo = Duration.ZERO;
        private @Nullable Duration maxHold;
        private boolean fencing;
        private boolean takeOver = true;
        private LockListener listener = new LockListener() {};
        private @Nullable LockInfo recordedAs;

        private Builder() {}

        private Builder(LockOptions options) {
            this.operation = options.operation;
            this.info = options.info;
            this.who = options.who.orElse(null);
            this.lease = options.lease.orElse(null);
            this.waitUpTo = options.waitUpTo;
            this.maxHold = options.maxHold.orElse(null);
            this.fencing = options.fencing;
            this.takeOver = options.takeOver;
            this.listener = options.listener;
            this.recordedAs = options.recordedAs.orElse(null);
        }

        /**
         * What the holder does, such as {@code apply}.
         *
         * @param operation free text; by default empty
         * @return this builder
         */
        public Builder operation(String operation) {
            this.operation = Objects.requireNonNull(operation, "operation");
            return this;
        }

        /**
         * Anything more the holder wants to say. The whole lock info has at most 4 KiB.
         *
         * @param info free text; by default empty
         * @return this builder
         */
        public Builder info(String info) {
            this.info = Objects.requireNonNull(info, "info");
            return this;
        }

        /**
         * Who holds the lock.
         *
         * @param who by default {@code user@host} of this process
         * @return this builder
         */
        public Builder who(String who) {
            this.who = Objects.requireNonNull(who, "who");
            return this;
        }

        /**
         * How long the lock outlives a holder that died. It is renewed every third of that. A lease that the backend does not
         * keep is refused when the lock is taken, as {@link BackendMisconfiguredException}.
         *
         * @param lease by default 30 s; at least 5 s on most backends, see {@link StateBackend#capabilities()}
         * @return this builder
         */
        public Builder lease(Duration lease) {
            this.lease = positive(lease, "lease");
            return this;
        }

        /**
         * No lease: the lock is held until it is released or forced, as Terraform's are. A holder that dies leaves it
         * locked.
         *
         * @return this builder
         */
        public Builder noLease() {
            this.lease = null;
            return this;
        }

        /**
         * How long to wait for a holder to go away.
         *
         * @param wait by default zero: one look
         * @return this builder
         */
        public Builder waitUpTo(Duration wait) {
            if (wait.isNegative()) {
                throw new IllegalArgumentException("waitUpTo is negative: " + wait);
            }
            this.waitUpTo = wait;
            return this;
        }

        /**
         * Stops renewals that long after the lock was taken, so that a hung worker in a healthy JVM loses it.
         *
         * @param maxHold by default without end
         * @return this builder
         */
        public Builder maxHold(Duration maxHold) {
            this.maxHold = positive(maxHold, "maxHold");
            return this;
        }

        /**
         * Draws a {@link FencingToken} with the lock, for resources outside the store. Costs up to two requests.
         *
         * @param fencing by default false
         * @return this builder
         */
        public Builder fencing(boolean fencing) {
            this.fencing = fencing;
            return this;
        }

        /**
         * Whether to take over the lock of a holder that has not renewed it for its lease and margin.
         *
         * @param takeOver by default true
         * @return this builder
         */
        public Builder takeOver(boolean takeOver) {
            this.takeOver = takeOver;
            return this;
        }

        /**
         * Who is told what happens to the lock.
         *
         * @param listener by default nobody
         * @return this builder
         */
        public Builder listener(LockListener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * For a lock service: records the lock under its client's info, ID included, so that a request that the client
         * repeats finds its own lock. Only the path is the store's own. Replaces operation, info and who; takes no lease and
         * draws no token, since nobody here would renew it. {@link HeldLock#detach()} leaves the lock to the client.
         *
         * <p>The record is the client's from the first request on, since the client may have repeated it at another server and
         * been told there that the lock is its own. So it is removed only where the service says so, by
         * {@link HeldLock#release()} or {@link LockManager#forceUnlock}: an acquisition that fails or is interrupted leaves it, and
         * so does the close of the backend. The client takes it up by its next request, or it is forced.
         *
         * @param client the client's lock info, with an ID that it uses for this one lock only
         * @return this builder
         */
        public Builder recordAs(LockInfo client) {
            this.recordedAs = Objects.requireNonNull(client, "client");
            this.lease = null;
            return this;
        }

        /**
         * The options as they stand.
         *
         * @return new options; later changes to this builder do not reach them
         * @throws IllegalStateException if a lock recorded for a client has a lease or draws a token
         */
        public LockOptions build() {
            if (recordedAs != null && (lease != null || fencing)) {
                throw new IllegalStateException("A lock recorded for a client has neither a lease nor a fencing token");
            }
            return new LockOptions(this);
        }

        private static Duration positive(Duration duration, String name) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(name + " is not positive: " + duration);
            }
            return duration;
        }
    }
}
