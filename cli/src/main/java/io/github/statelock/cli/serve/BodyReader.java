package io.github.statelock.cli.serve;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body into memory as it comes, without a thread that waits for it. One read at a time: the server calls again when
 * there is more.
 */
final class BodyReader {

    private static final int FIRST_STEP = 1 << 16;

    private final Content.Source source;
    private final int most;
    private final boolean isLengthKnown;
    private final ByteBudget.@Nullable Share share;
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();
    private byte[] bytes;
    private int count;

    /**
     * A reader.
     *
     * @param source the body
     * @param length the announced length; negative if there is none
     * @param most how many bytes are taken
     * @param share the budget's share that has the announced length, and grows where there is none; null for a body that is
     *     small anyway
     */
    BodyReader(Content.Source source, int length, int most, ByteBudget.@Nullable Share share) {
        this.source = source;
        this.most = most;
        this.isLengthKnown = length >= 0;
        this.share = share;
        this.bytes = new byte[isLengthKnown ? length : 0];
    }

    /** How many bytes have come. */
    int count() {
        return count;
    }

    CompletableFuture<byte[]> read() {
        readOn();
        return whole;
    }

    private void readOn() {
        try {
            while (!whole.isDone()) {
                Content.Chunk chunk = source.read();
                if (chunk == null) {
                    source.demand(this::readOn);
                    return;
                }
                if (Content.Chunk.isFailure(chunk)) {
                    throw broken(chunk.getFailure());
                }
                boolean last = chunk.isLast();
                try {
                    take(chunk.getByteBuffer());
                } finally {
                    chunk.release();
                }
                if (last) {
                    whole.complete(exact());
                }
            }
        } catch (Throwable e) { // out of memory above all: the client must hear of it
            whole.completeExceptionally(e);
        }
    }

    private void take(ByteBuffer next) {
        int length = next.remaining();
        if (length > most - count) {
            count += length;
            throw tooLarge(most);
        }
        if (length > bytes.length - count) {
            grow(count + length);
        }
        next.get(bytes, count, length);
        count += length;
    }

    /** Both the old and the new array are in memory for a moment. */
    private void grow(int needed) {
        int size = (int) Math.min(most, Math.max(FIRST_STEP, Math.max(needed, 2L * bytes.length)));
        if (share != null && !share.growTo((long) size + bytes.length)) {
            throw Memory.full();
        }
        bytes = Arrays.copyOf(bytes, size);
    }

    private byte[] exact() {
        if (isLengthKnown && count != bytes.length) {
            throw new Refusal(400, "The body ended early, after " + count + " of " + bytes.length + " bytes.");
        }
        return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }

    static Refusal tooLarge(long most) {
        return new Refusal(413, "The body is larger than the " + most + " bytes that are taken.");
    }

    private Refusal broken(Throwable cause) {
        String detail = cause instanceof HttpException bad ? String.valueOf(bad.getReason()) : String.valueOf(cause);
        return new Refusal(400, "The body could not be read to its end, after " + count + " bytes: " + detail);
    }
}
