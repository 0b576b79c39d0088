package io.github.statelock.local;

import io.github.statelock.StateVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which versions of a state there are, and which is current: a small text file that is replaced by one rename, which is the
 * moment when a write or delete counts.
 *
 * @param last the number of the last version that was ever written, so that no number comes twice
 * @param deleted whether there is no current version
 * @param versions the versions kept, the newest first
 */
record StateLog(long last, boolean deleted, List<Entry> versions) {

    /** How many versions are kept, the current one included. */
    static final int DEPTH = 10;

    static final StateLog EMPTY = new StateLog(0, true, List.of());

    private static final String FORMAT = "statelock-state 1";
    private static final Pattern VERSION = Pattern.compile("([0-9]{1,18})-[0-9a-f]+");

    /** One version: what it is called, who wrote it, and what its content must be. */
    record Entry(String version, String writeId, String sha256, int size, Instant written) {

        StateVersion asVersion() {
            return new StateVersion(version);
        }

        private String line() {
            return String.join(
                    " ",
                    version,
                    KeyNames.encode(writeId),
                    sha256,
                    Integer.toString(size),
                    Long.toString(written.toEpochMilli()));
        }

        private static Entry parse(String line) {
            String[] fields = line.split(" ", -1);
            if (fields.length != 5
                    || numberOf(fields[0]).isEmpty()
                    || !fields[2].matches("[0-9a-f]{64}")
                    || !fields[3].matches("[0-9]{1,10}")) {
                throw new IllegalArgumentException("unexpected line: " + line);
            }
            return new Entry(
                    fields[0],
                    KeyNames.decode(fields[1]),
                    fields[2],
                    Integer.parseInt(fields[3]),
                    Instant.ofEpochMilli(Long.parseLong(fields[4])));
        }
    }

    Optional<Entry> current() {
        return deleted ? Optional.empty() : Optional.of(versions.get(0));
    }

    Optional<Entry> find(StateVersion version) {
        return versions.stream()
                .filter(entry -> entry.version().equals(version.value()))
                .findFirst();
    }

    /** What the next write is called: its number, and part of a hash of its write ID. */
    String nextVersion(String writeId) {
        return (last + 1) + "-" + Hashes.hex(Hashes.of(writeId)).substring(0, 16);
    }

    /** The number in a version that {@link #nextVersion} has made; empty for other texts. */
    static OptionalLong numberOf(String version) {
        Matcher m = VERSION.matcher(version);
        return m.matches() ? OptionalLong.of(Long.parseLong(m.group(1))) : OptionalLong.empty();
    }

    StateLog plus(Entry entry) {
        List<Entry> kept = new ArrayList<>(versions.subList(0, Math.min(versions.size(), DEPTH - 1)));
        kept.add(0, entry);
        return new StateLog(last + 1, false, List.copyOf(kept));
    }

    StateLog withoutCurrent() {
        return new StateLog(last, true, versions);
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        text.append(deleted ? "deleted " : "current ").append(last).append('\n');
        versions.forEach(entry -> text.append(entry.line()).append('\n'));
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Reads a log; throws {@link IllegalArgumentException} for anything that {@link #encode} does not write. */
    static StateLog decode(byte[] bytes) {
        List<String> lines =
                new String(bytes, StandardCharsets.US_ASCII).lines().toList();
        if (lines.size() < 2
                || !lines.get(0).equals(FORMAT)
                || !lines.get(1).matches("(deleted|current) [0-9]{1,18}")) {
            throw new IllegalArgumentException("not a state log of the form \"" + FORMAT + "\"");
        }
        List<Entry> versions =
                lines.subList(2, lines.size()).stream().map(Entry::parse).toList();
        boolean deleted = lines.get(1).startsWith("deleted");
        if (!deleted && versions.isEmpty()) {
            throw new IllegalArgumentException("the current version is missing");
        }
        long last = Long.parseLong(lines.get(1).substring(8));
        if (!versions.isEmpty() && numberOf(versions.get(0).version()).orElseThrow() != last) {
            throw new IllegalArgumentException("the newest version is not number " + last);
        }
        return new StateLog(last, deleted, versions);
    }
}
