package io.github.statelock.cli;

import io.github.statelock.Printable;
import io.github.statelock.cli.serve.Visit;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;

/** One line for each request. Safe for use by several threads: each line is printed at once. */
final class AccessLog implements Consumer<Visit> {

    private final Output output;

    AccessLog(Output output) {
        this.output = output;
    }

    @Override
    public void accept(Visit visit) {
        output.log(text(visit), json(visit));
        visit.failure().ifPresent(output::trace);
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
