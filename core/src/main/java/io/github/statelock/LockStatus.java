package io.github.statelock;

/**
 * What a holder may believe of its lock. {@link #LOST} and {@link #RELEASED} are final.
 *
 * <table>
 * <caption>Transitions</caption>
 * <tr><th>from</th><th>to</th><th>taken by</th></tr>
 * <tr><td>HELD</td><td>AT_RISK</td><td>a renewal that failed, is late, was denied or throttled; a wall clock that ran
 * ahead of the monotonic clock (a suspended machine)</td></tr>
 * <tr><td>AT_RISK</td><td>HELD</td><td>a renewal that succeeded before the deadline</td></tr>
 * <tr><td>HELD, AT_RISK</td><td>LOST</td><td>the timer at the deadline; proof that the record is not ours; a force-unlock
 * in this process</td></tr>
 * <tr><td>HELD, AT_RISK</td><td>RELEASED</td><td>{@link HeldLock#release()}, when it is called</td></tr>
 * </table>
 */
public enum LockStatus {
    /** The lock is ours, and its lease is renewed as planned. */
    HELD,
    /** Still ours, its deadline has not passed; but the last renewal did not succeed. */
    AT_RISK,
    /** No longer ours, or no longer known to be. Final. */
    LOST,
    /** Given up by its holder. Final. */
    RELEASED
}
