package io.github.statelock;

/**
 * A state file was refused before it was sent: its lineage differs from the stored state's, its serial is lower, or its
 * serial is equal and its bytes differ.
 *
 * <p>The caller may assume that nothing was written. The content was derived from another or an older state: read the
 * stored one and apply the change to it.
 */
public final class StaleSerialException extends StatelockException {

    private static final long serialVersionUID = 1L;

    /**
     * A refused state file.
     *
     * @param message both serials or both lineages
     */
    public StaleSerialException(String message) {
        super(Kind.CONFLICT, message, null);
    }
}
