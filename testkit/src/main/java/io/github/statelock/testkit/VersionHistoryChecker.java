package io.github.statelock.testkit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Whether what many writers and readers of one state saw could have happened in one order: whether the history is
 * linearizable. Every write names the serial it replaces and brings a serial of its own, so the applied writes form one
 * chain, and the check is a sort and a walk instead of a search.
 *
 * <p>Found out: two writes applied on one base (a lost update), a read of a version that was replaced before the read began
 * (stale), a version that comes back (applied twice), one that was never written, and a refusal of a write whose base was the
 * newest all the time.
 *
 * <p>Safe for use by several threads while it records.
 */
public final class VersionHistoryChecker {

    /** What a writer was told. */
    public enum Outcome {
        /** The write was applied. */
        APPLIED,
        /** The write was not applied: its base was not the newest. */
        REFUSED,
        /** The writer does not know. */
        UNKNOWN
    }

    private static final String ABSENT = "(absent)";

    private record Read(long from, long to, String seen) {}

    private record Write(long from, long to, String base, String serial, Outcome outcome) {}

    private final ConcurrentLinkedQueue<Read> reads = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Write> writes = new ConcurrentLinkedQueue<>();

    /** A checker that has seen nothing. */
    public VersionHistoryChecker() {}

    /**
     * Before a request is sent.
     *
     * @return the time, for {@link #read} or {@link #wrote}
     */
    public long begin() {
        return System.nanoTime();
    }

    /**
     * A read was answered.
     *
     * @param begun what {@link #begin} gave before it was sent
     * @param serial the serial that was read; empty for no state
     */
    public void read(long begun, Optional<String> serial) {
        reads.add(new Read(begun, System.nanoTime(), serial.orElse(ABSENT)));
    }

    /**
     * A write was answered, or given up.
     *
     * @param begun what {@link #begin} gave before it was sent
     * @param base the serial it was to replace; empty for no state
     * @param serial its own serial, used by no other write
     * @param outcome what the writer was told
     */
    public void wrote(long begun, Optional<String> base, String serial, Outcome outcome) {
        writes.add(new Write(begun, System.nanoTime(), base.orElse(ABSENT), serial, outcome));
    }

    /**
     * How many writes were applied, as their writers were told.
     *
     * @return the number
     */
    public int applied() {
        return (int) writes.stream().filter(w -> w.outcome() == Outcome.APPLIED).count();
    }

    /**
     * Fails unless the history is legal.
     *
     * @throws AssertionError with everything that no order explains
     */
    public void assertLegal() {
        List<String> violations = violations();
        if (!violations.isEmpty()) {
            throw new AssertionError("No order explains this history: " + violations);
        }
    }

    /**
     * Everything that no order explains.
     *
     * @return sentences; none if the history is legal
     */
    public List<String> violations() {
        List<String> violations = new ArrayList<>();
        Map<String, Write> next = successors(violations);
        if (violations.isEmpty()) {
            List<Write> chain = chain(next, violations);
            if (violations.isEmpty()) {
                new Walk(chain, violations).run();
            }
        }
        return violations;
    }

    /** The write that replaced each serial. A write of unknown outcome counts as applied if anybody saw its serial. */
    private Map<String, Write> successors(List<String> violations) {
        Set<String> seen = seen();
        Map<String, Write> next = new HashMap<>();
        Set<String> serials = new HashSet<>();
        for (Write write : writes) {
            if (!serials.add(write.serial()) || write.serial().equals(ABSENT)) {
                violations.add("the serial " + write.serial() + " was used twice");
            }
            boolean known = seen.contains(write.serial());
            if (write.outcome() == Outcome.REFUSED && known) {
                violations.add(write.serial() + " was refused, and somebody saw it");
            }
            if (write.outcome() == Outcome.APPLIED || (write.outcome() == Outcome.UNKNOWN && known)) {
                Write other = next.put(write.base(), write);
                if (other != null) {
                    violations.add(other.serial() + " and " + write.serial() + " were both applied on " + write.base());
                }
            }
        }
        return next;
    }

