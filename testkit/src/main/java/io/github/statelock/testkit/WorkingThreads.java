package io.github.statelock.testkit;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Whether a thread of an engine or of a test's call is at work, so that a clock moved by hand waits for it: loading classes
 * for the first time takes longer than many leases would at that clock's speed. Other tests' threads count too, so a thread
 * that never rests stops counting after a moment. Used by the one thread that moves the clock.
 */
final class WorkingThreads implements BooleanSupplier {

    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private boolean wasBusy;
    private long since;

    @Override
    public boolean getAsBoolean() {
        boolean busy = anyRunnable();
        long now = System.nanoTime();
        if (!busy || !wasBusy) {
            since = now;
        }
        wasBusy = busy && now - since < MOMENT_NANOS;
        return wasBusy;
    }

    private static boolean anyRunnable() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] threads = new Thread[root.activeCount() + 16];
        int count = root.enumerate(threads, true);
        for (int i = 0; i < count; i++) {
            String name = threads[i].getName();
            boolean ours = name.startsWith("statelock-") || name.equals(Call.THREAD_NAME);
            if (ours && threads[i].getState() == Thread.State.RUNNABLE) {
                return true;
            }
        }
        return false;
    }
}
