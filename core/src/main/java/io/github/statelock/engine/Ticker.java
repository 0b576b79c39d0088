package io.github.statelock.engine;

/**
 * The two clocks that the engine reads. Leases are judged by the monotonic one; the wall clock only tells that the machine
 * was suspended. Implementations are safe for use by several threads.
 */
public interface Ticker {

    /**
     * The monotonic clock, as {@link System#nanoTime()}: only differences mean anything.
     *
     * @return nanoseconds
     */
    long nanos();

    /**
     * The wall clock, as {@link System#currentTimeMillis()}.
     *
     * @return milliseconds since the epoch
     */
    long wallMillis();

    /**
     * The clocks of this machine.
     *
     * @return the system's ticker
     */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