    /** The serials that somebody read, or that an applied write replaced, directly or through others. */
    private Set<String> seen() {
        Set<String> seen = new HashSet<>();
        reads.forEach(read -> seen.add(read.seen()));
        writes.stream().filter(w -> w.outcome() == Outcome.APPLIED).forEach(w -> seen.add(w.base()));
        Map<String, Write> unknown = new HashMap<>();
        writes.stream().filter(w -> w.outcome() == Outcome.UNKNOWN).forEach(w -> unknown.put(w.serial(), w));
        for (String serial : List.copyOf(seen)) {
            Write write = unknown.get(serial);
            while (write != null && seen.add(write.base())) {
                write = unknown.get(write.base());
            }
        }
        return seen;
    }

    /** The applied writes in the one order that their bases allow. */
    private List<Write> chain(Map<String, Write> next, List<String> violations) {
        List<Write> chain = new ArrayList<>();
        Set<String> known = new HashSet<>(Set.of(ABSENT));
        for (Write write = next.get(ABSENT); write != null; write = next.get(write.serial())) {
            chain.add(write);
            known.add(write.serial());
        }
        if (chain.size() != next.size()) {
            next.values().stream()
                    .filter(write -> !known.contains(write.serial()))
                    .forEach(write -> violations.add(
                            write.serial() + " replaced " + write.base() + ", which was never the newest version"));
        }
        reads.stream()
                .filter(read -> !known.contains(read.seen()))
                .forEach(read -> violations.add(read.seen() + " was read and never written"));
        return chain;
    }

    /** Gives each write of the chain its earliest possible moment, and looks who contradicts it. */
    private final class Walk {

        private final List<Write> chain;
        private final List<String> violations;
        private final Map<String, List<Read>> readsOf = new HashMap<>();
        private final Map<String, Long> since = new HashMap<>();
        private final Map<String, Long> until = new HashMap<>();

        private Walk(List<Write> chain, List<String> violations) {
            this.chain = chain;
            this.violations = violations;
            reads.forEach(read ->
                    readsOf.computeIfAbsent(read.seen(), s -> new ArrayList<>()).add(read));
        }

        private void run() {
            long origin = earliest();
            long moment = 0;
            String newest = ABSENT;
            since.put(ABSENT, 0L);
            for (Write write : chain) {
                for (Read read : readsOf.getOrDefault(newest, List.of())) {
                    moment = Math.max(moment, read.from() - origin);
                }
                moment = Math.max(moment, write.from() - origin);
                if (write.outcome() == Outcome.APPLIED && moment > write.to() - origin) {
                    violations.add(newest + " was read, or written, after " + write.serial() + " had replaced it");
                }
                since.put(write.serial(), moment);
                until.put(newest, moment);
                newest = write.serial();
            }
            checkReads(origin);
            checkRefusals(origin);
        }

        private void checkReads(long origin) {
            for (Read read : reads) {
                Long from = since.get(read.seen());
                if (from != null && from > read.to() - origin) {
                    violations.add(read.seen() + " was read before it was written");
                }
            }
        }

        private void checkRefusals(long origin) {
            for (Write write : writes) {
                if (write.outcome() == Outcome.REFUSED
                        && wasNewest(write.base(), write.from() - origin, write.to() - origin)) {
                    violations.add(write.serial() + " was refused although " + write.base() + " was the newest");
                }
            }
        }

        /** Whether that version was the newest all that time. */
        private boolean wasNewest(String serial, long from, long to) {
            Long start = since.get(serial);
            Long end = until.get(serial);
            return start != null && start <= from && (end == null || end > to);
        }

        private long earliest() {
            long first = chain.stream()
                    .map(Write::from)
                    .min(Comparator.naturalOrder())
                    .orElse(0L);
            return reads.stream().map(Read::from).reduce(first, (a, b) -> a - b < 0 ? a : b);
        }
    }
}
