package io.github.statelock.cli.interop;

import io.github.statelock.testkit.TestPrograms;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The real programs. */
enum Tool {
    OPENTOFU,
    TERRAFORM;

    Path program() {
        if (this == OPENTOFU) {
            return TestPrograms.openTofu();
        }
        Optional<Path> terraform = Tofu.terraform();
        Assumptions.assumeTrue(terraform.isPresent(), "no terraform on the path");
        return terraform.get();
    }
}
