package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.ObservedLock;
import io.github.statelock.cli.Json.Fields;
import java.time.Duration;

/**
 * Shows who is waited for: on a terminal in one line that changes, elsewhere in a line now and then. Used by one thread of the
 * engine's at a time.
 */
final class Waiting implements LockListener {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(15);

    private final Output output;
    private final boolean onTerminal;
    private final long start = System.nanoTime();
    private long lastLine = start - BETWEEN_LINES.toNanos();
    private String lastHolder = "";
    private boolean lineIsOpen;

    Waiting(Output output) {
        this.output = output;
        this.onTerminal = !output.isJson() && Terminal.watchesErrors();
    }

    @Override
    public synchronized void waiting(ObservedLock holder, Duration elapsedOfOneWait) {
        long now = System.nanoTime();
        Duration elapsed = Duration.ofNanos(now - start);
        String text =
                "Waiting for \"" + holder.key() + "\", held by " + Locks.line(holder) + ": " + Durations.show(elapsed);
        if (onTerminal) {
            output.replaceLine(text);
            lineIsOpen = true;
            return;
        }
        boolean other = !lastHolder.equals(Locks.line(holder));
        if (other || now - lastLine >= BETWEEN_LINES.toNanos()) {
            lastHolder = Locks.line(holder);
            lastLine = now;
            Fields fields =
                    Json.object().with("elapsedMillis", elapsed.toMillis()).with("holder", Locks.json(holder));
            output.note(text, Json.object().with("waiting", fields));
        }
    }

    @Override
    public void takenOver(HeldLock lock, ObservedLock from) {
        end();
        output.note(
                "Took over the lock of \"" + lock.key() + "\" from " + Locks.line(from) + ", who stopped renewing it.",
                Json.object().with("takenOver", Locks.json(from)));
    }

    /** Ends the line that changes, if there is one. */
    synchronized void end() {
        if (lineIsOpen) {
            output.replaceLine("");
            lineIsOpen = false;
        }
    }
}
