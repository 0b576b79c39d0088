package io.github.statelock.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.statelock.BackendDeniedException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.State;
import io.github.statelock.StateBackend;
import io.github.statelock.StateConflictException;
import io.github.statelock.StateKey;
import io.github.statelock.StateStore;
import io.github.statelock.StateStore.Revision;
import io.github.statelock.StateVersion;
import io.github.statelock.WriteCondition;
import io.github.statelock.spi.Inspectable.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Whether the store refuses writes and deletes whose conditions do not hold.
 *
 * <p>What must be refused is sent by another backend than the one that made the change in between: a backend may refuse what
 * it knows to be stale without a request, and then it would not be the store that was asked.
 */
final class StateChecks {

    private static final String NOTHING_WRITTEN = "nothing could be written";

    private static final Duration MOST_SKEW = Duration.ofSeconds(60);

    /** A request that the store should refuse. */
    @FunctionalInterface
    private interface Stale {
        void send();
    }

    private final StateBackend writer;
    private final StateBackend other;
    private final StateKey key;
    private final DoctorReport report;

    /** Between which times the newest content was written, by this machine's clock. */
    private Instant writtenAfter = Instant.MIN;

    private Instant writtenBefore = Instant.MAX;

    private boolean written;

    StateChecks(StateBackend writer, StateBackend other, StateKey key, DoctorReport report) {
        this.writer = writer;
        this.other = other;
        this.key = key;
        this.report = report;
    }

    /** Whether something was written, or may have been. */
    boolean mayHaveWritten() {
        return written;
    }

    void run() throws InterruptedException {
        report.check("create", this::create);
        report.check("replace", this::replace);
        report.check("delete", this::delete);
        report.check("history", this::history);
        report.check("clock", this::clock);
    }

    private Finding create() {
        write("first", WriteCondition.ifAbsent());
        return refused(
                "create",
                "a second create of the same key",
                "first",
                () -> other.states().write(key, bytes("intruder"), WriteCondition.ifAbsent()));
    }

    private Finding replace() {
        StateVersion stale = known(other.states());
        write("second", WriteCondition.ifVersion(known(writer.states())));
        return refused(
                "replace",
                "a write whose base is no longer the newest version",
                "second",
                () -> other.states().write(key, bytes("intruder"), WriteCondition.ifVersion(stale)));
    }

    private Finding delete() {
        StateVersion stale = known(other.states());
        write("third", WriteCondition.ifVersion(known(writer.states())));
        return refused(
                "delete",
                "a delete whose base is no longer the newest version",
                "third",
                () -> other.states().delete(key, WriteCondition.ifVersion(stale)));
    }

    private void write(String content, WriteCondition condition) {
        writtenAfter = Instant.now();
        send(writer.states(), content, condition);
        writtenBefore = Instant.now();
    }

    private StateVersion send(StateStore states, String content, WriteCondition condition) {
        try {
            StateVersion version = states.write(key, bytes(content), condition);
            written = true;
            return version;
        } catch (OutcomeUnknownException e) {
            written = true;
            throw e;
        }
    }

    private Finding refused(String name, String what, String content, Stale stale) {
        boolean taken = false;
        try {
            stale.send();
            taken = true;
        } catch (StateConflictException e) {
            // as it should be
        }
        Optional<State> now = writer.states().read(key);
        boolean intact = now.isPresent() && now.get().hasContent(bytes(content));
        if (intact && !taken) {
            return Finding.ok(name, what + " was refused by the store");
        }
        return Finding.fail(
                name,
                what + (taken ? " was accepted" : " was refused, and changed the state all the same")
                        + ": the store ignores the condition, so that writers overwrite each other. Nothing that this tool"
                        + " promises holds on it");
    }

    /** The version as that store sees it; made again where a store that ignores conditions lost it. */
    private StateVersion known(StateStore states) {
        return states.read(key).map(State::version).orElseGet(() -> send(states, "again", WriteCondition.ifAbsent()));
    }

    private Finding history() {
        if (!written) {
            return Finding.notChecked("history", NOTHING_WRITTEN);
        }
        List<Revision> kept;
        try {
            kept = writer.states().history(key);
        } catch (BackendDeniedException e) {
            return Finding.notChecked("history", String.valueOf(e.getMessage()));
        }
        if (kept.size() < 2) {
            return Finding.warn(
                    "history",
                    (writer.capabilities().history()
                                    ? "the store does not keep old versions, although it is configured here as one that does"
                                    : "off")
                            + ": a state that is overwritten or deleted cannot be had back. Turn versioning on");
        }
        Revision oldest = kept.get(kept.size() - 1);
        return writer.states().read(key, oldest.version()).isPresent()
                ? Finding.ok("history", "on: " + kept.size() + " versions are listed, and the oldest can be read")
                : Finding.fail("history", kept.size() + " versions are listed, but the oldest cannot be read");
    }

    private Finding clock() {
        if (!written) {
            return Finding.notChecked("clock", NOTHING_WRITTEN);
        }
        Optional<Revision> newest;
        try {
            newest = writer.states().history(key).stream().findFirst();
        } catch (BackendDeniedException e) {
            return Finding.notChecked("clock", String.valueOf(e.getMessage()));
        }
        if (newest.isEmpty()) {
            return Finding.notChecked("clock", "the store does not say when it wrote");
        }
        Instant written = newest.get().written();
        Duration ahead = Duration.between(writtenBefore, written);
        Duration behind = Duration.between(written, writtenAfter);
        Duration skew = ahead.compareTo(behind) > 0 ? ahead : behind;
        if (skew.compareTo(MOST_SKEW) <= 0) {
            return Finding.ok("clock", "the store's clock and this machine's agree to a minute");
        }
        return Finding.warn(
                "clock",
                "the store's clock is " + Durations.show(skew) + (ahead.isNegative() ? " behind" : " ahead of")
                        + " this machine's. Locks and states are as safe as ever, since nothing is decided by it; times that are"
                        + " shown are off, and credentials may be refused. Set the clock");
    }

    private static byte[] bytes(String content) {
        return ("statelock doctor: " + content).getBytes(UTF_8);
    }
}
