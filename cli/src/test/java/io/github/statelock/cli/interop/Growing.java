package io.github.statelock.cli.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.statelock.cli.Cli;
import io.github.statelock.cli.Cli.Running;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration whose every apply adds its entry to those that the state had when it was planned: what one apply overwrites
 * is missing ever after.
 */
final class Growing {

    private static final Pattern COUNT = Pattern.compile("^count = (\\d+)$", Pattern.MULTILINE);
    private static final Pattern ENTRIES = Pattern.compile("\"entries\":\\{\"value\":\\[([^]]*)]");

    /** A refusal that names nobody. */
    private static final Pattern UNNAMED =
            Pattern.compile("Error acquiring the state lock(?!.*Lock Info:)", Pattern.DOTALL);

    private final AtomicInteger unnamed = new AtomicInteger();
    private final Tofu tofu;
    private final Turns turns;

    private Growing(Tofu tofu, Turns turns) {
        this.tofu = tofu;
        this.turns = turns;
    }

    static Growing in(Path folder, SharedStore store, Turns turns) throws IOException {
        Tofu tofu = Tofu.in(folder, store, """
                variable "first" {
                  type    = bool
                  default = false
                }
                data "terraform_remote_state" "before" {
                  count   = var.first ? 0 : 1
                  backend = "%s"
                  config = {
                    %s
                  }
                }
                locals {
                  entries = concat(var.first ? [] : data.terraform_remote_state.before[0].outputs.entries, [var.marker])
                }
                output "entries" {
                  value = local.entries
                }
                output "count" {
                  value = length(local.entries)
                }
                """.formatted(store.backend(), Hcl.arguments(store.arguments())));
        return new Growing(tofu, turns);
    }

    /** The apply that finds no state. */
    void begin(String entry) {
        tofu.with("first", "true")
                .with("command", turns.command(entry, "true"))
                .apply(entry)
                .exits(0);
    }

    /**
     * Applies and returns how many entries there are then. Whatever timeout OpenTofu is given, it does not wait for a lock that is
     * gone, or has no name yet, at the moment when it reads whose it is: then it is started again, as whoever runs it would.
     */
    int apply(String entry, String... more) {
        Tofu ready = tofu.with("command", turns.command(entry, "true"));
        Cli.Result result = ready.apply(entry, more);
        while (result.code() == 1 && UNNAMED.matcher(result.err()).find()) {
            unnamed.incrementAndGet();
            result = ready.apply(entry, more);
        }
        String out = result.exits(0).out();
        Matcher count = COUNT.matcher(out);
        assertThat(count.find()).as("a count in %s", out).isTrue();
        return Integer.parseInt(count.group(1));
    }

    /** How often OpenTofu gave up at a lock whose holder it could not read. */
    int unnamedRefusals() {
        return unnamed.get();
    }

    Running startUnlocked(String entry, Gate gate) {
        return tofu.with("command", turns.command(entry, gate.command())).startApply(entry, "-lock=false");
    }

    static List<String> entriesOf(String state) {
        Matcher entries = ENTRIES.matcher(state);
        assertThat(entries.find()).as("entries in %s", state).isTrue();
        return Arrays.stream(entries.group(1).split(","))
                .map(entry -> entry.replace("\"", ""))
                .toList();
    }
}
