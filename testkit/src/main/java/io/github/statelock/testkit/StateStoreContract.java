package io.github.statelock.testkit;

/**
 * What every state store keeps: a write or delete is applied only on the base that it names, whatever happens to its request
 * or its answer; two writers of the same bytes are told apart; what is read is what was written, in an order that a single
 * store could have made.
 *
 * <p>JUnit makes one instance per test; each is used by the threads that its test starts.
 */
public abstract class StateStoreContract extends StateFaultContract {

    /** For leaves. */
    protected StateStoreContract() {}
}
