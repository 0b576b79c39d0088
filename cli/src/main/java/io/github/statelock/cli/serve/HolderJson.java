package io.github.statelock.cli.serve;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.terraform.LockInfoCodec;
import java.time.Instant;

/** The holder of a lock as the body of an answer: always a LockInfo with an ID, which force-unlock takes. */
final class HolderJson {

    /** Go's zero time, which the clients read as "not said". */
    private static final Instant NOT_SAID = Instant.parse("0001-01-01T00:00:00Z");

    private static final int MAX_ID = 256;

    private HolderJson() {}

    static byte[] of(ObservedLock holder) {
        return LockInfoCodec.encode(
                holder.info().map(info -> fitting(shown(info, holder))).orElseGet(() -> unreadable(holder)));
    }

    /** Clients are not told where the lock is kept: it may be a path on this machine. */
    private static LockInfo shown(LockInfo info, ObservedLock holder) {
        return new LockInfo(
                info.id(),
                info.operation(),
                info.info(),
                info.who(),
                info.version(),
                info.created(),
                holder.key().value());
    }

    /** Others may have written a longer record than we would. */
    private static LockInfo fitting(LockInfo info) {
        try {
            LockInfoCodec.encode(info);
            return info;
        } catch (IllegalArgumentException e) {
            return explaining(info.id(), "The holder's record is too long to be shown here.");
        }
    }

    private static LockInfo unreadable(ObservedLock holder) {
        return holder.version().isEmpty()
                ? explaining("unknown", "The key is locked, but the lock's record could not be read: try again.")
                : explaining(
                        holder.version(),
                        "The lock's record is unreadable. Its version stands in for its ID; force-unlock takes that.");
    }

    private static LockInfo explaining(String id, String info) {
        String line = Printable.line(id);
        String shortened = line.substring(0, Math.min(line.length(), MAX_ID));
        return new LockInfo(shortened, "", info, "", "", NOT_SAID, "");
    }
}
