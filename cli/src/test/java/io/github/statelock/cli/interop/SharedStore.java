package io.github.statelock.cli.interop;

import java.util.List;
import java.util.Map;

/** A state that OpenTofu and the command line both know how to reach. */
interface SharedStore extends AutoCloseable {

    /** OpenTofu's name of the backend. */
    String backend();

    /** What stands in OpenTofu's backend block. */
    Map<String, Object> arguments();

    /** What OpenTofu finds in its environment. */
    Map<String, String> environment();

    /** The store's URI for the command line. */
    String uri();

    /** The state's key for the command line. */
    String key();

    /** Looks, past both of them, for what is stored besides a state and its digest: lock records, and what was forgotten. */
    List<String> residue();

    /** Looks, past both of them, whether what is stored about the state fits the state. */
    default void checkDigest() {}

    /** The serial of the first state that OpenTofu makes here. */
    default int firstSerial() {
        return 1;
    }

    /** The shortest lease that the store takes. */
    String lease();

    @Override
    default void close() {}
}
