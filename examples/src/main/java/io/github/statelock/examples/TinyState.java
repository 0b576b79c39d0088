package io.github.statelock.examples;

import io.github.statelock.State;
import io.github.statelock.terraform.StateHeader;
import java.nio.charset.StandardCharsets;

/** State files of Terraform's format with nothing in them but their header. */
final class TinyState {

    private TinyState() {}

    static byte[] of(long serial, String lineage) {
        return """
                {
                  "version": 4,
                  "terraform_version": "1.9.0",
                  "serial": %d,
                  "lineage": "%s",
                  "outputs": {},
                  "resources": [],
                  "check_results": null
                }
                """.formatted(serial, lineage).getBytes(StandardCharsets.UTF_8);
    }

    /** The state that follows: the same lineage, the next serial. */
    static byte[] next(State base) {
        StateHeader header = StateHeader.of(base).orElseThrow();
        return of(header.serial() + 1, header.lineage());
    }

    static long serialOf(State state) {
        return StateHeader.of(state).orElseThrow().serial();
    }
}
