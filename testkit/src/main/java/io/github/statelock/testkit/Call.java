package io.github.statelock.testkit;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A blocking call on a thread of its own, so that the test can move the clock, interrupt it, or look at it meanwhile. */
final class Call<T> {

    static final String THREAD_NAME = "contract-call";

    private final FutureTask<T> task;
    private final Thread thread;

    private Call(Callable<T> callable) {
        task = new FutureTask<>(callable);
        thread = new Thread(task, THREAD_NAME);
        thread.setDaemon(true);
    }

    static <T> Call<T> start(Callable<T> callable) {
        Call<T> call = new Call<>(callable);
        call.thread.start();
        return call;
    }

    boolean isDone() {
        return task.isDone();
    }

    /** Whether its thread waits for something. */
    boolean isWaiting() {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    void interrupt() {
        thread.interrupt();
    }

    /** What a finished call returned; what it threw is thrown here. */
    T result() throws Exception {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        }
    }
}
