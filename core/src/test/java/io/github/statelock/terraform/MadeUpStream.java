package io.github.statelock.terraform;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;

/**
 * A head, numbered pieces up to a length, a tail: content of any size that is never in memory. It measures the live heap
 * as it goes, and remembers the largest buffer that it was asked to fill.
 */
final class MadeUpStream extends InputStream {

    private static final long BETWEEN_MEASUREMENTS = 32L << 20;

    private final IntFunction<String> pieces;
    private final long length;
    private final String tail;
    private final long baseline = liveHeap();

    private byte[] current;
    private int index;
    private int nextPiece;
    private boolean inTail;
    private long position;
    private long nextMeasurement = BETWEEN_MEASUREMENTS;
    private long largestGrowth;
    private int largestBuffer;
    private int measurements;

    MadeUpStream(String head, IntFunction<String> pieces, long length, String tail) {
        this.current = utf8(head);
        this.pieces = pieces;
        this.length = length;
        this.tail = tail;
    }

    @Override
    public int read() {
        while (index == current.length) {
            if (inTail) {
                return -1;
            }
            inTail = position >= length;
            current = utf8(inTail ? tail : pieces.apply(nextPiece++));
            index = 0;
        }
        position++;
        return current[index++] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) {
        largestBuffer = Math.max(largestBuffer, count);
        measureNowAndThen();
        int filled = 0;
        for (int next; filled < count && (next = read()) >= 0; filled++) {
            buffer[offset + filled] = (byte) next;
        }
        return filled == 0 && count > 0 ? -1 : filled;
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

    private void measureNowAndThen() {
        if (position >= nextMeasurement) {
            nextMeasurement += BETWEEN_MEASUREMENTS;
            largestGrowth = Math.max(largestGrowth, liveHeap() - baseline);
            measurements++;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long liveHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
