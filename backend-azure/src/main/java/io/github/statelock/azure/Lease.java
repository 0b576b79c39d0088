package io.github.statelock.azure;

import com.azure.storage.blob.models.LeaseDurationType;
import com.azure.storage.blob.models.LeaseStateType;
import org.jspecify.annotations.Nullable;

/** What the service says of a blob's lease. */
enum Lease {
    /** Nobody has it. */
    NONE,
    /** Somebody has it, for a fixed time. */
    FIXED,
    /** Somebody has it until it is released or broken. */
    INFINITE,
    /** Somebody had it, for a fixed time that is over. */
    EXPIRED,
    /** Somebody had it until it was broken. */
    BROKEN;

    /** Whether the service refuses everybody but its holder. */
    boolean isHeld() {
        return this == FIXED || this == INFINITE;
    }

    static Lease of(@Nullable LeaseStateType state, @Nullable LeaseDurationType duration) {
        if (LeaseStateType.LEASED.equals(state)) {
            return LeaseDurationType.INFINITE.equals(duration) ? INFINITE : FIXED;
        }
        if (LeaseStateType.BREAKING.equals(state)) {
            return FIXED;
        }
        if (LeaseStateType.EXPIRED.equals(state)) {
            return EXPIRED;
        }
        return LeaseStateType.BROKEN.equals(state) ? BROKEN : NONE;
    }
}
