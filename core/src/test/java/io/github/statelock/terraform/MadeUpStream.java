package io.github.statelock.terraform;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * A head, a piece repeated up to a length, a tail: content of any size that is never in memory. It measures the live heap
 * as it goes, and remembers the largest buffer that it was asked to fill.
 */
final class MadeUpStream extends InputStream {

    private static final long BETWEEN_MEASUREMENTS = 40L << 20;

    private final byte[] head;
    private final byte[] piece;
    private final byte[] tail;
    private final long tailAt;
    private final long baseline = liveHeap();

    private long position;
    private long nextMeasurement = BETWEEN_MEASUREMENTS;
    private long largestGrowth;
    private int largestBuffer;
    private int measurements;

    MadeUpStream(String head, String piece, long length, String tail) {
        this.head = head.getBytes(StandardCharsets.UTF_8);
        this.piece = piece.getBytes(StandardCharsets.UTF_8);
        this.tail = tail.getBytes(StandardCharsets.UTF_8);
        this.tailAt = this.head.length + (length + this.piece.length - 1) / this.piece.length * this.piece.length;
    }

    @Override
    public int read() {
        if (position >= tailAt + tail.length) {
            return -1;
        }
        int result = at(position++) & 0xFF;
        if (position >= nextMeasurement) {
            nextMeasurement += BETWEEN_MEASUREMENTS;
            largestGrowth = Math.max(largestGrowth, liveHeap() - baseline);
            measurements++;
        }
        return result;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        largestBuffer = Math.max(largestBuffer, length);
        int count = 0;
        for (int next; count < length && (next = read()) >= 0; count++) {
            buffer[offset + count] = (byte) next;
        }
        return count == 0 && length > 0 ? -1 : count;
    }

    /** How many bytes were read. */
    long position() {
        return position;
    }

    /** By how much the live heap had grown, at most, when it was measured. */
    long largestGrowth() {
        return largestGrowth;
    }

    /** How often it was measured. */
    int measurements() {
        return measurements;
    }

    /** The largest number of bytes asked for at once. */
    int largestBuffer() {
        return largestBuffer;
    }

    private byte at(long index) {
        if (index < head.length) {
            return head[(int) index];
        }
        return index < tailAt ? piece[(int) ((index - head.length) % piece.length)] : tail[(int) (index - tailAt)];
    }

    private static long liveHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
