package io.github.statelock;

import java.util.List;
import java.util.Objects;

/**
 * The caller named a lock by an ID that is not the holder's.
 *
 * <p>The caller may assume that nothing was changed. {@link #actual()} is the holder: look again whether it is the one
 * that you mean.
 */
public final class LockIdMismatchException extends StatelockException {

    private static final long serialVersionUID = 1L;

    private final transient ObservedLock actual;

    /**
     * A mismatch.
     *
     * @param requestedId the ID that the caller gave
     * @param actual the record that is there
     * @param hint what kind of ID this backend takes, or an empty string
     */
    public LockIdMismatchException(String requestedId, ObservedLock actual, String hint) {
        super(Kind.CONFLICT, problem(requestedId, actual, hint), remedies(actual, hint), null);
        this.actual = Objects.requireNonNull(actual, "actual");
    }

    /**
     * The record that is there.
     *
     * @return the actual holder's record
     */
    public ObservedLock actual() {
        return actual;
    }

    private static String problem(String requestedId, ObservedLock actual, String hint) {
        StringBuilder out = new StringBuilder("The lock of \"" + actual.key() + "\" does not have the ID \""
                + Printable.line(requestedId) + "\"; nothing was changed.");
        if (actual.info().isPresent() && !hint.isEmpty()) {
            out.append(' ').append(hint);
        }
        actual.info()
                .ifPresentOrElse(
                        info -> out.append("\nLock Info:\n")
                                .append(info.describe().stripTrailing()),
                        () -> out.append("\nThe lock's record is unreadable; its version is ")
                                .append(Printable.line(actual.version()))
                                .append('.'));
        return out.toString();
    }

    /** Only of a record without an ID: of another, the caller is to look whose it is. */
    private static List<Remedy> remedies(ObservedLock actual, String hint) {
        if (actual.info().isPresent()) {
            return List.of();
        }
        String when = (hint.isEmpty() ? "" : hint + " ") + Remedy.ForceUnlock.HOLDER_IS_DEAD;
        return List.of(new Remedy.ForceUnlock(actual.key(), actual.version(), when));
    }
}
