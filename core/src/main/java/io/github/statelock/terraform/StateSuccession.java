package io.github.statelock.terraform;

import io.github.statelock.StaleSerialException;
import io.github.statelock.State;
import io.github.statelock.StateKey;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whether one state file may follow another, by Terraform's rule.
 *
 * <p>Stateless and safe for use by several threads.
 */
public final class StateSuccession {

    private static final int MAX_SHOWN = 64;

    private StateSuccession() {}

    /**
     * Refuses a state file that was derived from another or an older state. There is nothing to check where there is no
     * base, or where one of the two is no state file.
     *
     * @param key the state's key, for the message
     * @param base the stored state
     * @param next the content that shall follow it
     * @throws StaleSerialException if the lineages differ, the next serial is lower, or the serials are equal and the bytes
     *     differ
     */
    public static void check(StateKey key, Optional<State> base, byte[] next) {
        base.ifPresent(state -> check(key, StateHeader.of(state), next, state::hasContent));
    }

    /**
     * The same, where only that much is known of the stored state.
     *
     * @param key the state's key, for the message
     * @param stored the stored state's header; empty if it is not a state file
     * @param next the content that shall follow it
     * @param isStored whether content is that of the stored state
     * @throws StaleSerialException if the lineages differ, the next serial is lower, or the serials are equal and the bytes
     *     differ
     */
    public static void check(StateKey key, Optional<StateHeader> stored, byte[] next, Predicate<byte[]> isStored) {
        Optional<StateHeader> following = stored.isPresent() ? StateHeader.of(next) : Optional.empty();
        if (following.isPresent()) {
            check(key, stored.get(), following.get(), isStored.test(next));
        }
    }

    private static void check(StateKey key, StateHeader stored, StateHeader next, boolean sameBytes) {
        if (!next.lineage().equals(stored.lineage())) {
            throw stale(
                    key,
                    "its lineage is " + shown(next.lineage()) + ", and the stored state's is "
                            + shown(stored.lineage())
                            + ": it belongs to another state. Check the key, or delete the stored state first");
        }
        if (next.serial() < stored.serial()) {
            throw stale(
                    key,
                    "its serial is " + next.serial() + ", lower than the stored state's " + stored.serial()
                            + ". Read the stored state and apply the change to it");
        }
        if (next.serial() == stored.serial() && !sameBytes) {
            throw stale(
                    key,
                    "its serial is " + next.serial() + ", as the stored state's is " + stored.serial()
                            + ", but the bytes differ. Read the stored state, apply the change to it and raise the serial");
        }
    }

    private static StaleSerialException stale(StateKey key, String problem) {
        return new StaleSerialException("Refused to write the state " + key + ": " + problem);
    }

    /** A lineage for a message: anything but a short text of visible ASCII characters stays out of it. */
    private static String shown(String lineage) {
        boolean visible = lineage.chars().allMatch(c -> c > ' ' && c < 0x7F);
        return visible && !lineage.isEmpty() && lineage.length() <= MAX_SHOWN
                ? lineage
                : "(a text of " + lineage.length() + " characters)";
    }
}
