package io.github.statelock.cli;

import io.github.statelock.Printable;
import io.github.statelock.State;
import io.github.statelock.cli.Json.Fields;
import io.github.statelock.terraform.StateHeader;
import java.util.Optional;

/** States for people and for programs, without their content. */
final class States {

    private States() {}

    static Fields json(State state) {
        Optional<StateHeader> header = StateHeader.of(state);
        return Json.object()
                .with("version", state.version())
                .with("size", state.size())
                .with("serial", header.map(StateHeader::serial).orElse(null))
                .with("lineage", header.map(StateHeader::lineage).orElse(null));
    }

    static String describe(State state) {
        String header = StateHeader.of(state)
                .map(h -> "  Serial:    " + h.serial() + "\n  Lineage:   " + Printable.line(h.lineage()))
                .orElse("  Serial:    none: this is no state file of Terraform's or OpenTofu's");
        return header + "\n  Size:      " + state.size() + " bytes\n  Version:   "
                + Printable.line(state.version().value());
    }
}
