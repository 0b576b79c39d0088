package io.github.statelock.testkit;

/** What can go wrong with one request between its sender and the store. A read has no unknown outcome: it fails instead. */
public enum Fault {
    /** The request never arrives, and the sender does not know. */
    CUT,
    /** The request is applied, and its answer is lost. */
    LOST_ANSWER,
    /** The request stays on its way until {@link ArmedFault#letGo()}; then it arrives and is answered. */
    HANG_BEFORE,
    /** The request is applied, and its answer stays on its way until {@link ArmedFault#letGo()}. */
    HANG_AFTER,
    /** The request arrives twice, and the sender hears the second answer. */
    TWICE,
    /** The sender hears nothing; the request arrives when {@link ArmedFault#letGo()} is called, however much later. */
    LATE,
    /** The store denies the request; nothing is applied. */
    DENIED,
    /** The store asks to slow down; nothing is applied. */
    THROTTLED
}
