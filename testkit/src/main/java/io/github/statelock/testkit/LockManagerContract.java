package io.github.statelock.testkit;

/**
 * What every lock manager keeps: one holder at a time, who is named to everybody else; waiting, interrupts and deadlines;
 * renewals, and the takeover of a dead holder's lock, never early; loss that is told in time; force-unlock of exactly what was
 * meant; fencing tokens that only grow; and the right outcome, or an unknown one, whatever happens to requests and answers.
 *
 * <p>JUnit makes one instance per test; each is used by the threads that its test starts.
 */
public abstract class LockManagerContract extends LockFaultContract {

    /** For leaves. */
    protected LockManagerContract() {}
}
