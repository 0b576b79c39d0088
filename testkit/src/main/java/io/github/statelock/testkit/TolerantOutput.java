package io.github.statelock.testkit;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Goes on as if nothing were wrong when the other side stops listening: a server may refuse a request after its head, and
 * its answer is to be read all the same, after the rest of the body was taken from the client.
 */
final class TolerantOutput extends OutputStream {

    private final OutputStream out;
    private boolean refused;

    TolerantOutput(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        if (!refused) {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                refused = true;
            }
        }
    }
}
