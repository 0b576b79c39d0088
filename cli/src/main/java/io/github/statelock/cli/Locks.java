package io.github.statelock.cli;

import io.github.statelock.LockInfo;
import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.cli.Json.Fields;

/** Lock records for people and for programs. */
final class Locks {

    private Locks() {}

    static Fields json(ObservedLock lock) {
        Fields fields = Json.object().with("key", lock.key());
        lock.info()
                .ifPresent(info -> fields.with("id", info.id())
                        .with("operation", info.operation())
                        .with("info", info.info())
                        .with("who", info.who())
                        .with("version", info.version())
                        .with("created", info.created())
                        .with("path", info.path()));
        return fields.with(
                        "leaseMillis",
                        lock.lease().map(lease -> lease.toMillis()).orElse(null))
                .with("expired", lock.expired())
                .with("recordVersion", lock.version());
    }

    /** The fields as in Terraform's lock error, and the lease. */
    static String describe(ObservedLock lock) {
        String info = lock.info()
                .map(Locks::describe)
                .orElseGet(() -> "  The record is unreadable; force-unlock takes its version: "
                        + Printable.line(lock.version()) + "\n");
        return info + "  Lease:     " + lease(lock);
    }

    private static String describe(LockInfo info) {
        String escaped = Shell.escape(info.id());
        return info.describe()
                + (escaped.equals(info.id())
                        ? ""
                        : "  The ID as force-unlock takes it: " + Shell.quote(escaped) + "\n");
    }

    /** The lock on one line: who holds it, what for, since when. */
    static String line(ObservedLock lock) {
        return lock.info()
                .map(info -> Printable.line(info.who()) + " (" + Printable.line(info.operation()) + ") since "
                        + info.created() + ", lock " + Shell.escape(info.id()))
                .orElse("an unreadable record");
    }

    static String lease(ObservedLock lock) {
        if (lock.expired()) {
            return "ended";
        }
        return lock.lease()
                .map(lease -> lease.toSeconds() + " s; not known whether its holder lives")
                .orElse("none: held until released or forced");
    }
}
