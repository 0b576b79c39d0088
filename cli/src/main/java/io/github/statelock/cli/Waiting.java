package io.github.statelock.cli;

import io.github.statelock.HeldLock;
import io.github.statelock.LockListener;
import io.github.statelock.ObservedLock;
import io.github.statelock.Printable;
import io.github.statelock.cli.Json.Fields;
import java.time.Duration;
import java.util.stream.Stream;

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
            output.replaceLine(line(holder, Durations.show(elapsed), Output.columns()));
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

    /** What fits into that many columns: the key, the holder and the time in any case, and before these what else there is room for. */
    static String line(ObservedLock holder, String time, int columns) {
        String key = Printable.line(holder.key().value());
        String who = holder.info().map(info -> Printable.line(info.who())).orElse("an unreadable record");
        String operation = holder.info()
                .map(info -> " (" + Printable.line(info.operation()) + ")")
                .orElse("");
        String since = holder.info().map(info -> " since " + info.created()).orElse("");
        return Stream.of(operation + since, operation, "")
                .map(more -> "Waiting for \"" + key + "\", held by " + who + more + ": " + time)
                .filter(line -> Words.length(line) <= columns)
                .findFirst()
                .orElseGet(() -> shortened(key, who, ": " + time, columns));
    }

    /** Half of the room each, or what the other one leaves; the end of a key says most of it, and the beginning of a name. */
    private static String shortened(String key, String who, String time, int columns) {
        String held = " held by ";
        int room = Math.max(2, columns - held.length() - time.length());
        int forWho = Math.max(room / 2, room - Words.length(key));
        String holder = Words.cutEnd(who, forWho);
        return Words.cutStart(key, room - Words.length(holder)) + held + holder + time;
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
