package io.github.statelock;

import java.time.Instant;
import java.util.Objects;

/**
 * Who holds a lock, in the seven fields that Terraform and OpenTofu write. It holds only what the caller gave, never
 * arguments, environment or URLs.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param id the lock's ID, what {@link LockManager#forceUnlock} takes: a lower-case UUID, or what a lock service's client chose
 *     ({@link LockOptions.Builder#recordAs}), or the object's generation for a lock of Terraform's in Google Cloud Storage
 * @param operation what the holder does, free text
 * @param info anything more the holder wants to say
 * @param who the holder, {@code user@host}
 * @param version the holder's program, such as {@code statelock/0.1.0} or a Terraform version
 * @param created when the lock was asked for, by the holder's clock; never used to judge whether it is alive
 * @param path where the lock is, as the backend names it
 */
public record LockInfo(
        String id, String operation, String info, String who, String version, Instant created, String path) {

    /** Checks that every field is there. */
    public LockInfo {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(operation, "operation");
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(who, "who");
        Objects.requireNonNull(version, "version");
        Objects.requireNonNull(created, "created");
        Objects.requireNonNull(path, "path");
    }

    /**
     * The fields as Terraform prints them in its lock error, one to a line, safe for a terminal.
     *
     * @return seven lines, each indented by two spaces
     */
    public String describe() {
        return "  ID:        " + Printable.line(id) + "\n"
                + "  Path:      " + Printable.line(path) + "\n"
                + "  Operation: " + Printable.line(operation) + "\n"
                + "  Who:       " + Printable.line(who) + "\n"
                + "  Version:   " + Printable.line(version) + "\n"
                + "  Created:   " + created + "\n"
                + "  Info:      " + Printable.line(info) + "\n";
    }
}
