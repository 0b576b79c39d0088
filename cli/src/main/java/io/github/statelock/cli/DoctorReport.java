package io.github.statelock.cli;

import io.github.statelock.BackendUnavailableException;
import io.github.statelock.OutcomeUnknownException;
import io.github.statelock.Printable;
import io.github.statelock.StatelockException;
import io.github.statelock.spi.Inspectable.Finding;
import io.github.statelock.spi.Inspectable.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What was checked, and how it came out: a line for each check as it is made, or one JSON object in the end. */
final class DoctorReport {

    /** One check; what it throws is its failure. */
    @FunctionalInterface
    interface Check {
        Finding run() throws InterruptedException;
    }

    private final Output output;
    private final List<Finding> findings = new ArrayList<>();

    /** Whether the store stopped answering: every further request would wait for its deadline. */
    private boolean silent;

    DoctorReport(Output output) {
        this.output = output;
    }

    /** Makes one check. */
    void check(String name, Check check) throws InterruptedException {
        if (silent) {
            add(Finding.notChecked(name, "the store does not answer any more"));
            return;
        }
        try {
            add(check.run());
        } catch (StatelockException e) {
            silent = e instanceof BackendUnavailableException || e instanceof OutcomeUnknownException;
            add(Finding.fail(name, String.valueOf(e.getMessage())));
        }
    }

    void add(Finding finding) {
        findings.add(finding);
        if (!output.isJson()) {
            output.result(line(finding), Json.object());
        }
    }

    private static String line(Finding finding) {
        return String.format(
                "%-4s %-20s – %s",
                word(finding.status()),
                finding.name(),
                Printable.line(finding.detail().replaceAll("\\s*\\R\\s*", " ")));
    }

    private static String word(Status status) {
        return status == Status.FAIL ? "FAIL" : status.name().toLowerCase(Locale.ROOT);
    }

    /** Prints the end and returns the exit code. */
    int finish() {
        long failed = count(Status.FAIL);
        String text = failed == 0
                ? "Healthy" + (count(Status.WARN) == 0 ? "." : ", with " + count(Status.WARN) + " to look at.")
                : failed + " of " + findings.size() + " checks failed.";
        output.result(
                text,
                Json.object()
                        .with(
                                "checks",
                                findings.stream()
                                        .map(finding -> Json.object()
                                                .with("name", finding.name())
                                                .with(
                                                        "status",
                                                        finding.status().name().toLowerCase(Locale.ROOT))
                                                .with("detail", finding.detail()))
                                        .toList())
                        .with("healthy", failed == 0));
        return failed == 0 ? ExitCodes.DONE : ExitCodes.FAILURE;
    }

    private long count(Status status) {
        return findings.stream().filter(finding -> finding.status() == status).count();
    }
}
