package io.github.statelock.terraform;

import io.github.statelock.LockInfo;
import io.github.statelock.StateCorruptException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A lock record that is a file: the lock info, and one further key {@code Lease} where the lock has a lease. Terraform and
 * OpenTofu only decode such files, and skip that key.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param info the lock info
 * @param lease the holder's lease; empty for a lock that is held until released, whose file is the lock info alone
 */
public record LockFile(LockInfo info, Optional<Lease> lease) {

    /** Checks that every field is there. */
    public LockFile {
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(lease, "lease");
    }

    /**
     * A lease as a lock file has it.
     *
     * @param millis its length in milliseconds, positive and at most {@link #MAX_MILLIS}
     * @param beat a number that changes with every renewal, not negative
     * @param process which local process holds it, in the file backend's words; at most 1,024 characters
     */
    public record Lease(long millis, long beat, Optional<String> process) {

        /** The longest lease that a file may tell, a year of 365 days: more would only overflow somebody's arithmetic. */
        public static final long MAX_MILLIS = Duration.ofDays(365).toMillis();

        private static final int MAX_PROCESS_LENGTH = 1024;

        /**
         * Checks the fields.
         *
         * @throws IllegalArgumentException if one of them is out of range
         */
        public Lease {
            Objects.requireNonNull(process, "process");
            if (millis < 1 || millis > MAX_MILLIS) {
                throw new IllegalArgumentException("A lease has 1 to " + MAX_MILLIS + " ms, got " + millis);
            }
            if (beat < 0) {
                throw new IllegalArgumentException("A beat is not negative, got " + beat);
            }
            if (process.isPresent() && process.get().length() > MAX_PROCESS_LENGTH) {
                throw new IllegalArgumentException("A process has at most " + MAX_PROCESS_LENGTH + " characters, got "
                        + process.get().length());
            }
        }

        /**
         * The lease's length.
         *
         * @return the length
         */
        public Duration duration() {
            return Duration.ofMillis(millis);
        }
    }

    /**
     * The file's content: the bytes of {@link LockInfoCodec#encode} and, before the closing brace, the lease if there is
     * one.
     *
     * @return the JSON in UTF-8
     * @throws IllegalArgumentException if the lock info alone can't be encoded
     */
    public byte[] encode() {
        byte[] seven = LockInfoCodec.encode(info);
        if (lease.isEmpty()) {
            return seven;
        }
        byte[] tail = leaseKey(lease.get()).getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(seven, seven.length - 1 + tail.length);
        System.arraycopy(tail, 0, all, seven.length - 1, tail.length);
        return all;
    }

    /**
     * Reads a lock file, as liberal as {@link LockInfoCodec#decode} for the lock info, and strict for the lease.
     *
     * @param file the file's content
     * @return the lock file
     * @throws StateCorruptException if the lock info is not readable, or there is a lease that makes no sense
     */
    public static LockFile decode(byte[] file) {
        return LockRecordReader.read(file, true);
    }

    private static String leaseKey(Lease lease) {
        StringBuilder json = new StringBuilder(64);
        json.append(",\"Lease\":{\"Millis\":").append(lease.millis());
        json.append(",\"Beat\":").append(lease.beat());
        lease.process().ifPresent(process -> GoJson.appendString(json.append(",\"Process\":"), process));
        return json.append("}}").toString();
    }
}
