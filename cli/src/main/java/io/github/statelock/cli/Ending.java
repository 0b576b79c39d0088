package io.github.statelock.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in order when this process is told to stop: its thread is interrupted, and the process ends when the
 * command has given back what it took, or after a while.
 */
final class Ending implements AutoCloseable {

    /** Longer than the engine takes to remove a lock or to give up. */
    private static final long PATIENCE_SECONDS = 25;

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook;

    private Ending(Thread command) {
        hook = new Thread(
                () -> {
                    command.interrupt();
                    await();
                },
                "statelock-ending");
    }

    /** From now on signals end the calling thread's work in order, until it closes this. */
    static Ending inOrder() {
        Ending ending = new Ending(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(ending.hook);
        return ending;
    }

    /** Signals end the process at once. */
    static Ending atOnce() {
        return new Ending(Thread.currentThread());
    }

    private void await() {
        try {
            ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From now on signals end the process at once. A second call does nothing. */
    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending: the hook runs.
        }
    }
}
