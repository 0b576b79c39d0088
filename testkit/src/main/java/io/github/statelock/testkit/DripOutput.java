package io.github.statelock.testkit;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Passes bytes on one at a time, with a pause before each. */
final class DripOutput extends FilterOutputStream {

    private final long pauseNanos;
    private final CountDownLatch closed;

    DripOutput(OutputStream out, int bytesPerSecond, CountDownLatch closed) {
        super(out);
        this.pauseNanos = TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        this.closed = closed;
    }

    @Override
    public void write(int b) throws IOException {
        try {
            if (closed.await(pauseNanos, TimeUnit.NANOSECONDS)) {
                throw new IOException("The proxy was closed.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        out.write(b);
        out.flush();
    }
}
