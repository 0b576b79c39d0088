package io.github.statelock.cli;

import io.github.statelock.Printable;
import io.github.statelock.cli.serve.ServerLog;
import io.github.statelock.cli.serve.Visit;
import java.time.temporal.ChronoUnit;

/** One line for each request. Safe for use by several threads: each line is printed at once. */
final class AccessLog implements ServerLog {

    private final Output output;

    AccessLog(Output output) {
        this.output = output;
    }

    @Override
    public void visited(Visit visit) {
        output.log(text(visit), json(visit));
        visit.failure().ifPresent(output::trace);
    }

    @Override
    public void note(String text) {
        output.note(Printable.line(text), Json.object().with("note", text));
    }

    private static String text(Visit visit) {
        return visit.time().truncatedTo(ChronoUnit.MILLIS) + " " + visit.remote() + " " + visit.method() + " "
                + visit.path() + " " + visit.status() + " in=" + visit.received() + " out=" + visit.sent() + " "
                + visit.millis() + "ms"
                + visit.lockId().map(id -> " lock=" + Printable.line(id)).orElse("")
                + (visit.reason().isEmpty() ? "" : " (" + visit.reason() + ")");
    }

    private static Json.Fields json(Visit visit) {
        return Json.object()
                .with("time", visit.time())
                .with("remote", visit.remote())
                .with("method", visit.method())
                .with("path", visit.path())
                .with("status", visit.status())
                .with("bytesIn", visit.received())
                .with("bytesOut", visit.sent())
                .with("millis", visit.millis())
                .with("lock", visit.lockId().orElse(null))
                .with("reason", visit.reason().isEmpty() ? null : visit.reason());
    }
}
