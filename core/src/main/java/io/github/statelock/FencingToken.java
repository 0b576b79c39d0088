package io.github.statelock;

/**
 * A number that is larger for every later holder of a key's lock. A resource outside the store stays safe from a paused
 * former holder by remembering the highest token it has seen and refusing lower ones.
 *
 * <p>Immutable and safe for use by several threads.
 *
 * @param value the number, from 1
 */
public record FencingToken(long value) implements Comparable<FencingToken> {

    /** Checks that the number is positive. */
    public FencingToken {
        if (value < 1) {
            throw new IllegalArgumentException("A fencing token is at least 1, got " + value);
        }
    }

    @Override
    public int compareTo(FencingToken other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
