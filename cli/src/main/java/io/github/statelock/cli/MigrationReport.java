package io.github.statelock.cli;

import io.github.statelock.Printable;
import io.github.statelock.cli.Json.Fields;
import io.github.statelock.cli.Migration.Outcome;
import io.github.statelock.cli.Migration.Result;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Shows how far a migration is: a bar on a terminal, elsewhere a line for each key; and what came of it in the end. */
final class MigrationReport {

    private static final int BAR = 30;
    private static final int LONGEST_KEY = 40;

    private final Output output;
    private final int total;
    private final boolean onTerminal;
    private final List<Result> results = new ArrayList<>();
    private final List<Fields> skipped = new ArrayList<>();
    private final Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);

    MigrationReport(Output output, int total) {
        this.output = output;
        this.total = total;
        this.onTerminal = !output.isJson() && Terminal.watchesErrors();
    }

    /** Says which key is next. */
    void next(Move move) {
        if (onTerminal) {
            output.replaceLine(line(move.from(), results.size(), total, Output.columns()));
        }
    }

    /** What fits into that many columns: the key, how many are done, and the bar where there is room for it. */
    static String line(String key, int done, int total, int columns) {
        String bar = bar(done, total) + " ";
        String start = bar.length() + LONGEST_KEY / 2 <= columns ? bar : done + "/" + total + " ";
        int room = Math.min(LONGEST_KEY, Math.max(1, columns - start.length()));
        return start + Words.cutStart(Printable.line(key), room);
    }

    /** Such as {@code [######........................] 8/40}. */
    static String bar(int done, int total) {
        int filled = total == 0 ? BAR : (int) ((long) BAR * done / total);
        return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "] " + done + "/" + total;
    }

    void add(Result result) {
        results.add(result);
        counts.merge(result.outcome(), 1, Integer::sum);
        boolean failed = result.outcome() == Outcome.FAILED;
        if (onTerminal) {
            output.replaceLine("");
        }
        if (failed || !onTerminal) {
            String text = "(" + results.size() + "/" + total + ") " + words(result.outcome()) + " "
                    + result.move().describe()
                    + result.problem().map(problem -> ": " + problem.message()).orElse("");
            output.note(
                    text,
                    Json.object()
                            .with("done", results.size())
                            .with("total", total)
                            .with("state", row(result)));
        }
    }

    /** Names a state that is left out, which nobody asked for. */
    void skip(String name, String reason) {
        skipped.add(Json.object().with("name", name).with("reason", reason));
        output.note(
                "left out " + Printable.line(name) + ": " + reason,
                Json.object().with("skipped", Json.object().with("name", name).with("reason", reason)));
    }

    private static String words(Outcome outcome) {
        return switch (outcome) {
            case ALREADY_THERE -> "already there:";
            case WOULD_COPY -> "would copy";
            case WOULD_OVERWRITE -> "would overwrite";
            default -> outcome.name().toLowerCase(Locale.ROOT);
        };
    }

    private static Fields row(Result result) {
        return Json.object()
                .with("key", result.move().from())
                .with("target", result.move().to())
                .with("outcome", result.outcome().name)
                .with("size", result.size().orElse(null))
                .with("error", result.problem().map(Errors.Problem::json).orElse(null));
    }

    /**
     * Prints the summary and returns the exit code: that of the first key that failed.
     *
     * @param terraform the target, for whose states Terraform's backend blocks are to be printed
     */
    int finish(boolean dryRun, Optional<URI> terraform) {
        int notTried = total - results.size();
        Fields fields = Json.object().with("dryRun", dryRun).with("total", total);
        for (Outcome outcome : Outcome.values()) {
            fields.with(outcome.name, count(outcome));
        }
        fields.with("notTried", notTried)
                .with("keys", results.stream().map(MigrationReport::row).toList())
                .with("skipped", skipped);
        List<TerraformBlock> blocks = terraform
                .map(store -> TerraformBlock.of(store, namesAtTarget()))
                .orElse(List.of());
        if (terraform.isPresent()) {
            fields.with("terraform", blocks.stream().map(TerraformBlock::json).toList());
        }
        output.result(summary(dryRun, notTried) + inWords(blocks), fields);
        return results.stream()
                .flatMap(result -> result.problem().stream())
                .findFirst()
                .map(Errors.Problem::exitCode)
                .orElse(notTried == 0 && total > 0 && skipped.isEmpty() ? ExitCodes.DONE : ExitCodes.FAILURE);
    }

    private List<String> namesAtTarget() {
        return results.stream()
                .filter(result -> result.outcome() != Outcome.FAILED)
                .map(result -> result.move().to())
                .toList();
    }

    private static String inWords(List<TerraformBlock> blocks) {
        StringBuilder text = new StringBuilder();
        for (TerraformBlock block : blocks) {
            text.append("\n\n# ").append(Printable.line(block.key())).append(", workspaces: ");
            text.append(String.join(", ", block.workspaces())).append('\n').append(block.text());
        }
        return blocks.isEmpty()
                ? ""
                : text + "\n\nWrite these in place of the old ones, and run: terraform init -reconfigure";
    }

    private String summary(boolean dryRun, int notTried) {
        List<String> parts = new ArrayList<>();
        parts.add(dryRun ? count(Outcome.WOULD_COPY) + " to copy" : count(Outcome.COPIED) + " copied");
        parts.add(count(Outcome.ALREADY_THERE) + " already there");
        addIfAny(parts, count(Outcome.OVERWRITTEN), "overwritten");
        addIfAny(parts, count(Outcome.WOULD_OVERWRITE), "to overwrite");
        parts.add(count(Outcome.FAILED) + " failed");
        addIfAny(parts, notTried, "not tried");
        addIfAny(parts, skipped.size(), "left out");
        String none = total == 0 && skipped.isEmpty() ? " There is no state at the source." : "";
        return "States: " + total + ". " + String.join(", ", parts) + "." + (dryRun ? " Nothing was changed." : "")
                + none;
    }

    private static void addIfAny(List<String> parts, int count, String words) {
        if (count > 0) {
            parts.add(count + " " + words);
        }
    }

    private int count(Outcome outcome) {
        return counts.getOrDefault(outcome, 0);
    }
}
